"""Copies of a gradebook that is a file, whether it is whole, and what a run changed in it."""

import contextlib
import sqlite3
from datetime import datetime

KEPT = 10


def back_up(file, folder):
    """Copy a gradebook, also one that is being written to; give the copy's path.

    Parameters
    ----------
    file, folder : Path
        The folder is made; of the copies in it the last `KEPT` stay.
    """
    folder.mkdir(exist_ok=True)
    made = folder / f"{file.stem}-{datetime.now():%Y%m%d-%H%M%S-%f}.db"
    with contextlib.closing(sqlite3.connect(file)) as now, contextlib.closing(sqlite3.connect(made)) as copy:
        now.backup(copy)
    others = sorted(folder.glob(f"{file.stem}-*.db"), key=lambda path: (path == made, path.name))
    for old in others[:-KEPT]:  # the one just made stays, whatever the clock says
        old.unlink(missing_ok=True)
    return made


def damage(file):
    """Say what is wrong with a gradebook; "" where it is whole."""
    with contextlib.closing(sqlite3.connect(file)) as database:
        [(said,)] = database.execute("PRAGMA integrity_check(1)").fetchall()
    return "" if said == "ok" else said


def changed(before, after):
    """Return the keys of the grades that were there before and are gone after, or have another score of the machine.

    What a person gives stands behind that score in a row, and may be given while a run goes on.
    """
    return [key for key, row in before.items() if after.get(key, ("gone",))[0] != row[0]]
