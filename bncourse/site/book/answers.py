"""Is anything of the answers in what was made? Looked for in every file, before anybody else sees it."""

import json
import re
from html import unescape
from pathlib import Path

from bncourse.grading.release.source import lines


def leaks(folder, sources):
    """Yield each file that holds an answer, with the name of the answer.

    Parameters
    ----------
    folder : Path
        Files of text are read as they are, and once more without markup.
    sources : sequence of bncourse.grading.release.source.SourceNotebook
        With the solutions.

    Yields
    ------
    (Path, str)
        The file, and the exercise whose answer stands in it.
    """
    answers = [
        (cell.grade_id, "".join(lines(region)))
        for source in sources
        for cell in [*source.answers, *source.written]
        for region in cell.regions()[0]
    ]
    for path in sorted(Path(folder).rglob("*")):
        if not path.is_file():
            continue
        text = path.read_bytes().decode("utf-8", errors="ignore")
        readings = [_plain(text), _plain(unescape(re.sub(r"<[^>]*>", "", text)))]
        if path.suffix in {".json", ".ipynb"}:
            readings.append(_plain(_strings(json.loads(text))))
        for name, answer in answers:
            if answer and any(answer in reading for reading in readings):
                yield path, name


def _plain(text):
    return "".join(lines(text.splitlines()))


def _strings(stored):
    """Return all texts of a stored object, one to a line."""
    if isinstance(stored, str):
        return stored
    values = stored.values() if isinstance(stored, dict) else stored if isinstance(stored, list) else []
    return "\n".join(_strings(value) for value in values)
