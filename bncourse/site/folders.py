"""The folder that a site is written into: a new one, or that of an older site of the same kind."""

import contextlib
import shutil
from pathlib import Path

from bncourse.trouble import Trouble


def usable(output, mark, command):
    """Return a folder that may be written into or replaced, as an absolute path.

    Parameters
    ----------
    output : path
    mark : str
        The name of a file; a folder that holds it may be replaced.
    command : str
        For the messages, such as "bncourse book".

    Raises
    ------
    Trouble
        If it is a file, holds something else, or cannot be made.
    """
    output = Path(output).expanduser().resolve()
    if output.is_file():
        raise Trouble(f"{output} is a file; name a new folder: {command} --output DIR")
    if output.is_dir() and any(output.iterdir()) and not (output / mark).is_file():
        raise Trouble(f"{output} holds other files, which stay as they are; name a new folder: --output DIR")
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Trouble(f"{output} cannot be made ({error.strerror}); name another folder: --output DIR") from error
    return output


def put(made, output):
    """Let a new site take the place of the old one."""
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(output)
    shutil.move(made, output)
