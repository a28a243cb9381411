"""The course in a folder of the learner's own: copied there, and kept up to date.

In the hidden folder ``.bncourse`` is what was released last time, and a copy of each notebook before it was changed.
"""

import json
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from bncourse import __version__, course
from bncourse.learner.update import NotMerged, checked, merge
from bncourse.trouble import Trouble

AS_IT_WAS, NEW, BACK, UPDATED, KEPT = "as it was", "new", "back", "updated", "kept"


def command(options):
    """Copy the course into a folder, or bring what is newer; the ``bncourse get`` command."""
    released = course.released()
    folder = _target(options.directory)
    is_first = not (folder / course.HIDDEN).exists()
    done = {}
    if options.work:
        from bncourse.learner import work

        try:
            brought = work.bring(folder, work.opened(options.work), [path.stem for path in released])
        except OSError as error:
            raise _not_written(error, folder, done) from error
        for sentence in brought:
            print(f"  {sentence}")
    for path in released:
        try:
            done[path.stem], sentences = _bring(folder, path)
        except OSError as error:
            raise _not_written(error, folder, done) from error
        for sentence in sentences:
            print(f"  {path.stem}: {sentence}")
    counts = {state: sum(each == state for each in done.values()) for state in (NEW, BACK, UPDATED, KEPT)}
    said = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    if counts[UPDATED]:
        print("  If one of them is open in JupyterLab, choose File > Reload Notebook from Disk before you go on.")
        print(f"  The notebooks as they were are in {folder / course.HIDDEN / 'before'}")
    print(f"The course (release {__version__}) is in {folder}: {len(done)} notebooks{', ' if said else ''}{said}.")
    if is_first:
        here = Path.cwd()
        go = f'cd "{_shown(folder, here)}" && ' if folder != here else ""
        print(f"Open it: {go}bncourse start")
    elif not said:
        print("Nothing is newer than what you have.")


def _target(named):
    """Return the folder to write to, which is new, empty, or one that has the course."""
    if named is None:
        with suppress(Trouble):
            named = course.find_folder(to_learn=True, installed=False)
    folder = Path(named or "bncourse").expanduser().resolve()
    if folder.exists() and not folder.is_dir():
        raise Trouble(f"{folder} is a file; name a folder: bncourse get FOLDER")
    if course.is_clone(folder):
        raise Trouble(f"{folder} is a clone of the course; `git pull` brings what is newer. Or name another folder.")
    try:
        is_empty = not folder.exists() or not any(folder.iterdir())
    except PermissionError as error:
        raise Trouble(f"{folder} cannot be read by you; name a folder of your own: bncourse get FOLDER") from error
    if not is_empty and not course.has_notebooks(folder):
        raise Trouble(
            f"{folder} is not empty, and has no notebooks of the course. Name a new folder: bncourse get FOLDER"
        )
    return folder


def _bring(folder, path):
    """Bring one notebook; gives what was done, and sentences about it."""
    place, base = folder / "notebooks" / path.stem / path.name, _base(folder, path)
    content = path.read_bytes()
    if not place.exists():
        was_here = base.exists()
        copies = _copies(place, content) if was_here else []
        write(place, content)
        write(base, content)
        told = [f"{each} seems to be a copy of it; it stays as it is." for each in copies]
        return (
            (BACK, ["It was not there any more, so it is back, without answers.", *told]) if was_here else (NEW, told)
        )
    if base.exists() and base.read_bytes() == content:
        return AS_IT_WAS, []
    new = json.loads(content)
    try:
        theirs = _read(place)
        merged = merge(_base_if_read(base), theirs, new)
    except NotMerged as reason:
        beside = _keep_beside(folder, path)
        return KEPT, [f"Your notebook {reason}. It stays as it is; the new release is {beside}"]
    told = list(merged.told)
    if merged.beside:
        told.append(f"The new release is {_keep_beside(folder, path)}")
    if merged.notebook == theirs:
        write(base, content)
        return AS_IT_WAS, told
    write(folder / course.HIDDEN / "before" / time.strftime("%Y%m%d-%H%M%S") / path.name, place.read_bytes())
    write(place, (json.dumps(merged.notebook, indent=1, ensure_ascii=False) + "\n").encode())
    write(base, content)
    return UPDATED, told


def is_behind(folder):
    """Return whether a folder has notebooks of another release than the one that is installed."""
    try:
        released = course.released()
    except Trouble:
        return False
    bases = [(_base(folder, path), path) for path in released]
    return any(base.exists() and base.read_bytes() != path.read_bytes() for base, path in bases)


def _base(folder, path):
    return folder / course.HIDDEN / "released" / path.name


def _base_if_read(base):
    try:
        return _read(base)
    except (NotMerged, OSError):
        return None


def _read(place):
    try:
        notebook = checked(json.loads(place.read_bytes()))
    except (ValueError, RecursionError) as error:
        raise NotMerged("is no notebook that can be read") from error
    except PermissionError as error:
        raise NotMerged("may not be read by you") from error
    if not os.access(place, os.W_OK):
        raise NotMerged("is protected from writing")
    return notebook


def _copies(place, content):
    """Return the other notebooks of a folder that have most cells of a release."""
    ids = {cell["id"] for cell in json.loads(content)["cells"]}
    found = []
    for other in sorted(place.parent.parent.rglob("*.ipynb")):
        with suppress(NotMerged, OSError):
            if len(ids & {cell.get("id") for cell in _read(other)["cells"]}) > len(ids) / 2:
                found.append(other)
    return found


def _keep_beside(folder, path):
    beside = folder / f"released-{__version__}" / path.name
    write(beside, path.read_bytes())
    return beside


def write(place, content):
    """Write a file whole or not at all."""
    place = place.resolve()  # of a link, the file
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if place.exists():
            shutil.copymode(place, part)
        os.replace(part, place)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def _not_written(error, folder, done):
    place = error.filename or folder
    mend = "Name a folder of your own (bncourse get FOLDER)" if isinstance(error, PermissionError) else "Mend that"
    return Trouble(
        f"{place} cannot be written ({error.strerror or error}). {len(done)} notebooks were done before; everything "
        f"else is as it was, and nothing is lost. {mend}, and run the command again."
    )


def _shown(folder, here):
    return folder.relative_to(here) if folder.is_relative_to(here) else folder
