"""A layer of one's own has steps of its own: while it is looked at, Keras's batch norm takes no step for it."""

import functools

from bncourse.backend import require_keras

SAYS = "Its steps are those of keras.layers.BatchNormalization. Make it from keras.layers.Layer."


def with_own_steps(drive):
    """Let a driver refuse a layer that has Keras's batch norm take its steps.

    Parameters
    ----------
    drive : callable

    Returns
    -------
    callable
        It raises a TypeError where such a layer is built or called.
    """

    @functools.wraps(drive)
    def driven(*arguments, **options):
        kind = require_keras().layers.BatchNormalization
        kept = {name: kind.__dict__[name] for name in ("build", "call")}
        for name in kept:
            setattr(kind, name, _refuse)
        try:
            return drive(*arguments, **options)
        finally:
            for name, step in kept.items():
                setattr(kind, name, step)

    return driven


def _refuse(*_arguments, **_options):
    raise TypeError(SAYS)
