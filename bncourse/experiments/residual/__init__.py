"""Notebook 11: residual networks: a seed in, numbers out. Nothing is drawn here."""
