"""What an exercise is: a task, cases, the reference function, properties, wrong ideas, hints.

Adding an exercise takes one declaration; adding a wrong idea takes a function, whose docstring is the sentence::

    normalize = Exercise(
        notebook="04-normalize-scale-shift",
        reference=reference.normalize,
        asks="centre and scale each feature: (x - mean) / sqrt(var + eps)",
        cases=draw_cases,
        hints=["...", "..."],
    )

    @normalize.wrong("F1")
    def divides_by_the_variance(x, mean, var, eps=1e-3):
        \"\"\"You divide by the variance; batch norm divides by its square root, the standard deviation.\"\"\"
        return (x - mean) / (var + eps)
"""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from types import SimpleNamespace

import numpy as np

from bncourse.checking.answer import told_to
from bncourse.checking.case import Case


@dataclass(frozen=True)
class WrongIdea:
    """A wrong answer that people really give, and the sentence it draws.

    Parameters
    ----------
    name : str
        The idea in a few words, such as "divides by the variance".
    code : str
        Its family in the bank of misconceptions, such as "F1".
    says : str
        What probably happened, in one or two sentences to the learner.
    function : callable
        The wrong answer itself; it has the signature of the reference.
    looks_like : str
        A regular expression for the line of the answer that holds the idea, or "".
    step : str
        For an exercise made of steps: the step that goes wrong, or "".
    seen : str
        A regular expression for what a driver observes where the idea is followed, or "". Where `shows` names what
        the driver tells, the idea is named only if that agrees too.
    forms : tuple of callable
        The same mistake written otherwise, where that gives other numbers, such as sums in another order.
    """

    name: str
    code: str
    says: str
    function: Callable
    looks_like: str = ""
    step: str = ""
    seen: str = ""
    forms: tuple = ()


