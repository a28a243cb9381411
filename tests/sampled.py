"""How much of what could be tried is tried by day: a share that is the same each time; at night, all of it.

By day is each run without ``-m nightly``.
"""

import pytest
from hypothesis import settings

at_night = False  # tests/conftest.py says when it is


def one_in(every, values):
    """Give the values as parameters of a test: each `every`-th by day, the others at night."""
    return [pytest.param(value, marks=[] if n % every == 0 else pytest.mark.nightly) for n, value in enumerate(values)]


def examples(most, **options):
    """Give Hypothesis's settings for a test: by day a quarter of the examples, at least ten; at night all."""

    def decorate(test):
        drawn = settings(max_examples=most if at_night else max(most // 4, 10), deadline=None, **options)
        return pytest.mark.more_examples(drawn(test))

    return decorate
