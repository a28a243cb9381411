"""What this project states about itself, measured on the user's own machine; never a timed test."""

import sys
from importlib import import_module

from bncourse.learner.doctor import compiled


def command(options):
    """Run one family of measurements, or all of them; the ``bncourse bench`` command."""
    if not compiled():
        print(
            "The packages of this Python are not compiled, which slows down every start, of the peers above all: "
            "see bncourse doctor.",
            file=sys.stderr,
        )
    return import_module(f"bncourse.benchmarks.{options.family or 'page'}").command(options)
