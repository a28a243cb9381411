"""Files that are written whole or not at all, and locks that end with the process that holds them."""

import contextlib
import json
import os
from pathlib import Path


def write_whole(path, text):
    """Write a text file in one step of the file system; whoever reads it meanwhile sees the old one or the new one.

    Parameters
    ----------
    path : path
        Its folder is made where there is none.
    text : str

    Raises
    ------
    OSError
        If it cannot be written; the old file is as it was then, and nothing is left beside it.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(f"{path.name}.new")
    try:
        written.write_text(text, encoding="utf-8")
        os.replace(written, path)
    except OSError:
        with contextlib.suppress(OSError):
            written.unlink(missing_ok=True)
        raise


def write_json(path, content):
    """Write an object as JSON, as `write_whole` does."""
    write_whole(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def read_json(path, kind=dict):
    """Read a JSON file; an empty object of this kind where there is none, or none that can be read as one."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return kind()
    return content if isinstance(content, kind) else kind()
