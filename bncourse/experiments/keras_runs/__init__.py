"""Runs in Keras (notebook 07)."""
