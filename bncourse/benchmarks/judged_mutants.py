"""What the checks say of mutants: each must be rejected on every seed, and told no name that it does not hold."""

import time
import warnings
from dataclasses import dataclass, replace

import numpy as np

from bncourse.benchmarks.mutants import Mutants
from bncourse.benchmarks.seeds import Drawn
from bncourse.benchmarks.shown_lines import is_another_line, shown_lines
from bncourse.checking import DirectAnswer, compare, judge
from bncourse.checking.arguments import argument_ideas
from bncourse.checking.replay import Replay
from bncourse.checking.trial import attempt

_BLURRED = compare.Tolerance(1e-3, 1e-6)


@dataclass
class Count:
    """What became of the mutants of an exercise.

    Parameters
    ----------
    mutants : int
        Those that differ from the truth on some case of some seed.
    rejected : int
        Those that every seed rejects.
    told : int
        Those whose card names a mistake or shows a line.
    named : int
        Those whose card names a mistake.
    false : int
        Those whose card names a mistake that they do not hold on the other seeds.
    located : int
        Those whose card shows a line.
    lines_not_the_mutated_one : int
        Those whose card shows no line that was changed, nor one of which a small change makes all right.
    notes : tuple of str
        Which were accepted, or told what is false.
    untold : tuple of str
        Which were neither named nor located.
    """

    mutants: int = 0
    rejected: int = 0
    told: int = 0
    named: int = 0
    false: int = 0
    located: int = 0
    lines_not_the_mutated_one: int = 0
    notes: tuple = ()
    untold: tuple = ()


def judged(exercise, seeds, most=None, order=1, among=None):
    """Judge the mutants of the right answers of an exercise.

    Parameters
    ----------
    exercise : Exercise
    seeds : sequence of int
        The first is the one whose sentences are read; the others say whether a verdict hangs on the seed.
    most : int, optional
        How many mutants at most, drawn at random.
    order : int
        How many things are changed at once: 1 or 2. Of pairs, `most` says how many.
    among : int, optional
        The seed of the draw; that of the exercise's own where it is not given.

    Returns
    -------
    Count
    """
    count, notes, untold, drawn = Count(), [], [], Drawn(exercise)
    for mutant in _chosen(exercise, most, order, among):
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a mutant may divide by zero: that is its result
            passed = _passed(drawn, mutant.function, seeds)
            if passed is None:  # it does not end, and its card says so
                count.mutants, count.rejected, count.told = count.mutants + 1, count.rejected + 1, count.told + 1
                continue
            if len(passed) == len(seeds):
                continue  # as far as the task's inputs go, it is a right answer
            count.mutants += 1
            count.rejected += not passed
            if passed:
                notes.append(f"accepted on {len(passed)} of {len(seeds)} seeds: {mutant.says}")
            if seeds[0] in passed:
                continue
            verdict = judge(exercise, DirectAnswer(mutant.function, exercise.name), seeds[0])
        count.named += bool(verdict.wrong_ideas)
        told = bool(verdict.wrong_ideas or verdict.where)
        count.told += told
        if not told:
            untold.append(mutant.says)
        if lines := shown_lines(verdict):
            count.located += 1
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of what a wrong answer computes
                if is_another_line(mutant, lines, drawn, seeds):
                    count.lines_not_the_mutated_one += 1
                    notes.append(f"shown another line: {mutant.says}: {verdict.where}")
        if verdict.wrong_ideas and not _holds(exercise, mutant.function, verdict.wrong_ideas, seeds[1:]):
            count.false += 1
            notes.append(f"told {' and '.join(verdict.wrong_ideas)}: {mutant.says}")
    count.notes, count.untold = tuple(notes), tuple(untold)
    return count


def _passed(drawn, function, seeds):
    """Return the seeds that accept a function; None where it does not end."""
    answer, passed = DirectAnswer(function, drawn.exercise.name), []
    for seed in seeds:
        began = time.monotonic()
        if drawn.accepts(answer, seed):
            passed.append(seed)
        elif time.monotonic() - began > drawn.exercise.seconds:
            return None
    return passed


