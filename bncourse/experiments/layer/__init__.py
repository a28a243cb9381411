"""One batch norm layer, forward, backward and after training (notebooks 04, 05, 06)."""
