"""The worked solutions: the answers of the source notebooks, kept here because a learner has no sources.

``python -m bncourse.companion.worked`` writes the file again; a test holds it equal to the notebooks.
"""

import json
import re
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("worked_solutions.json")
_NO_ANSWER = re.compile(r"^ *(?:### (?:BEGIN|END) SOLUTION|# (?:return \{| +\"|\}).*)\n?", re.MULTILINE)


@cache
def solutions():
    """Return the code of each worked solution, by the name of its exercise.

    Returns
    -------
    dict of str to str
    """
    return json.loads(_FILE.read_text(encoding="utf-8"))


def in_sources(folder):
    """Read the answers out of source notebooks.

    Parameters
    ----------
    folder : path
        ``solutions/``.

    Returns
    -------
    dict of str to str
        In the order of the course.
    """
    found = {}
    for path in sorted(Path(folder).glob("*/*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            marks = cell["metadata"].get("nbgrader", {})
            if cell["cell_type"] == "code" and marks.get("solution") and not marks.get("grade"):
                found[marks["grade_id"]] = _NO_ANSWER.sub("", "".join(cell["source"])).rstrip()
    return found


if __name__ == "__main__":
    _FILE.write_text(json.dumps(in_sources("solutions"), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
