"""The precision in which a driver computes with Keras."""

import functools

from bncourse.backend import require_keras


def in_single_precision(drive):
    """Let a driver compute in float32, whatever policy a cell of the learner's has set, and set that again after.

    Parameters
    ----------
    drive : callable

    Returns
    -------
    callable
    """

    @functools.wraps(drive)
    def driven(*arguments, **options):
        keras = require_keras()
        policy = keras.config.dtype_policy()
        keras.config.set_dtype_policy("float32")
        try:
            return drive(*arguments, **options)
        finally:
            keras.config.set_dtype_policy(policy)

    return driven
