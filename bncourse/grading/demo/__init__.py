"""A small class from release to feedback."""
