"""The figures of the notebooks: arrays in, a figure that describes itself out; nothing is measured here."""
