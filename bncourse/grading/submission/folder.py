"""What lies in a submitted folder: the notebook, files that may come along, and the time of submission.

Every count and size has an end, and a name is text that somebody else chose. How files are opened: `plain_files`.
"""

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib.machinery import PathFinder
from pathlib import Path
from sys import stdlib_module_names

from bncourse.grading.submission.merge import (
    DOUBT,
    DROPPED,
    MENDED,
    NOT_GRADED,
    REFUSED,
    Decision,
    Staged,
    grade_id,
    is_answer,
    stage_notebook,
)
from bncourse.grading.submission.names import is_safe, shown
from bncourse.grading.submission.plain_files import list_files, read_file
from bncourse.grading.submission.reading import MOST_RAW
from bncourse.grading.submission.timestamp import TIMESTAMP, read_time

OF_NBGRADER = (TIMESTAMP, "submission_secret.txt")
COUNTS = "is the notebook that counts."
MOST_TRIED = 10  # notebooks of one student that are looked into
# Data and pictures. Nothing that Python would import or load by itself.
SUFFIXES = {".csv", ".gif", ".jpeg", ".jpg", ".json", ".md", ".npy", ".pdf", ".png", ".tsv", ".txt", ".yaml", ".yml"}
# In these somebody may have written an answer in words, or photographed it. (Not in data.)
_PROSE = re.compile(
    r"(?!\.).*\.(?:docx?|gif|heic|html?|jpe?g|markdown|md|odt|pages|pdf|png|rtf|tex|txt|webp)", re.IGNORECASE
)
_NOTEBOOK = re.compile(r".*\.ipynb(\.txt|\.json)?", re.IGNORECASE)


@dataclass(frozen=True)
class FolderLimits:
    """What of the files beside a notebook is taken.

    Parameters
    ----------
    files, depth, bytes : int
        How many files, in how many folders below the first, and how large together.
    seen : int
        How many names in a folder are looked at.
    """

    files: int = 50
    depth: int = 3
    bytes: int = 20_000_000
    seen: int = 2_000


@dataclass(frozen=True)
class Arrival:
    """A submitted folder that may be graded.

    Parameters
    ----------
    staged : Staged
    files : dict
        The content of the files that come along, by their path with "/".
    timestamp : str
        The time of submission as nbgrader writes it, or "".
    raw : dict
        The SHA-256 of each file that was read, by its path.
    """

    staged: Staged
    files: dict = field(default_factory=dict)
    timestamp: str = ""
    raw: dict = field(default_factory=dict)

    @property
    def decisions(self):
        return self.staged.decisions


def stage_folder(folder, release, limits=None, now=None):
    """Read a submitted folder, and put its answers into the release.

    Parameters
    ----------
    folder : path
        Named as the assignment is, such as ``received/ada/04-normalize-scale-shift``; it may be anything, or
        nothing at all.
    release : NotebookNode
    limits : FolderLimits, optional
    now : datetime, optional
        With a time zone; the present, where it is not given.

    Returns
    -------
    Arrival
        Whatever lies in the folder.
    """
    limits, now = limits or FolderLimits(), now or datetime.now(UTC)
    name = Path(folder).name.partition("@")[0]
    decisions, raw = [], {}
    try:
        found, left = list_files(folder, limits.depth, limits.seen, first=(f"{name}.ipynb", TIMESTAMP))
    except OSError as error:
        why = f"What was handed in is no folder that can be read ({error.strerror}). {NOT_GRADED}"
        return Arrival(_nothing(release, Decision(REFUSED, "the folder", why)))
    decisions += [Decision(DROPPED, shown(path), why) for path, why in left]
    notebooks = [each for each in found if _NOTEBOOK.fullmatch(each.path)]
    if notebooks:
        staged = _best(folder, _ordered(notebooks, name), name, release, raw, decisions, _beside(found))
    else:
        others = ", ".join(shown(each.path) for each in found[:5] if each.path != TIMESTAMP)
        came = f"There is no notebook among what was handed in ({others})." if others else "There is no notebook."
        staged = _nothing(release, Decision(REFUSED, "the notebook", f"{came} {NOT_GRADED}"))
    timestamp = _timestamp(folder, found, raw, now, decisions)
    files = _files(folder, found, raw, limits, decisions)
    staged = replace(staged, decisions=(*decisions, *staged.decisions))
    return Arrival(staged, files, timestamp, raw)


def _nothing(release, decision):
    staged = stage_notebook(None, release)
    return Staged(staged.notebook, (decision,), readable=False)


def _content(folder, found, raw, most, decisions):
    """Return the content of a file and note its hash; None, and a decision, where it cannot be read."""
    try:
        content = read_file(folder, found.path, most)
    except OSError as error:
        decisions.append(Decision(DROPPED, shown(found.path), f"It cannot be read ({error.strerror})."))
        return None
    raw[shown(found.path)] = hashlib.sha256(content).hexdigest()
    return content


def _ordered(notebooks, name):
    """Return the notebooks in the order in which they could be meant: by their name, then the one saved last."""

    def meant(each):
        near = each.path.rpartition("/")[2].lower().startswith(name.lower())
        return each.path == f"{name}.ipynb", near, each.changed, each.path

    return sorted(notebooks, key=meant, reverse=True)


