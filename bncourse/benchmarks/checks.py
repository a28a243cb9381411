"""How sharp, fair and fast the checks are: ``bncourse bench checks``."""

import json
import time
from dataclasses import dataclass, field

import numpy as np

from bncourse import exercises
from bncourse.benchmarks.judged_mutants import Count, judged
from bncourse.benchmarks.seeds import hanging
from bncourse.checking import DirectAnswer, Exercise, judge

# Seeds that neither the learner's cases nor the tests use.
SEEDS = range(1000, 1002)
# Pairs of wrong ideas grow with the square of the bank; so many of each exercise are drawn.
PAIRS = 40
# For each seed on which verdicts are compared, so many mutants of each exercise are drawn: 20 seeds give 60, 200 give
# 600, which is nearly all; and so many in which two things are changed.
MUTANTS, MUTANT_PAIRS = 3, 1


@dataclass
class Tally:
    """What was counted for one exercise."""

    name: str
    right: int = 0
    rejected: int = 0
    wrong: int = 0
    killed: int = 0
    named: int = 0
    pairs: int = 0
    pairs_killed: int = 0
    pairs_named: int = 0
    mutants: Count = field(default_factory=Count)
    mutant_pairs: Count = field(default_factory=Count)
    hanging: int = 0
    seconds: list = field(default_factory=list)
    notes: list = field(default_factory=list)


def measure(exercise, seeds=SEEDS, tried=5):
    """Judge every right answer, every wrong idea and a draw of pairs of wrong ideas of an exercise.

    Parameters
    ----------
    exercise : Exercise or Quiz
    seeds : sequence of int
    tried : int
        On how many seeds verdicts are compared; `MUTANTS` times as many mutants are judged.

    Returns
    -------
    Tally
    """
    tally = Tally(exercise.name)
    if not isinstance(exercise, Exercise):
        _measure_quiz(exercise, tally)
        return tally
    # a check with Keras takes a second, and its cases differ by their numbers alone
    for seed in seeds[:1] if _uses_keras(exercise.name) else seeds:
        for answer in (exercise.reference, *exercise.right_answers):
            verdict = _timed(exercise, answer, seed, tally)
            tally.right += 1
            if verdict.outcome != "correct":
                tally.rejected += 1
                tally.notes.append(f"rejected: {answer.__name__} (seed {seed})")
        for idea in exercise.wrong_ideas:
            verdict = _timed(exercise, exercise.whole(idea), seed, tally)
            tally.wrong += 1
            tally.killed += verdict.outcome != "correct"
            tally.named += idea.name in verdict.wrong_ideas
            if idea.name not in verdict.wrong_ideas:
                tally.notes.append(f"not named: {idea.name} (seed {seed})")
    pairs = [ideas for ideas in exercise.suspects() if len(ideas) == 2]
    rng = np.random.default_rng(seeds[0])
    for number in rng.permutation(len(pairs))[:PAIRS]:
        first, second = pairs[number]
        verdict = judge(exercise, DirectAnswer(exercise.whole(first, second)), seeds[0])
        tally.pairs += 1
        tally.pairs_killed += verdict.outcome != "correct"
        tally.pairs_named += {first.name, second.name} <= set(verdict.wrong_ideas)
    if exercise.driver is None:
        compared = tuple(range(seeds[0], seeds[0] + tried))
        tally.mutants = judged(exercise, compared, MUTANTS * tried)
        tally.mutant_pairs = judged(exercise, compared, MUTANT_PAIRS * tried, order=2)
        tally.notes += [f"mutant {note}" for note in (*tally.mutants.notes, *tally.mutant_pairs.notes)]
    if not _uses_keras(exercise.name):
        found = hanging(exercise, range(tried))
        tally.hanging = len(found)
        tally.notes += [f"hangs on the seed: {one.name}, {len(one.seeds)} of {tried}" for one in found]
    return tally


def _timed(exercise, answer, seed, tally):
    began = time.process_time()  # a processor's time, because others may use the machine too
    verdict = judge(exercise, DirectAnswer(answer), seed)
    tally.seconds.append(time.process_time() - began)
    return verdict


def _measure_quiz(quiz, tally):
    right = {question.key: question.right for question in quiz.questions}
    tally.right, tally.rejected = 1, int(_timed_quiz(quiz, right, tally).outcome != "correct")
    for question in quiz.questions:
        for wrong in question.why_wrong:
            if wrong is ...:
                continue
            verdict = _timed_quiz(quiz, {**right, question.key: wrong}, tally)
            told = any(finding.sentence == question.key for finding in verdict.missed)
            tally.wrong += 1
            tally.killed += verdict.outcome != "correct"
            tally.named += told


def _timed_quiz(quiz, answers, tally):
    began = time.process_time()
    verdict = judge(quiz, DirectAnswer(answers))
    tally.seconds.append(time.process_time() - began)
    return verdict