def _chosen(exercise, most, order, among):
    """Yield mutants, each text once; a draw of them where there are more."""
    ways = [way for answer in (exercise.reference, *exercise.right_answers) if (way := _ways(answer))]
    counts = [len(way) for way in ways]
    rng = np.random.default_rng([sum(counts), order] if among is None else [among, order])
    numbers = [(way, number) for way, count in zip(ways, counts, strict=True) for number in range(count)]
    if most is not None or order > 1:
        numbers = [numbers[i] for i in rng.permutation(len(numbers))]
    seen, given = set(), 0
    for way, number in numbers:
        if most is not None and given >= most:
            return
        if order > 1:
            others = [n for n in rng.permutation(len(way)) if way.are_apart(number, n)]
            mutant = way.make(number, int(others[0])) if others else None
        else:
            mutant = way.make(number)
        if mutant is not None and mutant.text not in seen:
            seen.add(mutant.text)
            given += 1
            yield mutant


def _ways(answer):
    try:
        return Mutants(answer)
    except (OSError, TypeError, ValueError, SyntaxError):  # a lambda, or what has no source of its own
        return None


def _holds(exercise, function, names, seeds):
    """Return whether an answer is what its name says on other seeds too: then the name is no accident."""
    known = {idea.name: idea for idea in (*argument_ideas(exercise), *exercise.wrong_ideas)}
    ideas = tuple(known[name] for name in names)
    answer = DirectAnswer(function, exercise.name)
    for seed in seeds:
        trials = [attempt(exercise, answer, case) for case in exercise.draw(seed)]
        parts = {trial.case.part for trial in trials}
        groups = [trials, *([t for t in trials if t.case.part == part] for part in parts)]
        groups = [[t for t in group if not _is_blurred(exercise, ideas, t)] for group in groups]
        groups = [group for group in groups if any(trial.kind for trial in group)]
        if groups and not any(_alike(exercise, ideas, group) for group in groups):
            return False
    return True


def _is_blurred(exercise, ideas, trial):
    """Return whether inputs in float32, as the answer has them, change much of what the ideas give."""
    value = trial.reply.value
    if not any(getattr(piece, "dtype", None) == np.float32 for piece in compare.pieces(value)):
        return False
    arguments = [_in_single(a) if _is_double(a) else a for a in trial.case.arguments]
    rounded = replace(trial, case=replace(trial.case, arguments=tuple(arguments)))
    replay = Replay(exercise, [trial, rounded])
    exact, blurred = (replay.result(ideas, each) for each in (trial, rounded))
    if exact.fault or blurred.fault:
        return bool(exact.fault) != bool(blurred.fault)
    finite = all(np.isfinite(piece).all() for piece in compare.pieces(exact.value))
    # a tenth, because what is calculated from such inputs is rounded again at every step
    return not finite or not compare.distance(exact.value, blurred.value, _BLURRED) <= 0.1


def _in_single(array):
    """Round to float32, with the last digit off here and there, as the sums of a calculation leave it."""
    return array.astype(np.float32) * (1 + 6e-8 * np.cos(np.arange(array.size))).reshape(array.shape)


def _is_double(value):
    return isinstance(value, np.ndarray) and value.dtype == np.float64


def _alike(exercise, ideas, trials):
    """Return whether the ideas still explain the answer; rounding, as in float32, may blur it."""
    replay = Replay(exercise, trials)
    names = {idea.name for idea in ideas}
    return _gives_alike(replay, ideas, trials) or bool(names & {each.name for each in replay.candidates(trials)})


def _gives_alike(replay, ideas, trials):
    """Return whether the ideas give on each trial what the answer gave, which is seen sooner than which ideas do."""
    try:
        results = [(replay.result(ideas, trial), trial) for trial in trials]
    except (TypeError, AttributeError):  # ideas about different results do not make one function
        return False
    return all(
        bool(result.fault) == bool(trial.reply.fault)
        and (result.fault or compare.distance(result.value, trial.reply.value, _BLURRED) <= 1)
        for result, trial in results
    )
