"""What a learner calls: the checks.

``check.normalize(normalize)``
    judges your function; the name after the dot is the name of the exercise.
``check.hint("normalize")``
    shows the next hint. Hints cost no points.
``check.case("normalize")``
    gives the inputs on which your answer failed, as arrays to play with.
``check.solution("normalize")``
    shows a worked solution, after the hints and two tries; and another way, once you have solved it.

A right answer shows a card and returns None. A part of the points returns them as a number; so does an answer that is
not started, which is no failure: it returns 0.0. Where somebody works at the cell, every other outcome is a card as
well, and returns 0.0 that is not shown. Where a program runs the notebook, and in a script, it raises `NotYet` or
`Stopped`, whose text is the verdict: so nbgrader gives no points wherever in a cell the check is called, and its
Validate shows the reasons. nbgrader reads None as all points, a number as that many, and an error as none.
"""

import copy
import inspect
import sys
from contextlib import contextmanager
from difflib import get_close_matches
from types import SimpleNamespace

from bncourse import exercises, waiting
from bncourse.checking import DirectAnswer, Quiz, judge
from bncourse.checking.verdict import CORRECT, NOT_CHECKED, NOT_STARTED, NOT_YET, Note
from bncourse.exercises import forgotten
from bncourse.learner import choosing, journal, own, page, solved, ways

# The learner's cases are always the same; a grader draws others, and may put a wall before the answer.
_session = SimpleNamespace(seed=0, answer=DirectAnswer, show=None, learner=True, solutions=True)
_last = {}
_hints_shown = {}


class Unsolved(AssertionError):
    """An exercise that is not solved. Its text is the verdict; `verdict` is the verdict itself."""

    def __init__(self, verdict):
        super().__init__(verdict.text())
        self.verdict = verdict

    def _render_traceback_(self):
        # IPython shows this instead of a traceback; so do nbgrader's Validate and its feedback
        return self.verdict.text().splitlines()


class NotYet(Unsolved):
    """The answer is not right yet; the text says what probably happened."""


class Stopped(Unsolved):
    """The answer raised an error, or ran too long."""


def hint(exercise=""):
    """Show the next hint for an exercise; after the last, all of them.

    Parameters
    ----------
    exercise : str
        The name of the exercise, such as "normalize".
    """
    asked = _named(exercise)
    if asked is None:
        return
    shown = min(_hints_shown.get(asked.name, 0) + 1, len(asked.hints) + 1)
    _hints_shown[asked.name] = shown
    if _session.learner and shown <= len(asked.hints):
        journal.record("hint", exercise=asked.name, number=shown)
    if shown > len(asked.hints):
        numbered = (f"{number}. {sentence}" for number, sentence in enumerate(asked.hints, start=1))
        _show(Note(f"All hints - Exercise: {asked.name}", *numbered))
    else:
        _show(Note(f"Hint {shown} of {len(asked.hints)} - Exercise: {asked.name}", asked.hints[shown - 1]))


def case(exercise=""):
    """Return the inputs on which the last checked answer failed; without a failure, those of the first case.

    Parameters
    ----------
    exercise : str
        The name of the exercise, such as "normalize".

    Returns
    -------
    dict
        The arguments by name: ``normalize(**check.case("normalize"))`` repeats the call.
    """
    asked = _named(exercise)
    if asked is None:
        return {}
    if isinstance(asked, Quiz):
        _show(Note(f"Exercise: {asked.name}", "This is a set of questions. It has no inputs to play with."))
        return {}
    seed, number = _last.get(asked.name, (_session.seed, None))
    drawn = asked.draw(seed)[number or 0]
    which = "The failing case" if number is not None else "The first case"
    call = f'{asked.name}(**check.case("{asked.name}"))'
    _show(Note(f"{which} - Exercise: {asked.name}", f"{drawn.label}. Try `{call}`."))
    return copy.deepcopy(asked.call_of(drawn))


def solution(exercise=""):
    """Show a worked solution with its reasons: to one who is stuck, and to one who has solved the exercise.

    Parameters
    ----------
    exercise : str
        The name of the exercise, such as "normalize".
    """
    if not _session.learner or (asked := _named(exercise)) is None:
        return
    found = solved.solution(asked, _session.solutions)
    if found:
        _show(Note(f"Worked solution - Exercise: {asked.name}", found) if isinstance(found, str) else found)


def yours(name):
    """Return the function that an experiment uses: your own where it is right, else the course's; and say which.

    Parameters
    ----------
    name : str
        Of the exercise. Your function is looked for in the notebook, so that nothing stops where its cell was not run.
    """
    asked = _find(name)
    learners = (_shell().user_ns if _shell() else sys._getframe(1).f_globals).get(asked.name)
    verdict = own.kept(asked, learners, _session.seed)
    verdict = verdict or (learners and judge(asked, _session.answer(learners, asked.name), _session.seed))
    return own.chosen(asked, learners, verdict)


