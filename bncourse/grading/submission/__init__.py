"""A submission on the disk: read, merged into the release, stored."""