@dataclass
class Exercise:
    """A function that the learner writes.

    Parameters
    ----------
    notebook : str
        The notebook that asks for it, such as "04-normalize-scale-shift".
    reference : callable
        The truth. Its name is the name of the exercise.
    asks : str
        The task in one sentence.
    cases : callable
        ``cases(rng)`` yields `Case` objects drawn from a NumPy ``Generator``: the same for the same seed, small,
        the plainest first. A learner is shown the first that fails.
    hints : sequence of str
        From a nudge to the idea of the reference; never its line.
    points : int
        What it is worth; the notebook's check cell says the same.
    section : str
        The heading in the notebook under which the reader finds what is missing.
    returns : sequence of str
        Names for what the function returns, where it is more than one thing.
    observes : sequence of str
        Keys of what a driver gives that tell wrong ideas apart, and that a right answer is not measured by.
    shows : sequence of str
        Keys of what a driver gives that a card shows where a mistake has no name; nothing is compared with them.
    may_change : sequence of str
        Parameters that the function may change in place, such as running statistics.
    compose : callable, optional
        For an exercise made of steps: ``compose(steps)`` gives the whole function. Wrong ideas about a
        step then become wrong ideas about the whole, and two of them can be found at once.
    steps : mapping of str to callable
        The right steps, by name.
    driver : str, optional
        ``"module:function"`` of a function that is called with the learner's object before the arguments,
        where that object lives: for classes and tests, which are not functions of arrays.
    rtol, atol : float
        How close an answer in float64 must be.
    single, rounds : float, bool
        How far an answer in float32 may be off, relative to the largest number (more where sums cancel on the way);
        and whether what rounding its inputs does is allowed too: not where they are compared with each other.
    rows : bool
        Whether a result with one axis may come with another one of length 1 in front, as ``keepdims=True`` gives it of
        numbers for each feature; not where they are for each example or class, and are counted or looked up.
    seconds : float
        The time one call may take.
    name : str, optional
        The name of the exercise, where it is not that of the reference.
    example : Case, optional
        The example by hand that the task gives: the last case of each check. A learner whose mistake has no name sees
        what comes of it.
    """

    notebook: str
    reference: Callable
    asks: str
    cases: Callable[[np.random.Generator], Iterable[Case]]
    hints: Sequence[str]
    points: int = 1
    section: str = ""
    returns: Sequence[str] = ("result",)
    observes: Sequence[str] = ()
    shows: Sequence[str] = ()
    may_change: Sequence[str] = ()
    compose: Callable | None = None
    steps: Mapping[str, Callable] = field(default_factory=dict)
    driver: str | None = None
    rtol: float = 1e-8
    atol: float = 1e-10
    single: float = 3e-7
    rounds: bool = True
    rows: bool = True
    seconds: float = 5.0
    name: str = ""
    example: Case | None = None
    wrong_ideas: list[WrongIdea] = field(default_factory=list)
    properties: list[tuple[str, Callable]] = field(default_factory=list)
    right_answers: list[Callable] = field(default_factory=list)
    advice: list[Callable] = field(default_factory=list)

    def __post_init__(self):
        self.name = self.name or self.reference.__name__

    @property
    def is_long(self):
        """Whether a check may take more than a moment: one call is given more time than usual."""
        return self.seconds > Exercise.seconds

    @cached_property
    def parameters(self):
        """The names of the parameters that a case gives, in order."""
        names = tuple(inspect.signature(self._drive or self.reference).parameters)
        return names[1:] if self._drive else names

    def call_of(self, case):
        """Return the call of the learner's own function that a case makes: its arguments by name.

        What a driver puts between the case and the function (a layer that is made, a pair of functions to compare)
        is given as the function gets it.
        """
        if made := getattr(self._drive, "call_of", None):
            return made(*case.arguments, **case.options)
        return dict(zip(self.parameters, case.arguments, strict=False)) | dict(case.options)

    @cached_property
    def _drive(self):
        if self.driver is None:
            return None
        module, _, name = self.driver.partition(":")
        return getattr(import_module(module), name)

    @property
    def known(self):
        """What a driver tells of every right answer, where that is known without a run of the reference; else None."""
        return getattr(self._drive, "known", None)

    @property
    def calculates_in_single(self):
        """Whether the driver hands on all arrays in float32."""
        return getattr(self._drive, "calculates_in_single", False)

    def called_with(self, answer, arguments, options):
        """Call an answer that lives in this process as a check calls it: through the driver, if there is one."""
        if not self._drive:
            return answer(*arguments, **options)
        return self.compared(self._drive(told_to(self._drive, answer, arguments), *arguments, **options))

    def shown_of_the_reference(self, case):
        """Return what a card would show of the reference on a case, by what `shows` names."""
        arguments, options = case.copy()
        value = self._drive(told_to(self._drive, self.reference, arguments), *arguments, **options)
        return {key: value[key] for key in self.shows if key in value}

    def compared(self, value):
        """Return what is compared of a value that a driver gives: all but what is only shown."""
        if self.shows and isinstance(value, dict):
            return {key: each for key, each in value.items() if key not in self.shows}
        return value

    def draw(self, seed):
        """Return the cases for a seed, as a list; the task's example by hand is the last."""
        cases = list(self.cases(np.random.default_rng([seed, *self.name.encode()])))
        return cases if self.example is None else [*cases, replace(self.example, part=cases[0].part)]

    def wrong(self, code, *, step="", looks_like="", name="", seen="", forms=()):
        """Decorate a wrong answer; its docstring is the sentence that it draws."""

        def declare(function):
            says = " ".join(function.__doc__.split())
            called = name or function.__name__.replace("_", " ").strip()
            self.wrong_ideas.append(WrongIdea(called, code, says, function, looks_like, step, seen, forms))
            return function

        return declare

    def right(self, function):
        """Decorate a right answer that is written in another way; a test holds that it is accepted."""
        self.right_answers.append(function)
        return function

    def property(self, sentence):
        """Decorate ``holds(case, got)``: None, or ``(expected, yours)`` where the sentence fails."""

        def declare(function):
            self.properties.append((sentence, function))
            return function

        return declare

    def advise(self, function):
        """Decorate ``advice(case, got)``: None, or a sentence that costs no points."""
        self.advice.append(function)
        return function

    def inherit(self, *exercises, leave_out=()):
        """Take over the wrong ideas of exercises that are steps of this one, but for some, by name."""
        for exercise in exercises:
            for idea in exercise.wrong_ideas:
                if idea.name not in leave_out:
                    self.wrong_ideas.append(replace(idea, step=exercise.name))

    def whole(self, *ideas):
        """Return the whole function with these wrong ideas in it.

        An idea about a step replaces that step; an idea about the whole is the whole function.
        """
        if len(ideas) == 1 and not ideas[0].step:
            return ideas[0].function
        replaced = {idea.step: idea.function for idea in ideas}
        return self.compose(SimpleNamespace(**{**self.steps, **replaced}))

    def in_all_forms(self):
        """Yield each wrong idea, and each again in its other forms."""
        for idea in self.wrong_ideas:
            yield idea
            yield from (replace(idea, function=form, forms=()) for form in idea.forms)

    def suspects(self):
        """Yield each wrong idea, then each pair of wrong ideas about two different steps."""
        for idea in self.wrong_ideas:
            yield (idea,)
        in_steps = [idea for idea in self.wrong_ideas if idea.step]
        for i, first in enumerate(in_steps):
            for second in in_steps[i + 1 :]:
                if first.step != second.step:
                    yield (first, second)
