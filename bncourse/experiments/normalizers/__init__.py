"""Batch norm where it fails, and the normalizers and regularizers beside it (notebook 09)."""
