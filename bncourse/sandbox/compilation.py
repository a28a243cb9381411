"""What JAX has compiled for the judge is there, ready-made, for the sessions: most of the time of a Keras notebook.

A session is forked afresh for each submission, so each would compile again what every model needs. The judge's own
process compiles much of the same while it judges; JAX keeps that in a folder, which the sessions may read and
not write. So what lies there was compiled by trusted code alone.
"""

import os
from pathlib import Path

from bncourse.sandbox import folders
from bncourse.sandbox.inside.leftovers import remove

# In a session: read what is there, and never write. (JAX writes what took it longer than this to compile.)
READS_ONLY = {"JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "1e9", "JAX_PERSISTENT_CACHE_ENABLE_XLA_CACHES": "none"}
_kept = {}


def keep(preload):
    """Have JAX keep in a folder what this process compiles from now on.

    Parameters
    ----------
    preload : collection of str
        The modules that the notebooks import.

    Returns
    -------
    str
        The folder, which lives as long as this process; "" where Keras is not needed or does not run on JAX.
    """
    if "keras" not in preload:
        return ""
    if os.getpid() not in _kept:
        from bncourse.backend import require_keras
        from bncourse.trouble import Trouble

        try:
            on_jax = require_keras().config.backend() == "jax"
        except Trouble:  # the check that needs Keras says so
            on_jax = False
        _kept[os.getpid()] = _begin() if on_jax else ""
    return _kept[os.getpid()]


def share(folder):
    """Let the sessions, which belong to another user, read what was added since the last one."""
    for path in Path(folder).iterdir():
        path.chmod(0o644)


def forget():
    """Take the folder of this process away; it ends."""
    if folder := _kept.get(os.getpid()):
        remove(folder)


def _begin():
    import jax

    folder = folders.make()
    jax.config.update("jax_compilation_cache_dir", folder)
    jax.config.update("jax_enable_compilation_cache", True)
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    jax.config.update("jax_persistent_cache_enable_xla_caches", "none")
    return folder
