"""Exercise find_bugs. A test for batch norm, graded by the exhibits of the museum that it finds."""

from bncourse import reference
from bncourse.checking import Case, Exercise

_STEPS = (6, 8, 10)


def _find_bugs_cases(rng):
    for needed in _STEPS:
        part = f"finds at least {needed} of the 12 bugs, and accepts three right ones"
        yield Case(part, (needed, int(rng.integers(1_000_000))), part=part)


find_bugs = Exercise(
    notebook="10-bug-museum",
    reference=reference.find_bugs,
    asks=(
        "write a test for batch norm: find_bugs(bn) raises an AssertionError (or returns False) if bn has a "
        "bug, and returns None if it is right; at least 10 of the museum's 12 bugs must be found"
    ),
    cases=_find_bugs_cases,
    points=6,
    section="The tests",
    returns=("the outcome",),
    shows=("your test",),
    driver="bncourse.drivers.museum:run_tests",
    seconds=30.0,
    hints=(
        "List what batch norm promises: its output while training, the running statistics, its output at inference, "
        "the gradients. A bug can hide in each.",
        "A bug shows only where it makes a difference. With gamma 1, beta 0, a tiny epsilon, running statistics like "
        "those of the batch, or a gradient of ones, many make none.",
        "Draw a batch with a large epsilon, random gamma, beta and running statistics, and a momentum of 0.7. Compare "
        "all results with the formula. Do it again for feature maps with four axes, and for a mean of a million. "
        "For the gradients, compare with finite differences.",
    ),
)


@find_bugs.property("the test should make its numbers itself")
def _nothing_stored(case, got):
    if got.get("stored numbers") != "none":
        return "numbers drawn or computed inside the test, by the formulas; a dozen in a list by hand at most", got.get(
            "stored numbers"
        )
    return None


@find_bugs.property("the test should accept the three right batch norms")
def _right_ones_accepted(case, got):
    if got.get("right ones") != "accepted":
        message = got.get("message")
        return "no error for a right one", f"a right one is rejected{f', by: {message}' if message else ''}"
    return None


@find_bugs.property("the test should find enough of the bugs; 10 of 12 earn all points")
def _enough_found(case, got):
    if got.get("bugs") != "enough":
        where = f" ({_kinds(got)})" if _passing(got) else ""
        return f"at least {case.arguments[0]} of 12", f"{got.get('bugs')}; not found: {got.get('not found')}{where}"
    return None


@find_bugs.advise
def _what_shows_the_first_that_passes(case, got):
    if got.get("right ones") != "accepted" or got.get("bugs") == "enough" or not (passing := _passing(got)):
        return None
    name, _, shows = passing[0]
    return f"How {name!r} shows, as the museum has it: {shows} Has your test a number in which it would?"


def _passing(got):
    """Return the name, the kind and the look of each bug that a test accepts."""
    return list(got.get("passing", ()))


def _kinds(got):
    """Say which kinds of bugs pass, and how many of each."""
    kinds = [kind for _, kind, _ in _passing(got)]
    return "; ".join(f"{kinds.count(kind)} of the kind {kind!r}" for kind in dict.fromkeys(kinds))


@find_bugs.advise
def _what_is_left(case, got):
    passed = got.get("right ones") == "accepted" and got.get("bugs") == "enough"
    if passed and case.arguments[0] == _STEPS[-1] and got.get("not found"):
        return f"Not found: {got['not found']}. That is allowed; 10 of 12 are enough."
    return None