def summary(tallies):
    """Return the figures of all exercises together, as plain numbers.

    Returns
    -------
    dict
        exercises; not_measured (the names of those without a tally); kill_rate, naming_rate (fractions of 1, over
        the bank); false_rejections (a count); timed (checks), median_ms, worst_ms (Keras apart); pair_kill_rate,
        pair_naming_rate (two ideas that meet);
        mutants (right answers with one thing changed, of exercises that need no driver), mutants_rejected,
        mutants_named_or_located, false_names, lines_not_the_mutated_one (counts: those shown a line that was not
        changed and cannot make up for it), and the same of mutant_pairs, in which two things are changed;
        verdicts_that_hang_on_the_seed (a count, Keras apart).
    """
    mutants, both = [tally.mutants for tally in tallies], [tally.mutant_pairs for tally in tallies]
    total = {
        key: sum(getattr(tally, key) for tally in tallies)
        for key in ("wrong", "killed", "named", "rejected", "pairs", "pairs_killed", "pairs_named")
    }
    seconds = [second for tally in tallies if not _uses_keras(tally.name) for second in tally.seconds]
    keras = [second for tally in tallies if _uses_keras(tally.name) for second in tally.seconds]
    figures = {
        "exercises": len(tallies),
        "not_measured": sorted(set(exercises.names()) - {tally.name for tally in tallies}),
        "wrong_answers": total["wrong"],
        "kill_rate": total["killed"] / total["wrong"],
        "naming_rate": total["named"] / total["wrong"],
        "false_rejections": total["rejected"],
        "pair_kill_rate": total["pairs_killed"] / max(total["pairs"], 1),
        "pair_naming_rate": total["pairs_named"] / max(total["pairs"], 1),
        "mutants": sum(one.mutants for one in mutants),
        "mutants_rejected": sum(one.rejected for one in mutants),
        "mutants_named_or_located": sum(one.told for one in mutants),
        "false_names": sum(one.false for one in mutants),
        "lines_not_the_mutated_one": sum(one.lines_not_the_mutated_one for one in mutants),
        "mutant_pairs": sum(one.mutants for one in both),
        "mutant_pairs_rejected": sum(one.rejected for one in both),
        "mutant_pairs_named_or_located": sum(one.told for one in both),
        "mutant_pairs_false_names": sum(one.false for one in both),
        "mutant_pairs_lines_not_the_mutated_one": sum(one.lines_not_the_mutated_one for one in both),
        "verdicts_that_hang_on_the_seed": sum(tally.hanging for tally in tallies),
        "timed": len(seconds),
        "median_ms": 1e3 * float(np.median(seconds)),
        "worst_ms": 1e3 * max(seconds),
    }
    if keras:
        figures |= {"keras_median_ms": 1e3 * float(np.median(keras)), "keras_worst_ms": 1e3 * max(keras)}
    return figures


def _uses_keras(name):
    exercise = exercises.find(name)
    return isinstance(exercise, Exercise) and "keras" in (exercise.driver or "")


def command(options):
    """Measure all exercises and print a table, or one JSON object; the ``bncourse bench checks`` command."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    found = [exercises.find(name) for name in exercises.names()]
    shown = track(found, "Checks", console=console, transient=True)
    tallies = [measure(exercise, tried=options.seeds) for exercise in shown]
    figures = summary(tallies) | {"seeds": options.seeds}
    if options.json:
        print(json.dumps(figures))
        return 0
    _print_table(tallies)
    print(
        f"{figures['exercises']} exercises: {figures['kill_rate']:.1%} of {figures['wrong_answers']} wrong answers "
        f"rejected, {figures['naming_rate']:.1%} named, {figures['false_rejections']} right answers rejected; "
        f"of {figures['mutants']} right answers with one thing changed {figures['mutants_rejected']} rejected, "
        f"{figures['mutants_named_or_located']} named or located, {figures['false_names']} told a false name, "
        f"{figures['lines_not_the_mutated_one']} shown another line; "
        f"of {figures['mutant_pairs']} with two things changed {figures['mutant_pairs_rejected']} rejected, "
        f"{figures['mutant_pairs_named_or_located']} named or located, {figures['mutant_pairs_false_names']} told a "
        f"false name, {figures['mutant_pairs_lines_not_the_mutated_one']} shown another line; "
        f"{figures['verdicts_that_hang_on_the_seed']} verdicts hang on one of {options.seeds} seeds; "
        f"a check takes {figures['median_ms']:.1f} ms in the median, {figures['worst_ms']:.0f} ms at worst."
    )
    return 0


def _print_table(tallies):
    from rich.console import Console
    from rich.table import Table

    table = Table("exercise", "right", "killed", "named", "pairs", "ms", box=None, pad_edge=False)
    table.columns[0].no_wrap = True
    for tally in tallies:
        table.add_row(
            tally.name,
            f"{tally.right - tally.rejected}/{tally.right}",
            f"{tally.killed}/{tally.wrong}",
            f"{tally.named}/{tally.wrong}",
            f"{tally.pairs_named}/{tally.pairs}" if tally.pairs else "-",
            f"{1e3 * np.median(tally.seconds):.1f}, {1e3 * max(tally.seconds):.0f}",
        )
    console = Console()
    console.print("right: right answers accepted. killed, named: wrong answers rejected, and told by name.")
    console.print("pairs: two wrong ideas at once, both told by name. ms: median and worst time of a check.")
    console.print(table)
    for tally in tallies:
        for note in dict.fromkeys(note.split(" (seed")[0] for note in tally.notes):
            console.print(f"  {tally.name}: {note}")
