"""Each measured sentence is paired with its assertion: where the sentence is false, the claim fails."""

import json
import re
from pathlib import Path

import pytest
import told_numbers
from measured_sentences import SENTENCES
from told_ranges import RANGES

from bncourse.experiments.claims import CLAIMS

ROOT = Path(__file__).resolve().parents[1]
NUMBERS = told_numbers.load()
PAIRS = [(number, one) for number, sentences in SENTENCES.items() for one in sentences]
TOLD = [(number, one) for number, ranges in RANGES.items() for one in ranges]


def texts(number):
    """The text cells of a notebook, by their ids."""
    [path] = (ROOT / "solutions").glob(f"{number}-*/*.ipynb")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return {cell["id"]: "".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"}


TEXTS = {number: texts(number) for number in sorted({*SENTENCES, *RANGES})}


def _id(value):
    return f"{value.claim}: {value.words[:40]}" if hasattr(value, "words") else value


@pytest.mark.parametrize(("number", "one"), [*PAIRS, *TOLD], ids=_id)
def test_the_words_stand_in_a_notebook_of_their_claim(number, one):
    assert CLAIMS[one.claim].notebook == number
    assert one.words in TEXTS[number][one.cell], "the sentence has changed: does its claim still assert it?"


@pytest.mark.parametrize(("number", "sentence"), PAIRS, ids=_id)
def test_a_claim_fails_where_its_sentence_is_false(number, sentence):
    claim, measured = CLAIMS[sentence.claim], NUMBERS[sentence.claim][0]
    assert claim.holds(measured)
    assert sentence.denials
    for denial in sentence.denials:
        assert set(denial) <= set(measured), "a number that is not measured"
        assert not claim.holds(measured | denial), (
            f"{sentence.words!r} is false with {denial}, and the claim still holds"
        )


@pytest.mark.parametrize(("number", "told"), TOLD, ids=_id)
def test_what_a_text_tells_of_other_seeds_is_what_came_out_on_them(number, told):
    found = [told.number(numbers) for numbers in NUMBERS[told.claim]]
    assert len(found) == 20
    found = [round(value, told.digits) for value in found if value is not None]
    assert len(found) >= 18, "the text leaves more than two seeds out"
    assert told.low <= min(found) and max(found) <= told.high, f"{told.words!r}: {min(found)} to {max(found)}"


@pytest.mark.parametrize("words", sorted({(number, one.words) for number, one in TOLD}))
def test_a_range_ends_where_the_numbers_of_the_other_seeds_end(words):
    told = [one for number, one in TOLD if (number, one.words) == words]
    low, high, digits = told[0].low, told[0].high, told[0].digits
    found = [one.number(numbers) for one in told for numbers in NUMBERS[one.claim]]
    found = [value for value in found if value is not None]
    ends = {low: min(found), high: max(found)} if low != -high else {high: max(map(abs, found))}
    named = {float(number) for number in re.findall(r"\d+(?:\.\d+)?", words[1])}
    for end in [end for end in ends if abs(end) in named]:
        # "3 to 10 times" is what came out, rounded; "at most 0.12" may be less than a last digit above it
        off = 0.5 if {abs(low), abs(high)} <= named else 1
        assert abs(end - ends[end]) < 1.001 * off * 10**-digits


@pytest.mark.parametrize("name", CLAIMS)
def test_every_claim_has_its_sentence_and_every_cell_that_tells_of_seeds_is_compared(name):
    assert name in NUMBERS, f"measure it: python tests/told_numbers.py {name}"
    assert name in {one.claim for _, one in PAIRS}
    paired = {one.cell for _, one in [*PAIRS, *TOLD] if one.claim == name}
    assert set(CLAIMS[name].told) <= paired


@pytest.mark.parametrize("number", SENTENCES)
def test_a_sentence_about_other_seeds_is_in_the_list(number):
    for cell, text in TEXTS[number].items():
        words = [one.words for _, one in [*PAIRS, *TOLD] if one.cell == cell and CLAIMS[one.claim].notebook == number]
        for sentence in re.split(r"(?<=[.?!])\s", text.split("**Source")[0]):
            if re.search(r"\bother seeds\b|\bseeds 5000\b|\bth(os)?e(se)? (20 )?seeds\b", sentence):
                assert any(part in sentence for part in words), f"{cell}: {sentence}"


@pytest.mark.parametrize("number", SENTENCES)
def test_seeds_that_a_text_names_are_those_whose_numbers_are_kept(number):
    kept = set(map(told_numbers.seeds, CLAIMS))
    for cell, text in TEXTS[number].items():
        for first, last in re.findall(r"\bseeds (\d{4}) to (\d{4})", text):
            assert range(int(first), int(last) + 1) in kept, cell


def test_the_numbers_are_kept_for_the_claims_that_there_are():
    assert set(NUMBERS) == set(CLAIMS)
    assert all(len(NUMBERS[name]) == len(told_numbers.seeds(name)) for name in NUMBERS)
