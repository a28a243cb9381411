"""The answers in words: found wherever a person may have written them, so that a person reads them.

An answer is looked for by the mark of its cell, then by its heading, then beside its place: in a cell of one's own, in
the text of the task, in the strings of a code cell. What cannot be found asks for a look, and never counts as 0: so do
words anywhere else in the notebook, in its code too, and whatever came beside it and may hold them.
"""

import ast
import re
from dataclasses import dataclass, field

from bncourse.grading.submission.attachments import joined
from bncourse.grading.submission.bindings import read_cell
from bncourse.grading.submission.code_answers import TOO_LONG, not_written
from bncourse.grading.submission.decisions import ANSWERED, DOUBT, DROPPED, MENDED, TAKEN, Decision
from bncourse.grading.submission.matching import grade_id, is_answer, lines
from bncourse.grading.submission.parsing import UNREADABLE, parsed

MOST_WORDS_OF_CODE = 8  # with fewer, the strings of a code cell are no answer
MOST_WORDS_OF_COMMENTS = 25  # with fewer, what an answer in code says of itself asks for no look
FEWEST_WORDS_OF_A_LINE = 4  # with fewer, a string is a label or the value of an answer
NOTE = "*Note of the course: {}*"
_HEADING = re.compile(r"^\s*+(?:#+\s|\*\*|__)")
_WORD = re.compile(r"[^\W\d_]{2,}|\d")


@dataclass(frozen=True)
class WrittenAnswer:
    """What stands in the cell of an answer in words.

    Parameters
    ----------
    source : str
    number : int or None
        The written cell in whose place it stands; None where it stands as in the release.
    attachments : dict
        Its pictures.
    is_written : bool
    """

    source: str
    number: int | None = None
    attachments: dict = field(default_factory=dict)
    is_written: bool = False


@dataclass(frozen=True)
class _Piece:
    number: int
    text: str
    attachments: dict


def own_text(made, number):
    """Return what a text cell holds beyond the texts of the course; "" for none.

    Parameters
    ----------
    made : Match
    number : int
    """
    cell, place = made.written[number], made.places[number]
    text = cell.source if cell.kind != "code" else ""
    known = made.given_lines
    if known.issuperset(lines(text)):
        return ""
    if place is None or is_answer(made.release.cells[place]):
        return text
    kept = [line for line in text.split("\n") if not line.strip() or " ".join(line.split()) not in known]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def written_answers(made, decisions):
    """Find the answers in words.

    Parameters
    ----------
    made : Match
    decisions : list of Decision
        What was decided is added.

    Returns
    -------
    answers : dict of int to WrittenAnswer
        By the place of their cells.
    left : set of int
        The written cells whose text stands in an answer now.
    missing : list of str
        The names of the answers of which nothing is in the file.
    """
    answers, left, missing = {}, set(), []
    for place, cell in enumerate(made.release.cells):
        if is_answer(cell) and cell.cell_type != "code":
            answers[place] = _one(made, place, decisions, left, missing)
    return answers, left, missing


def _one(made, place, decisions, left, missing):
    release = made.release.cells[place]
    name, copies = grade_id(release), made.copies(place)
    left.update(copies)
    long = any(made.written[number].too_long for number in copies)
    if long:
        decisions.append(Decision(DROPPED, name, TOO_LONG))
    stub = set(lines(release.source))
    begun = [number for number in copies if not not_written(made.written[number], release)]
    pieces = [_piece(made, number) for number in begun if set(lines(made.written[number].source)) - stub]
    if pieces:
        decisions.append(Decision(TAKEN, name, ANSWERED))
        if len(pieces) > 1:
            why = f"There are {len(pieces)} cells with its mark; their texts were put together."
            decisions.append(Decision(MENDED, name, why))
        if not made.is_text(pieces[-1].number):
            why = "Its cell was no longer a markdown cell; the text was taken all the same."
            decisions.append(Decision(MENDED, name, why))
        return _made(pieces)
    pieces, why = _by_heading(made, stub), "It was found by its heading."
    near = _near(made, place, copies, {piece.number for piece in pieces})
    if not pieces:
        why = "Nothing stood in its cell; the text beside it was taken." if copies else "It was found by its place."
    pieces = sorted([*pieces, *near], key=lambda piece: piece.number)
    if not pieces:
        pieces = _by_neighbours(made, place)
        why = "It was written into the text of the course beside it, and was taken from there."
    if not pieces:
        pieces = _in_code(made, place, copies)
        why = "Nothing stood in its cell; the words in the code beside it were taken."
    if pieces:
        decisions += [Decision(TAKEN, name, ANSWERED), Decision(MENDED, name, why)]
        left.update(
            piece.number for piece in pieces if made.is_text(piece.number) and made.places[piece.number] is None
        )
        return _made(pieces)
    return _not_found(made, place, copies, begun, long, decisions, missing)


