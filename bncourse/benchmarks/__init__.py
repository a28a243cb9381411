"""What this project states about itself, measured on the user's own machine; never a timed test."""

from importlib import import_module


def command(options):
    """Run one family of measurements, or all of them; the ``bncourse bench`` command."""
    return import_module(f"bncourse.benchmarks.{options.family or 'page'}").command(options)
