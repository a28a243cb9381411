"""From the source notebooks to the released ones."""