def _beside(found):
    """Say which files beside a notebook may hold an answer in words, as a part of a sentence; "" for none."""
    texts = [
        shown(each.path)
        for each in found
        if each.path not in OF_NBGRADER
        and not _NOTEBOOK.fullmatch(each.path)
        and _PROSE.fullmatch(each.path.rpartition("/")[2])
        and "__MACOSX" not in each.path
    ]
    more = f" and {len(texts) - 3} more" if len(texts) > 3 else ""
    return f"a file that came with the notebook may hold it: {', '.join(texts[:3])}{more}" if texts else ""


def _best(folder, notebooks, name, release, raw, decisions, file):
    """Read these notebooks, and give the one with the most answers; of equals the first."""
    tried, best = [], None
    for each in notebooks[:MOST_TRIED]:
        left = []
        staged = stage_notebook(_content(folder, each, raw, MOST_RAW + 1, left), release)
        tried.append((each, staged.answers, staged.written))
        if best is None or (staged.answers, staged.readable) > (best[1].answers, best[1].readable):
            best = each, staged, left  # the others are let go, because each may hold much
    chosen, staged, left = best
    decisions += left
    first, at_first, _ = tried[0]
    what = shown(chosen.path)
    if chosen is first and chosen.path != f"{name}.ipynb":
        decisions.append(Decision(MENDED, what, f"It was taken as {name}.ipynb, which is not there."))
        if len(notebooks) > 1:
            why = f"Of {len(notebooks)} notebooks the one with the most answers counts, then the one saved last."
            decisions.append(Decision(MENDED, what, why))
    elif chosen is not first and not at_first:
        empty = ", ".join(shown(each.path) for each, answers, _ in tried if each is not chosen and not answers)
        decisions.append(Decision(MENDED, what, f"It was taken, because there is no answer in {empty}."))
    elif chosen is not first:
        why = (
            f"It was taken, because it has {staged.answers} answers and {shown(first.path)} has {at_first}. "
            "If another one is meant, hand in that one alone."
        )
        decisions.append(Decision(DOUBT, what, why))
    for each in notebooks:
        if each is not chosen:
            decisions.append(Decision(DROPPED, shown(each.path), f"{what} {COUNTS}"))
    words = [grade_id(cell) for cell in release.cells if is_answer(cell) and cell.cell_type != "code"]
    beside = dict.fromkeys(words, file) if file else {}
    for each, _, written in tried:
        more = [answer for answer in _names(release) if answer in written - staged.written]
        if more:
            why = f"A person looks at it: it has answers that {what} does not have: {', '.join(more)}."
            decisions.append(Decision(DOUBT, shown(each.path), why))
            text = f"there is a text for it in {shown(each.path)}, which came too"
            beside |= dict.fromkeys(set(more) & set(words), text)
    if set(beside) - staged.written and staged.readable:
        staged = stage_notebook(_content(folder, chosen, raw, MOST_RAW + 1, []), release, beside)
    return staged


def _names(release):
    return [grade_id(cell) for cell in release.cells if is_answer(cell)]


def _timestamp(folder, found, raw, now, decisions):
    """Return the time of submission as nbgrader writes it, or ""."""
    stamp = next((each for each in found if each.path == TIMESTAMP), None)
    content = _content(folder, stamp, raw, 1_000, decisions) if stamp else None
    if content is None:
        return ""
    time = read_time(content)
    if time is None or time > now + timedelta(days=1):
        why = "It holds no time that can be read." if time is None else "Its time lies in the future."
        decisions.append(Decision(DROPPED, TIMESTAMP, f"{why} The submission has no time."))
        return ""
    return f"{time.replace(tzinfo=None).isoformat(' ', 'microseconds')} UTC"


def _files(folder, found, raw, limits, decisions):
    """Return the content of the files that come along, by their path."""
    files, size = {}, 0
    for each in found:
        if each.path == TIMESTAMP or _NOTEBOOK.fullmatch(each.path):
            continue
        why = _unsafe(each.path)
        if not why and (len(files) >= limits.files or size + each.size > limits.bytes):
            why = f"At most {limits.files} files, {limits.bytes // 1_000_000} MB together, come along."
        if why:
            decisions.append(Decision(DROPPED, shown(each.path), why))
            continue
        content = _content(folder, each, raw, limits.bytes - size + 1, decisions)
        if content is not None and size + len(content) <= limits.bytes:
            files[each.path] = content
            size += len(content)
    return files


def _unsafe(path):
    """Say why a file may not come along, or ""."""
    *folders, name = path.split("/")
    if not all(map(is_safe, [*folders, name])):
        return "Its name may not be used on every system."
    if Path(name).suffix.lower() not in SUFFIXES:
        return "Only data and pictures come along, no programs and no archives."
    if any(folder == TIMESTAMP or _NOTEBOOK.fullmatch(folder) for folder in folders):
        return "Its folder has the name of a file that stands in its place."
    if any(folder in stdlib_module_names or PathFinder.find_spec(folder) for folder in folders):
        return "Its folder has the name of a Python module."
    return ""
