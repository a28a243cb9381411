"""The benchmark of the checks counts what it says it counts."""

import json
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from bncourse import cli, exercises
from bncourse.benchmarks import (
    battery,
    checks,
    claims,
    course,
    judged_mutants,
    margins,
    mutants,
    page,
    reference,
    seeds,
)
from bncourse.checking import Case, Exercise
from bncourse.experiments.claim import Claim
from bncourse.trouble import Trouble

ROOT = Path(__file__).resolve().parents[1]


def declared():
    exercise = Exercise(
        notebook="00", reference=lambda x: 2.0 * x, name="double", asks="double it", hints=["a", "b"],
        cases=lambda rng: [Case("a number", (float(rng.uniform(1, 2)),))],
    )  # fmt: skip

    @exercise.wrong("F1")
    def adds_two(x):
        """You add two; doubling multiplies by two."""
        return x + 2.5

    return exercise


def test_a_sharp_and_fair_check_has_full_rates():
    tally, n = checks.measure(declared()), len(checks.SEEDS)
    assert (tally.right, tally.rejected, tally.wrong, tally.killed, tally.named) == (n, 0, n, n, n)


def test_a_wrong_answer_that_passes_and_a_right_one_that_fails_are_counted():
    exercise = declared()

    @exercise.wrong("F1")
    def doubles_by_adding(x):
        """You add it to itself, which is right."""
        return x + x

    @exercise.right
    def halves(x):
        return x / 2

    tally = checks.measure(exercise)
    assert (tally.killed, tally.named, tally.rejected) == 3 * (len(checks.SEEDS),)
    assert {note.split(" (")[0] for note in tally.notes} == {
        "rejected: halves",
        "not named: doubles by adding",
        "hangs on the seed: halves, 5 of 5",
        "hangs on the seed: doubles by adding, 5 of 5",
    }


def _mean_of_rows(x):
    return x.sum(axis=0) / len(x)


def test_a_mutant_is_the_function_with_one_thing_changed():
    lines = [mutant.says for mutant in mutants.mutants(_mean_of_rows)]
    assert "return x.sum(axis=0) / len(x)  ->  return x.sum(axis=1) / len(x)" in lines
    assert "return x.sum(axis=0) / len(x)  ->  return x.sum(axis=0) * len(x)" in lines
    assert len(set(lines)) == len(lines) > 5


def test_mutants_that_are_right_answers_are_not_counted():
    exercise = declared()
    exercise.right_answers.append(_twice)
    count = judged_mutants.judged(exercise, (0, 1))
    assert count.mutants == count.rejected > 0
    assert count.mutants < len(list(mutants.mutants(_twice)))


def _twice(x):
    return x + x * 1  # times 1 may become divided by 1


def test_an_answer_whose_verdict_hangs_on_the_seed_is_found():
    exercise = declared()

    @exercise.wrong("F1")
    def is_right_above_one_and_a_half(x):
        """You double the numbers above 1.5 alone; all of them are doubled."""
        return 2.0 * x if x > 1.5 else x

    [found] = seeds.hanging(exercise, range(20))
    assert found.name == "is right above one and a half" and 0 < len(found.seeds) < 20