def solutions_off():
    """Offer no worked solutions in this notebook; an instructor's release calls it in the first code cell."""
    _session.solutions = False


def reference_source(exercise):
    """Return the source of the reference function of an exercise, or "" where it has none.

    Parameters
    ----------
    exercise : str
        The name of the exercise, such as "normalize".
    """
    truth = getattr(_find(exercise), "reference", None)
    return inspect.getsource(truth) if inspect.isfunction(truth) else ""


@contextmanager
def session(seed, answer=DirectAnswer, show=None):
    """Judge within this block on cases drawn from another seed, through another kind of answer.

    Nothing is written into the learner's journal meanwhile.

    Parameters
    ----------
    seed : int
    answer : callable
        ``answer(learners, name)`` gives an `Answer`; the place where a process boundary stands.
    show : callable, optional
        ``show(verdict)`` takes the cards that a notebook would display.
    """
    before = SimpleNamespace(**vars(_session))
    vars(_session).update(seed=seed, answer=answer, show=show, learner=False)
    try:
        yield
    finally:
        vars(_session).update(vars(before))


def __getattr__(name):
    if name.startswith("_"):
        raise AttributeError(name)
    asked = _find(name, AttributeError)

    def check(*learners):
        if len(learners) != 1:
            raise TypeError(f"check.{name} takes one thing, your answer: check.{name}({name})")
        return _answer_to(asked, learners[0])

    check.__name__ = check.__qualname__ = name
    check.__doc__ = f"Check your answer to the exercise {name}: {asked.asks}."
    return check


def __dir__():
    calls = ["case", "hint", "reference_source", "session", "solution", "solutions_off", "yours"]
    return sorted(exercises.names()) + calls


def _find(name, error=ValueError):
    name = getattr(name, "__name__", name)  # check.hint(normalize) is as good as check.hint("normalize")
    found = exercises.find(name)
    if found is None:
        raise error(_no_such(name))
    return found


def _no_such(name):
    if not name:
        return 'Name the exercise, such as check.hint("standardize").'
    near = get_close_matches(str(name), exercises.names(), n=1)
    meant = f" Did you mean {near[0]}?" if near else " dir(check) lists the exercises."
    return f"There is no exercise with the name {name!r}.{meant}"


def _named(name):
    """Return an exercise by name; where there is none, say so in one sentence and give None."""
    name = getattr(name, "__name__", name)
    found = exercises.find(name)
    if found is None:
        _show(Note(_no_such(name)))
    return found


class Points(float):
    """What a check that is not solved gives, for nbgrader to read; a notebook shows nothing of it, the card says it."""

    def _repr_html_(self):
        return ""


class PointsUnseen(Points):
    """The same where somebody works at the cell: there is not even an empty line with a number beside it."""

    def _ipython_display_(self):
        """Show nothing."""


def _answer_to(asked, learners):
    live = _session.learner and page.is_live(_shell())
    with waiting.in_place(f"Checking {asked.name}", live and getattr(asked, "is_long", False)) as place:
        verdict = _verdict(asked, learners)
        if live or verdict.outcome in (CORRECT, NOT_STARTED, NOT_CHECKED) or verdict.score > 0:
            after = live and verdict.outcome == CORRECT
            (place or _show)(solved.Solved(verdict, ways.own(learners)) if after else verdict)
            if live and (buttons := choosing.offered(asked, learners, verdict.outcome)):
                _show(buttons)
            return None if verdict.outcome == CORRECT else (PointsUnseen if live else Points)(verdict.score)
    raise (NotYet if verdict.outcome == NOT_YET else Stopped)(verdict)


def _verdict(asked, learners):
    verdict = forgotten.told(judge(asked, _session.answer(learners, asked.name), _session.seed), asked)
    _last[asked.name] = (_session.seed, verdict.case)
    own.keep(asked, learners, _session.seed, verdict)
    if _session.learner:
        verdict = page.of_the_page(
            own.alone(asked, verdict, learners, _cells(), _session.seed), learners, asked.name, _shell()
        )
        _note(verdict)
        verdict = solved.with_a_way_out(solved.with_the_place_first(verdict, asked), asked, _session.solutions)
    return verdict


def _note(verdict):
    """Add a verdict to the journal, unless it is about code that the page no longer shows."""
    if verdict.outcome != NOT_CHECKED:
        journal.record(
            "check",
            exercise=verdict.exercise,
            outcome=verdict.outcome,
            score=verdict.score,
            wrong_ideas=list(verdict.wrong_ideas),
        )


def _cells():
    """Return the text of the cells that this session has run, in their order."""
    shell = _shell()
    return tuple(shell.user_ns.get("In", ())) if shell else ()


def _shell():
    """Return the IPython that runs this, or None."""
    try:
        return get_ipython()
    except NameError:
        return None


def _show(verdict):
    if _session.show is not None:
        _session.show(verdict)
    elif _shell() is None:
        print(verdict.text())
    else:
        from IPython.display import display

        display(verdict)


page.attend(_shell(), _show)
