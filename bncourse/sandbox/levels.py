"""Which walls stand on this machine: found out by putting them up, and remembered until it starts again.

Only the best level is remembered. A machine that has less is looked at afresh each time, so that nobody stays
on lower walls than there could be; and walls that do not stand any more stop the run that needs them.
"""

import contextlib
import hashlib
import os
import sys
from functools import cache
from pathlib import Path

from bncourse.sandbox import mounts
from bncourse.sandbox.limits import NAMES
from bncourse.sandbox.mounts import Unavailable
from bncourse.sandbox.protocol import Broken
from bncourse.sandbox.sandbox import Sandbox
from bncourse.sandbox.users import own_folder
from bncourse.trouble import Trouble

BEST = 3
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def best_level(lowest, highest=BEST):
    """Return the best level of walls on this machine, up to `highest`.

    Raises
    ------
    Trouble
        If it is lower than `lowest`; the message says why and what helps.
    """
    level, reasons = _probe(highest)
    if level < lowest:
        why = "\n".join(
            f"  level {NAMES[number]}: {reason}" for number, reason in sorted(reasons.items(), reverse=True)
        )
        raise Trouble(
            f"this machine has no walls that are safe for submissions:\n{why}\n"
            'On Linux: pip install -e ".[grading]", and your system\'s bubblewrap (on Debian: apt install bubblewrap). '
            "docs/safe-grading.md says what each level needs. "
            "To run submissions with few walls, as nbgrader alone does with none, say so: --accept-unsafe-level 0"
        )
    return level


def forget():
    """Look at the machine afresh the next time: walls that stood before did not stand now."""
    _probe.cache_clear()
    with contextlib.suppress(OSError):
        _memory().unlink(missing_ok=True)


def probe(highest=3):
    """Return the best level, up to `highest`, whose walls stand here; and why each better one does not.

    Returns
    -------
    level : int
    reasons : dict of int to str
    """
    reasons = {}
    for level in range(highest, 0, -1):
        if level == 1 and os.geteuid() != 0:
            reasons[1] = "another user needs root"
            continue
        if sys.platform != "linux":
            reasons[level] = f"{sys.platform} has none of these walls"
            continue
        try:
            with Sandbox(level, worker=60 + level) as sandbox, sandbox.open():
                return level, reasons
        except (Unavailable, Broken) as error:
            reasons[level] = str(error)
    return 0, reasons


@cache
def _probe(highest):
    if highest == BEST:
        with contextlib.suppress(OSError):
            if _memory().exists():
                return BEST, {}
    probed = probe(highest)
    if probed[0] == BEST:
        with contextlib.suppress(OSError):
            _memory().touch()
    return probed


def _memory():
    """Return the file that stands for: the best walls stood, since this start of the machine, with these programs."""
    wrap = mounts.bubblewrap()
    parts = [
        _BOOT.read_text(),
        sys.prefix,
        sys.version,
        str(os.geteuid()),
        wrap,
        os.stat(wrap).st_mtime_ns if wrap else 0,
    ]
    summed = hashlib.sha256(repr(parts).encode())
    for module in ("sandbox/sandbox.py", "sandbox/warm_process.py", "sandbox/mounts.py", *mounts.INSIDE):
        summed.update((mounts.PACKAGE / module).read_bytes())
    return Path(own_folder(), f"walls-{summed.hexdigest()[:20]}")