def test_the_command_prints_one_json_object(capsys, monkeypatch):
    monkeypatch.setattr(exercises, "names", lambda: ["batch_mean", "kinds_of_shift"])
    assert cli.main(["bench", "checks", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["exercises"] == 2
    assert figures["kill_rate"] == figures["naming_rate"] == 1.0
    assert figures["false_rejections"] == 0
    assert 0 < figures["median_ms"] <= figures["worst_ms"]


def test_an_unknown_family_is_told_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        cli.main(["bench", "chekcs"])
    assert "checks" in capsys.readouterr().err


def test_a_claim_that_fails_more_than_once_in_twenty_does_not_hold(monkeypatch):
    firm = Claim(
        "a gap of more than a half", lambda seed: {}, lambda n: n["gap"] > 0.5, over={}, notebook="03", cells=("gap",)
    )
    monkeypatch.setattr(claims, "CLAIMS", dict.fromkeys(("firm", "thin", "weak"), firm))
    fine = {seed: (True, {"gap": 1.0}) for seed in range(40)}
    results = {
        "firm": {claims.NOTEBOOK: fine},
        "thin": {claims.NOTEBOOK: fine | {0: (False, {"gap": 0.4})}},
        "weak": {claims.NOTEBOOK: fine | {s: (False, {"gap": 0.0}) for s in range(3)}},
    }
    figures = claims.summary(results)
    assert (figures["claims"], figures["held"], figures["seeds"]) == (3, 2, 40)
    assert figures["failures"] == {"thin": 1, "weak": 3}
    assert figures["worst_margins"] == {"firm": 0.5, "thin": pytest.approx(-0.2), "weak": -1.0}


@pytest.mark.parametrize(
    ("holds", "expected"),
    [
        (lambda n: 0.5 < n["a"] < 4 and n["b"] >= 3, 0.25),
        (lambda n: min(n["a"], n["b"]) > 1.8 and max(n.values()) < 8, 0.1),
        (lambda n: abs(n["a"] - n["b"]) < 4, 0.5),
        (lambda n: all(n[key] * 2 > 2 for key in "ab"), 0.5),
        (lambda n: n["b"] / n["a"] > 4, -0.5),
        (lambda n: n["a"] == 2, None),
    ],
)
def test_the_margin_of_a_claim_is_the_distance_from_its_nearest_bound(holds, expected):
    assert margins.margin(holds, {"a": 2.0, "b": 4.0}) == pytest.approx(expected)


def test_claims_are_tried_on_the_seeds_that_are_asked_for(capsys, monkeypatch):
    monkeypatch.setattr(claims, "CLAIMS", {"identity_recovery": claims.CLAIMS["identity_recovery"]})
    assert cli.main(["bench", "claims", "--seeds", "2", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures.pop("worst_margins")["identity_recovery"] > 0.9
    assert figures == {
        "claims": 1, "held": 1, "seeds": 2, "points": 1, "points_held": 1, "failures": {}, "failed_points": {},
        "tried_points": {"identity_recovery": 1}, "not_measured": [],
    }  # fmt: skip


def test_what_an_import_adds_is_a_difference_in_milliseconds(monkeypatch):
    monkeypatch.setattr(course, "ALTERNATIONS", 1)
    assert -60_000 < course.import_milliseconds() < 60_000


def test_the_reference_is_compared_with_each_peer_and_is_exact_to_a_few_last_places(monkeypatch):
    monkeypatch.setattr(reference, "WORK", 2_000)

    def slow(x, gamma, beta, dout):
        return lambda: time.sleep(0.05)  # far longer than the reference takes, also where others are at work

    row = reference.measure(16, 4, {"a peer that sleeps": slow}, alternations=3)
    assert row["size"] == [16, 4]
    assert 0 < row["ratios"]["a peer that sleeps"] < 1
    assert row["spreads"]["a peer that sleeps"][0] <= row["ratios"]["a peer that sleeps"]
    assert set(row["ulps"]) == {"y", "dx", "dgamma", "dbeta"} and max(row["ulps"].values()) < 30


def kept(**figures):
    about = {"date": "2026-01-31", "machine": "a machine, 2 cores", "versions": {"Python": "3.13.0"}}
    return {family: {"figures": found, **about} for family, found in figures.items()}


def test_the_page_shows_each_family_that_was_measured_with_its_date_and_command(tmp_path):
    claimed = {
        "claims": 2,
        "held": 1,
        "seeds": 20,
        "failures": {"bold": 4},
        "worst_margins": {"bold": -0.5, "firm": None},
    }
    page.store(tmp_path, kept(claims={**claimed, "not_measured": ["brave"]}))
    assert "Not measured on these seeds: `brave`." in (tmp_path / "docs" / "benchmarks.md").read_text()
    page.store(tmp_path, kept(claims=claimed))
    written = (tmp_path / "docs" / "benchmarks.md").read_text()
    assert "`bncourse bench claims`, 2026-01-31, a machine, 2 cores; Python 3.13.0" in written
    assert "| `bold` | 1 | 16 of 20 | -0.50 |" in written
    assert "| `firm` | 1 | 20 of 20 | none |" in written
    assert "bench battery" not in written
    assert page.load(tmp_path)["claims"]["figures"] == claimed


def test_the_page_compares_grading_with_nbgrader_at_each_number_of_workers():
    found = {
        "ours": {"1": 30.0}, "steady": {"1": 45.0}, "plain": {"1": 1.5}, "equal": {"1": 10.0},
        "megabytes": {"1": 900.4}, "one": 1.33, "bare": 20.0, "bare_needed": 3.0, "again": 3.1, "nbgrader_import": 3.0,
    }  # fmt: skip
    written = page.page(kept(grading={"level": 3, "session_ms": 9.6, "numpy": found, "keras": found}))
    assert "| keras | 1 | 1.5 | 10.0 (3.0) | 30 (20.0) | 45 (30.0) | 900 MB |" in written
    assert "level 3; a warm session behind them opens in 10 ms" in written


def test_the_page_says_where_the_memory_is_what_is_left_to_the_aim_and_how_long_a_class_takes():
    parts = {part: {"processes": 2, "memory": 100e6, "code": 20e6} for part in ("command", "judge", "session")}
    found = {
        "ours": {"1": 30.0, "2": 60.0}, "steady": {"1": 60.0, "2": 120.0}, "plain": {"1": 1.5, "2": 3.0}, "size": 20,
        "megabytes": {"1": 650.4, "2": 1200.0}, "parts": {"1": parts, "2": {"command": parts["command"]}},
        "one": 1.0, "bare": 20.0, "bare_needed": 3.0, "again": 3.1, "nbgrader_import": 3.0,
    }  # fmt: skip
    written = page.page(kept(grading={"level": 3, "session_ms": 9.6, "numpy": found, "keras": found}))
    assert "| Part | numpy, 1 | numpy, 2 | keras, 1 | keras, 2 |" in written
    assert "| the judges | 100 (2, 20) | none | 100 (2, 20) | none |" in written
    assert "what forks the sessions" not in written  # no run had it
    assert "Keras by 1: 50 MB less than the 700 MB that are aimed at." in written
    assert "Keras by 2: 100 MB more than the 1100 MB that are aimed at." in written
    assert "keras 320 s by 1, 160 s by 2." in written  # 40 s for the 20 of the class, then 280 at the pace


def test_the_page_shows_the_begin_the_midst_and_the_end_of_a_soak():
    sample = {"cpu_seconds": 0.1, "seconds": 0.06, "memory": 310e6, "descriptors": 40, "processes": 9}
    figures = {"graded": 500, "every": 100, "cpu_growth": -0.02, "memory_growth": 0.03, "left": 0}
    written = page.page(kept(soak={**figures, "samples": [sample] * 5}))
    assert [line.split()[1] for line in written.splitlines() if "310 MB" in line] == ["100", "200", "300", "500"]
    assert "-2% of the processor time" in written and "0 processes were left" in written


def test_the_page_says_what_limits_a_cluster():
    run = {"way": "2 of 3 machines", "machines": 2, "seconds": 120.0, "steady": 700.0, "megabytes": 90.4}
    run |= {"missing": 0, "without_note": 1, "twice": 2, "short": 3}
    parts = {"command_ms": 20.0, "worker_ms": 200.0, "kilobytes": 45.0, "most_machines": 10.0, "hub_minutes": 3.4}
    written = page.page(kept(scale={"submissions": 1000, "cores": 2, "megabits": 1, "runs": [run], **parts}))
    assert "| 2 of 3 machines | 500 | 700 | 90 MB | 1 | 2 | 3 |" in written
    assert "up to 10 machines of one core help" in written and "10,000 submissions take 3 minutes" in written


def test_the_page_compares_the_tab_with_the_same_cells_here():
    found = {"tab": 12.0, "here": 5.0, "slowest_cell": 4.04, "errors": ["cell 2: ValueError: no"]}
    written = page.page(kept(tab={"pyodide": "0.27.7", "notebooks": {"04-normalize": found}}))
    assert "| `04-normalize` | 12.0 | 5.0 | 2.4 | 4.0 | cell 2: ValueError: no |" in written


def test_the_page_counts_what_bad_submissions_broke_with_and_without_the_peer():
    with_peer = {"resources": {"cases": 50, "broken": 0, "plain_cases": 40, "plain_broken": 31}}
    written = page.page(kept(battery={"level": 3, "kinds": with_peer}))
    assert "| resources | 50 | 0 | 31 of 40 |" in written and "nbgrader as it comes" in written
    without = page.page(kept(battery={"level": 3, "kinds": {"resources": {"cases": 50, "broken": 0}}}))
    assert "| resources | 50 | 0 |" in without and "nbgrader as it comes" not in without


def test_a_few_cases_for_the_peer_are_spread_over_all_kinds():
    chosen = [SimpleNamespace(name=f"case {number}", kind="ab"[number // 5]) for number in range(10)]
    few = battery.spread(chosen, 4)
    assert [case.name for case in few] == ["case 0", "case 2", "case 5", "case 7"]
    ours = {case.name: [] for case in chosen}
    figures = battery.summary(chosen, ours | {"case 9": ["a point not earned"]}, {case.name: ["lost"] for case in few})
    assert (figures["cases"], figures["broken"]) == (10, 1)
    assert figures["kinds"]["b"] == {"cases": 5, "broken": 1, "plain_cases": 2, "plain_broken": 2}


def test_the_page_in_docs_is_what_its_figures_give():
    figures = page.load(ROOT)
    assert figures and (ROOT / page.PAGE).read_text(encoding="utf-8") == page.page(figures)


@pytest.mark.nightly
def test_the_size_of_an_extra_that_is_not_installed_is_not_known(monkeypatch):
    sizes = course.install_megabytes()
    assert 100 < sizes["bncourse"] < 5000 and 0 <= sizes["extra grading"] < 100

    def requires(package):
        if package == "bncourse":
            return ["no-such-package>=1; extra == 'book'"]
        raise course.metadata.PackageNotFoundError(package)

    monkeypatch.setattr(course.metadata, "requires", requires)
    assert course.install_megabytes()["extra book"] is None


@pytest.mark.nightly
def test_what_is_installed_is_told_by_its_large_packages_and_adds_up():
    sizes = course.package_megabytes()
    without = sizes.pop(course.WITHOUT_KERAS)
    assert sum(sizes.values()) == pytest.approx(course.install_megabytes()["bncourse"])
    assert next(iter(sizes)) == "jaxlib"
    assert all(size >= course.LARGE for what, size in sizes.items() if what != "the others")
    assert sizes["scipy"] < without < sum(sizes.values()) - sizes["jaxlib"]


def test_the_page_of_the_checks_gives_their_figures_and_none_of_other_peoples_checkers():
    figures = {
        "exercises": 49, "wrong_answers": 4906, "kill_rate": 1.0, "naming_rate": 1.0, "false_rejections": 0,
        "pair_kill_rate": 1.0, "pair_naming_rate": 0.93, "median_ms": 5.0, "worst_ms": 700.0,
    }  # fmt: skip
    written = page.page(kept(checks=figures))
    assert "| of these rejected | 100.00% |" in written
    assert "CMU" not in written and "CS231n" not in written
    assert "| exercises | 49 |" in written
    some = page.page(kept(checks=figures | {"not_measured": ["fine_tune"]}))
    assert "| exercises | 49; not measured: fine_tune |" in some


def test_a_family_that_fails_says_so_and_costs_no_figures(monkeypatch):
    monkeypatch.setattr(page.sys, "executable", "/bin/false")
    with pytest.raises(Trouble, match="bench checks --json` ended with code 1"):
        page.measured("checks", 1)
