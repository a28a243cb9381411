"""The claims of the notebooks: each has its cell, its choices and its range, and says so when it fails."""

import inspect
import json
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from bncourse import cli, reference
from bncourse.benchmarks import claims as bench
from bncourse.experiments.claim import Claim
from bncourse.experiments.claims import CLAIMS, confirm
from bncourse.trouble import Trouble

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = {path.stem[:2]: path for path in sorted((ROOT / "solutions").glob("*/*.ipynb"))}
# Their cells still show the bounds that they assert.
WITH_BOUNDS_IN_VIEW = set()


def cells(number):
    return {cell["id"]: cell for cell in json.loads(NOTEBOOKS[number].read_text(encoding="utf-8"))["cells"]}


def text(cell):
    return "".join(cell["source"])


def confirmed(source):
    """The names of the claims that a cell confirms."""
    return set(re.findall(r'claims\.confirm\(\s*"(\w+)"', source))


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_declares_the_choices_it_hangs_on_with_their_range(name):
    claim = CLAIMS[name]
    assert isinstance(claim, Claim) and isinstance(claim.over, dict)
    options = inspect.signature(claim.measure).parameters
    for choice, values in claim.over.items():
        assert choice in options, f"the measurement has no option {choice}"
        assert options[choice].default in values, f"{choice}: the value of the notebook is not in the range"
        assert len(set(values)) == len(values) > 1, f"{choice}: a range has two ends"
    assert len(claim.points()) == 1 + sum(len(values) - 1 for values in claim.over.values())


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_is_asserted_in_the_cells_that_measure_it(name):
    claim = CLAIMS[name]
    found = cells(claim.notebook)
    assert claim.cells
    for cell in claim.cells:
        assert found[cell]["cell_type"] == "code"
    if claim.notebook in WITH_BOUNDS_IN_VIEW:
        assert all("assert" in text(found[cell]) for cell in claim.cells)
    else:
        assert any(name in confirmed(text(found[cell])) for cell in claim.cells)
    assert all(found[cell]["cell_type"] == "markdown" for cell in claim.told)


@pytest.mark.parametrize("number", NOTEBOOKS)
def test_what_a_notebook_confirms_is_a_claim_that_names_this_cell(number):
    for cell_id, cell in cells(number).items():
        for name in confirmed(text(cell)):
            assert CLAIMS[name].notebook == number and cell_id in CLAIMS[name].cells


@pytest.mark.parametrize("number", sorted(set(NOTEBOOKS) - WITH_BOUNDS_IN_VIEW))
def test_no_experiment_shows_the_bounds_of_what_a_reader_is_to_guess(number):
    for cell_id, cell in cells(number).items():
        own = cell["metadata"].get("nbgrader", {}).get("solution")
        if cell["cell_type"] == "code" and not own and "assert " in text(cell):
            assert confirmed(text(cell)), f"{cell_id}: a measured sentence has its bounds in a claim, see confirm"
            assert not re.search(r"assert .*[<>]", text(cell)), f"{cell_id}: the bounds are in view"


@pytest.mark.parametrize("number", sorted(set(NOTEBOOKS) - WITH_BOUNDS_IN_VIEW))
def test_a_text_that_tells_of_other_seeds_belongs_to_a_claim_that_is_tried_on_them(number):
    told = {cell for claim in CLAIMS.values() if claim.notebook == number for cell in claim.told}
    speaks = {
        cell_id
        for cell_id, cell in cells(number).items()
        if cell["cell_type"] == "markdown" and re.search(r"\bother seeds\b|\bseeds 5000\b|\bthe seeds\b", text(cell))
    }
    assert speaks <= told


@pytest.mark.parametrize("number", sorted(set(NOTEBOOKS) - WITH_BOUNDS_IN_VIEW))
def test_a_range_of_learning_rates_is_told_to_the_reader(number):
    # "from 0.05 to 0.3", or both ends by name
    page = " ".join(text(cell) for cell in cells(number).values() if cell["cell_type"] == "markdown")
    for name, claim in CLAIMS.items():
        if claim.notebook == number and "lr" in claim.over:
            for rate in (min(claim.over["lr"]), max(claim.over["lr"])):
                assert re.search(rf"(?<![\d.]){rate:g}(?![\d]|\.\d)", page), (
                    f"{name}: the rate {rate:g} is nowhere told"
                )


def test_confirm_passes_a_run_that_bears_the_claim_and_says_what_another_one_measured():
    confirm("redundant_bias", {"with_norm": 1e-16, "without_norm": 0.1})
    with pytest.raises(AssertionError, match=r"no gradient.*with_norm 0\.01, without_norm 0\.1"):
        confirm("redundant_bias", {"with_norm": 0.01, "without_norm": 0.1})


@pytest.mark.parametrize(
    "name",
    [
        "tiny_networks", "drift_and_rate", "without_ties", "same_course", "noise_costs",
        "noise_at_a_larger_rate", "explosion_after_a_step", "small_momentum", "who_shares",
        "after_shifts", "shimodaira", "mileage_elsewhere",
    ],
)  # fmt: skip
def test_a_claim_fails_where_every_number_is_alike(name):
    assert not CLAIMS[name].holds(defaultdict(lambda: 0.7))


@pytest.mark.slow
def test_what_notebook_09_says_of_layer_norm_and_of_synchronized_batch_norm_is_what_keras_does():
    import keras

    maps = np.random.default_rng(0).normal(size=(2, 3, 3, 4)).astype("float32")
    each_position, whole_map = keras.layers.LayerNormalization(), keras.layers.LayerNormalization(axis=[1, 2, 3])
    got = keras.ops.convert_to_numpy(each_position(maps))
    assert got == pytest.approx(reference.normalize_over(maps, 3, eps=1e-3), abs=1e-5)
    whole_map.build(maps.shape)
    assert each_position.gamma.shape == (4,) and whole_map.gamma.shape == (3, 3, 4)
    if keras.backend.backend() != "tensorflow":
        with pytest.raises(ValueError, match="only supported with the TensorFlow backend"):
            keras.layers.BatchNormalization(synchronized=True)


def test_a_bench_of_claims_tries_every_point_and_names_those_that_fail(monkeypatch):
    claim = Claim(
        "is below 1", lambda seed, lr=1.0: {"loss": lr}, lambda n: n["loss"] < 1.5,
        over={"lr": (1.0, 2.0)}, notebook="03", cells=("measured",),
    )  # fmt: skip
    monkeypatch.setattr(bench, "CLAIMS", {"bold": claim})
    results = {
        "bold": {bench.named(point): {seed: bench.tried("bold", point, seed) for seed in range(4)}
                 for point in claim.points()}
    }  # fmt: skip
    figures = bench.summary(results)
    assert (figures["claims"], figures["held"], figures["points"], figures["points_held"]) == (1, 0, 2, 1)
    assert figures["failures"] == {"bold": 4} and figures["failed_points"] == {"bold": {"lr=2.0": 4}}
    said, rows = bench.section(figures)
    assert "at each of 2 points" in said and rows == [("`bold`", "2", "0 of 4", "-0.25")]


def test_one_claim_can_be_tried_alone_and_an_unknown_one_is_refused_with_the_names(capsys):
    command = ["bench", "claims", "--seeds", "2", "--json", "--only", "redundant_bias"]
    assert cli.main(command) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["claims"], figures["held"], figures["seeds"], figures["points"]) == (1, 1, 2, 1)
    with pytest.raises(Trouble, match=r"no claim 'redundant'.*redundant_bias"):
        bench.chosen(["redundant"])
