"""Readers whose first language is not English: short stretches, short sentences, plain words."""

import json
import re
import statistics
from pathlib import Path

import pytest

from bncourse import exercises
from bncourse.checking import Quiz
from bncourse.companion.asides import ASIDES
from bncourse.companion.gains import GAINS
from bncourse.companion.glossary import GLOSSARY
from bncourse.companion.predictions import PREDICTIONS
from bncourse.companion.questions import QUESTIONS
from bncourse.companion.reasons import REASONS
from bncourse.companion.summaries import SUMMARIES

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "solutions").glob("*/*.ipynb"))
ACT = re.compile(r"^(?:predict|recall|ask)\(|[Ss]lider|noise_of_the_mean\(|drift_figures\.tiny_network\(", re.MULTILINE)
SENTENCE_END = re.compile(r"(?<=[.?!:;])[\"*)]*\s+")
# Words on which readers stumbled, or that belong to another time; the plain word stands in the comment.
AVOID = re.compile(
    r"\b(?:mend(?:s|ed|ing)?"  # fix
    r"|bears? (?:out|on)"  # agrees with, is about
    r"|but for (?:eps|the)|save for"  # except for
    r"|gives? way|is content|are content"  # becomes smaller, passes
    r"|do these\?|does this\?"
    r"|stands? (?:in|on|above|below|under|beside|before|after|at|where)|(?<=[,;] )for (?:it|they|this|we)"
    r"|hence|thus|thereof|whereof|wherefore|whilst|albeit|lest|ere|nigh|sundry|hitherto|henceforth"
    r"|simply|obviously|of course|needless to say|it is easy to see)\b",
    re.IGNORECASE,
)
LONGEST_SENTENCE = 35
STILL_LONGER = {}  # sentences; may only become fewer
STILL_MORE = {"01": 1900, "07": 1900}  # words; may only become fewer


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def prose(cell):
    """The words of a text cell that stand in view: no fold, no sources."""
    text = "".join(cell["source"]).split("**Source")[0]
    return re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)


def stretches(path):
    """Words between two things to do: predict, write, move, answer. A quiz's own questions are things to do."""
    words, found = 0, []
    for cell in read(path):
        marks = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "markdown" and not marks.get("solution"):
            text = prose(cell)
            if any(f"### Exercise: {quiz}" in text for quiz in exercises.names() if is_quiz(quiz)):
                text = re.sub(r"^(?:\||- |\d+\. ).*$", "", text, flags=re.MULTILINE)
            words += len(text.split())
        elif marks.get("solution") or ACT.search("".join(cell["source"])):
            found.append(words)
            words = 0
    return found


def is_quiz(name):
    return isinstance(exercises.find(name), Quiz)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_at_most_250_words_stand_between_two_things_to_do(path):
    assert max(stretches(path)) <= 250


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_notebook_has_at_most_1800_words_in_view(path):
    texts = [
        prose(cell) for cell in read(path) if cell["cell_type"] == "markdown" and not cell["metadata"].get("nbgrader")
    ]
    assert sum(len(text.split()) for text in texts) <= STILL_MORE.get(path.stem[:2], 1800)


def test_half_of_the_stretches_have_at_most_120_words():
    assert statistics.median([words for path in SOURCES for words in stretches(path)]) <= 120


def test_the_first_notebook_has_something_to_do_within_its_first_150_words():
    assert stretches(SOURCES[0])[0] <= 150
    page = " ".join(prose(cell) for cell in read(SOURCES[0]) if cell["cell_type"] == "markdown")
    assert "Submit" not in page, "who learns alone has no Submit"
    taught = page + " ".join(repr(one) for key, one in ASIDES.items() if one.notebook == "00")
    for words in ("square button", "Interrupt Kernel", "raw marks", "name 'check' is not defined"):
        assert words in taught


@pytest.mark.parametrize("key", ASIDES)
def test_a_quick_question_stands_once_in_its_notebook(key):
    cells = [
        "".join(cell["source"]) for path in SOURCES if path.stem[:2] == ASIDES[key].notebook for cell in read(path)
    ]
    assert cells.count(f'ask("{key}")') == 1
    assert len(set(ASIDES[key].choices())) == 3 and ASIDES[key].because.endswith(".")


def sentences(path):
    for cell in read(path):
        if cell["cell_type"] == "markdown" and not cell["metadata"].get("nbgrader"):
            text = "".join(cell["source"]).split("**Source")[0]
            for line in re.sub(r"`[^`]*`|<[^>]*>", "x", text).splitlines():
                if not line.startswith(("    ", "|", "#")):
                    yield from filter(None, SENTENCE_END.split(line))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_sentences_are_short(path):
    lengths = [len(sentence.split()) for sentence in sentences(path)]
    assert statistics.mean(lengths) <= 12
    assert sum(length > LONGEST_SENTENCE for length in lengths) <= STILL_LONGER.get(path.stem[:2], 0)
    assert max(lengths) <= 45


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_what_is_folded_ends_in_its_own_cell(path):
    """Or the exercises below would be folded with it."""
    for cell in read(path):
        marks = re.findall(r"</?details>", "".join(cell["source"]))
        assert marks == ["<details>", "</details>"] * (len(marks) // 2), cell["id"]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_notebook_uses_plain_words(path):
    found = [
        f"{cell['id']}: {match[0]}"
        for cell in read(path)
        for match in AVOID.finditer("".join(cell["source"]))
        if not cell["metadata"].get("nbgrader", {}).get("grade")
    ]
    assert not found


def said_by(exercise):
    """All that a card can say of an exercise."""
    yield from (exercise.asks, *exercise.hints)
    yield from (idea.says for idea in getattr(exercise, "wrong_ideas", ()))
    yield from (sentence for sentence, _ in getattr(exercise, "properties", ()))
    for question in getattr(exercise, "questions", ()):
        yield from (question.asks, question.because)
        yield from (why if isinstance(why, str) else why[1] for why in question.why_wrong.values())


def test_what_accompanies_the_notebooks_uses_plain_words_too():
    texts = [*GAINS.values(), *(entry[0] for entry in GLOSSARY.values()), *(r for rs in REASONS.values() for r in rs)]
    texts += [one.asks + one.because for one in PREDICTIONS.values()]
    asked = [*ASIDES.values(), *(question for questions in QUESTIONS.values() for question in questions)]
    texts += [f"{one.asks} {one.because} {' '.join(one.choices())}" for one in asked]
    texts += [row for rows in SUMMARIES.values() for row in (" ".join(each) for each in rows)]
    texts += [text for name in exercises.names() for text in said_by(exercises.find(name))]
    assert not [match[0] for text in texts for match in AVOID.finditer(text)]
