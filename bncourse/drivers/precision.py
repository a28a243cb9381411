"""How a driver runs Keras: in which precision it computes, and how it compiles."""

import contextlib
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
            with _compiled_quickly(keras):
                return drive(*arguments, **options)
        finally:
            keras.config.set_dtype_policy(policy)

    return driven


@contextlib.contextmanager
def _compiled_quickly(keras):
    """Have JAX compile without its costly optimizations: a check runs each function a few times, on a few rows."""
    if keras.config.backend() != "jax":
        yield
        return
    import jax

    asked = jax.config.values["jax_disable_most_optimizations"]
    jax.config.update("jax_disable_most_optimizations", True)
    try:
        yield
    finally:
        jax.config.update("jax_disable_most_optimizations", asked)