def _not_found(made, place, copies, begun, long, decisions, missing):
    """Return the answer where no word of it was found: a note that asks for a look, or the stub where that is sure."""
    release = made.release.cells[place]
    name, at = grade_id(release), next(iter(copies), None)
    elsewhere = any(own_text(made, number).strip() for number in _texts(made) if made.places[number] != place)
    emptied = begun or any(not made.written[number].source.strip() for number in copies)
    if long:
        says = "the text of this answer was longer than a cell may be, and is in the file that was handed in."
    elif not copies:
        missing.append(name)
        says = "the cell of this answer was not in the file, and no text was found in its place."
    elif emptied:
        says = "the cell of this answer was emptied, and no text was found beside it."
    elif elsewhere:
        says = "nothing stood in the cell of this answer, but other texts of the student's own are in the notebook."
    elif _in_any_code(made):
        says = "nothing stood in the cell of this answer, but there are words of the student's own in the code."
    elif name in made.beside:
        says = f"nothing stood in the cell of this answer, but {made.beside[name]}."
    else:
        decisions.append(Decision(TAKEN, name, "Nothing is written yet."))
        return WrittenAnswer(release.source, at)
    if copies:
        decisions.append(Decision(DOUBT, name, f"A person looks at it: {says}"))
    return WrittenAnswer(f"{release.source.rstrip()}\n\n{NOTE.format(says[0].upper() + says[1:])}", at)


def _made(pieces):
    text, attachments = joined([(piece.text, piece.attachments) for piece in pieces])
    return WrittenAnswer(text, pieces[0].number, attachments, is_written=True)


def _piece(made, number):
    cell = made.written[number]
    return _Piece(number, cell.source, cell.attachments)


def _texts(made):
    return [number for number, cell in enumerate(made.written) if cell.kind != "code"]


def _has_words(text):
    return _WORD.search(text) is not None


def _by_heading(made, stub):
    """Find texts without a mark that bear the heading of the answer."""
    headings = {re.sub(r"[\W_]+", " ", line).strip().casefold() for line in stub if _HEADING.match(line)} - {""}
    found = []
    for number in _texts(made):
        said = lines(_piece(made, number).text) if made.places[number] is None else []
        if any(re.sub(r"[\W_]+", " ", line).strip().casefold() in headings for line in said[:5]):
            found.append(_piece(made, number))
    return found if any(set(lines(piece.text)) - stub for piece in found) else []


def _gap(made, place, copies):
    """Return the numbers of the cells of one's own beside the place of an answer."""
    known = [number for number, other in enumerate(made.places) if other is not None and other != place]
    if copies:
        before = max((n for n in known if n < copies[0]), default=-1)
        behind = min((n for n in known if n > copies[-1]), default=len(made.places))
    else:
        above = [n for n in known if made.places[n] < place]
        before = max(above, key=lambda n: (made.places[n], n), default=-1)
        below = [n for n in known if made.places[n] > place and n > before]
        behind = min(below, default=len(made.places))
        behind = min([behind, *(n for n in known if n > before)])
    return [n for n in range(before + 1, behind) if made.places[n] is None]


def _near(made, place, copies, taken):
    texts = set(_texts(made))
    gap = [n for n in _gap(made, place, copies) if n in texts and n not in taken]
    return [_piece(made, n) for n in gap if _has_words(own_text(made, n))]


def _by_neighbours(made, place):
    """Return what was written into the texts of the course right before and behind the answer."""
    found = []
    for number in _texts(made):
        if made.places[number] in (place - 1, place + 1) and _has_words(own := own_text(made, number)):
            stub = set(lines(made.release.cells[place].source))
            kept = [line for line in own.split("\n") if " ".join(line.split()) not in stub]
            if _has_words("\n".join(kept)):
                found.append(_Piece(number, "\n".join(kept).strip(), made.written[number].attachments))
    return found


def _strings(text):
    """Return the words that a code cell holds: its strings and comments, in order, one in a line."""
    try:
        tree, _ = read_cell(text)
        found = [
            (node.lineno, node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
    except UNREADABLE:
        return text
    found += [
        (number, line.strip().lstrip("# "))
        for number, line in enumerate(text.split("\n"), start=1)
        if line.lstrip().startswith("#")
    ]
    return "\n".join(said for _, said in sorted(found, key=lambda each: each[0]) if said.strip())


def _in_code(made, place, copies):
    found = []
    for number in _gap(made, place, copies):
        if not made.is_text(number):
            said = _strings(made.written[number].source)
            if len(said.split()) >= MOST_WORDS_OF_CODE:
                found.append(_Piece(number, said, {}))
    return found


def _in_any_code(made):
    """Return whether some code cell holds as many words of one's own as an answer could have."""
    known = {line for cell in made.release.cells if cell.cell_type == "code" for line in lines(_strings(cell.source))}
    for number, cell in enumerate(made.written):
        if not made.is_text(number):
            said = [line for line in lines(_strings(cell.source)) if line not in known and _is_said(line)]
            enough = MOST_WORDS_OF_CODE if made.places[number] is None else MOST_WORDS_OF_COMMENTS
            if sum(len(line.split()) for line in said) >= enough:
                return True
    return False


def _is_said(line):
    """Return whether a line is a sentence: no label, and no code, such as an earlier try that was made a comment."""
    if len(line.split()) < FEWEST_WORDS_OF_A_LINE:
        return False
    if line.endswith(":") and re.match(r"(?:def|for|if|elif|else|while|with|try|except|class)\b", line):
        return False
    try:
        parsed(line)
    except UNREADABLE:
        return True
    return re.search(r"[=(\[]", line) is None and not line.startswith(("return ", "import ", "from ", "raise "))
