"""What training does with and without batch norm, step after step (notebooks 00, 03, 08)."""
