"""Work that was done in a browser tab, brought into a folder of the learner's own: ``bncourse get --work FILE``."""

import json
import re
import time
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

from bncourse import course
from bncourse.learner import journal
from bncourse.learner.get import write
from bncourse.learner.update import NotMerged, checked
from bncourse.trouble import Trouble

ABOUT = "bncourse-work.json"  # the release that each notebook comes from
JOURNAL = "bncourse-journal.txt"
MOST = 200_000_000  # bytes that are unpacked


def opened(path):
    """Read the zip.

    Parameters
    ----------
    path : path

    Returns
    -------
    dict from str to bytes
        By path in the zip.

    Raises
    ------
    Trouble
        If it is none, or too large to be one of this course.
    """
    path = Path(path).expanduser()
    try:
        with zipfile.ZipFile(path) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MOST:
                raise Trouble(f"{path} is larger than any work of this course; name the zip of Download my work.")
            return {entry.filename: packed.read(entry) for entry in packed.infolist() if not entry.is_dir()}
    except OSError as error:
        raise Trouble(f"{path} cannot be read ({error.strerror}); name the zip of Download my work.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Trouble(f"{path} is no zip that can be read ({error}). Download your work once more.") from error


def bring(folder, files, names):
    """Put notebooks into a folder, each with the release that it comes from; `get` then brings what is newer.

    What another notebook takes the place of is kept in the hidden folder.

    Parameters
    ----------
    folder : Path
    files : dict from str to bytes
        As `opened` gives them.
    names : collection of str
        Of the notebooks of the course.

    Returns
    -------
    list of str
        A sentence for each.

    Raises
    ------
    Trouble
        If there is no notebook of the course in it.
    """
    said, bases = [], _bases(files)
    before = folder / course.HIDDEN / "before" / f"{time.strftime('%Y%m%d-%H%M%S')}-work"
    for name in sorted(names):
        content = files.get(f"{name}/{name}.ipynb")
        if content is None:
            continue
        try:
            checked(json.loads(content))
        except (ValueError, RecursionError, NotMerged):
            said.append(f"{name}: it is no notebook that can be read; it was left out.")
            continue
        place, was = folder / "notebooks" / name / f"{name}.ipynb", ""
        if place.exists() and place.read_bytes() != content:
            write(before / place.name, place.read_bytes())
            was = f" What you had of it is {before / place.name}"
        write(place, content)
        base = folder / course.HIDDEN / "released" / place.name
        if isinstance(text := bases.get(f"{name}/{name}.ipynb"), str):
            write(base, text.encode())
        else:
            with suppress(FileNotFoundError):
                base.unlink()  # it is of another notebook
        said.append(f"{name}: your work is here.{was}")
    if not said:
        raise Trouble(
            "there is no notebook of the course in it; name the zip of Download my work. Nothing was changed."
        )
    if count := _add_to_journal(files.get(JOURNAL, b"")):
        said.append(f"{count} lines were added to your journal, {journal.path()}")
    return said


def _bases(files):
    try:
        found = json.loads(files.get(ABOUT, b"{}")).get("released", {})
    except (ValueError, AttributeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _add_to_journal(content):
    """Add the lines that the journal does not have yet; gives their number."""
    place = journal.path()
    here = place.read_bytes() if place.exists() else b""
    known = {line.strip() for line in here.splitlines()}
    lines = [line.strip() for line in content.splitlines() if re.fullmatch(rb"\s*\{.*\}\s*", line)]
    new = [line for line in dict.fromkeys(lines) if line not in known]
    if new:
        place.parent.mkdir(parents=True, exist_ok=True)
        write(place, here.rstrip(b"\n") + b"\n" + b"\n".join(new) + b"\n")
    return len(new)
