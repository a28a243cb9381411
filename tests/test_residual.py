"""Residual networks: two writings of one network agree, a gamma of 0 is the identity, and what moved is judged."""

import numpy as np
import pytest

from bncourse import exercises
from bncourse.backend import require_keras
from bncourse.checking import Case, Fault, Reply, diagnosis
from bncourse.checking.faults import explain
from bncourse.checking.trial import Trial
from bncourse.drivers import keras_fine_tuning as tuning
from bncourse.experiments.residual import border, signal, tokens
from bncourse.experiments.residual.images import digits
from bncourse.experiments.residual.network import DIVIDED, residual_network, stack_of_blocks
from bncourse.figures import residual_figures
from bncourse.tuned_model import handed_model


def stacked(kind, x, blocks=3):
    """What a stack of blocks gives, and its kernels."""
    keras = require_keras()
    keras.utils.set_random_seed(1)
    layer = stack_of_blocks()(blocks, kind, x.shape[-1], 1.0)
    y = keras.ops.convert_to_numpy(layer(x.astype(np.float32)))
    return y, keras.ops.convert_to_numpy(layer.kernel.value)


def test_the_stack_in_keras_gives_what_the_blocks_in_numpy_give():
    x = np.random.default_rng(0).standard_normal((6, 4, 4, 8))
    for kind in ("nothing", DIVIDED, "batch norm", "layer norm"):
        got, kernels = stacked(kind, x)
        want = x
        for kernel in kernels:
            y = signal.convolved(np.maximum(want, 0), kernel)
            axes = {"batch norm": (0, 1, 2), "layer norm": (1, 2, 3)}.get(kind)
            if axes:
                y = (y - y.mean(axis=axes, keepdims=True)) / np.sqrt(y.var(axis=axes, keepdims=True) + 1e-3)
            want = (want + y) / (1.3 if kind == DIVIDED else 1)
        np.testing.assert_allclose(got, want, rtol=2e-4, atol=2e-4)


def test_with_gamma_0_or_a_scalar_0_a_new_stack_is_the_identity():
    x = np.random.default_rng(0).standard_normal((4, 4, 4, 8)).astype(np.float32)
    for kind in ("gamma 0", "a scalar 0"):
        np.testing.assert_allclose(stacked(kind, x)[0], x, atol=1e-6)
    assert np.abs(stacked("batch norm", x)[0] - x).max() > 0.5


def test_every_network_begins_with_the_same_answers_and_an_unknown_kind_is_refused():
    x = digits(0).x_test[:4]
    model = residual_network(2, "batch norm")
    assert np.abs(require_keras().ops.convert_to_numpy(model(x, training=False))).max() == 0
    with pytest.raises(ValueError, match="the kinds are"):
        stack_of_blocks()(2, "group norm", 8, 1.0)


def test_where_an_error_lies_is_said():
    edge = np.ones((4, 4))
    edge[1:-1, 1:-1] = 0
    said = [border.where(error) for error in (0 * edge, edge, 1 - edge, edge + 1)]
    assert said == ["nowhere", "on the edge", "in the middle", "everywhere"]


def weights():
    return [np.array(require_keras().ops.convert_to_numpy(w.value)) for w in handed_model().weights]


def test_what_is_told_of_a_fine_tuning_is_read_only_if_it_is_the_weights_of_this_model():
    right = weights()
    told = {"calls": 2, "head alone": right, "end": right, "more": "is left out"}
    assert set(tuning.read_fine_tuning(told)) == {"calls", "head alone", "end"}
    for wrong in (
        None,
        "weights",
        {**told, "calls": "2"},
        {**told, "end": right[:-1]},
        {**told, "end": [w.astype(object) for w in right]},
        {**told, "head alone": [w[..., None] for w in right]},
        {"calls": 2, "end": right},
    ):
        with pytest.raises(TypeError, match="cannot be read"):
            tuning.read_fine_tuning(wrong)


def judged(head_alone, end):
    return tuning.judge_fine_tuning(lambda: {"calls": 2, "head alone": head_alone, "end": end})


def test_the_judge_finds_out_itself_what_moved_and_believes_no_word_about_it():
    start = weights()
    assert judged(start, start)["the kernels of the base in the end"] == "are as they were"
    moved = [w + np.float32(0.01) for w in start]
    found = judged(moved, moved)  # told as the head alone, and the base has moved
    assert found["when the base moved first, the head"] == "was not trained yet"
    assert found["the moving statistics in the end"] == found["gamma and beta of the base in the end"] == "have moved"
    lost = [np.full_like(w, np.nan) for w in start]
    assert judged(start, lost)["the accuracy on other digits"] == "0.00"


def test_the_figures_say_in_words_what_they_show():
    measured = {name: signal.measured(0, name == "batch norm", blocks=6) for name in ("batch norm", "nothing")}
    predicted = {name: signal.predicted(skip[0], name == "batch norm", 6) for name, (skip, _) in measured.items()}
    figure = residual_figures.signal_along_depth(measured, predicted)
    assert "6 blocks" in figure.alt and "falls from" in figure.alt
    found = {(10, "nothing"): [0.8, 0.0], (50, "batch norm"): [0.8, 0.9], (50, "nothing"): [0.0, 0.0]}
    table = residual_figures.who_trains(found, (0.003, 0.03))
    assert "50 blocks, batch norm: 0.80 at 0.003, 0.90 at 0.03" in table.alt
    assert "except with nothing" in table.figure._suptitle.get_text()
    rows = [[label.get_text() for label in panel.get_yticklabels()] for panel in table.figure.axes]
    assert rows == [["nothing"], ["nothing", "batch norm"]]
    assert "except with nothing after" in table.figure._suptitle.get_text()
    again = residual_figures.who_trains({**found, (50, DIVIDED): [0.4, 0.1]}, (0.003, 0.03))
    assert "except with nothing after" in again.figure._suptitle.get_text(), "with its sum divided it is nothing, too"
    assert "share of test digits named right" in table.figure.get_supxlabel()
    assert "overflow: numbers grew beyond" in table.figure.get_supxlabel()


def test_a_scan_collects_what_has_the_shape_of_what_it_carries(monkeypatch):
    """TensorFlow's scan in Keras asks for it; the other backends would not notice."""
    ops, seen = require_keras().ops, []

    def watched(block, start, weights):
        carried, collected = block(start, tuple(weight[0] for weight in weights))
        seen.append((carried.shape, collected.shape, start.shape))
        return carried, None

    monkeypatch.setattr(ops, "scan", watched)
    stacked("batch norm", np.ones((2, 4, 4, 8)))
    assert seen and all(len(set(map(tuple, shapes))) == 1 for shapes in seen)


def test_the_eps_of_any_layer_is_found_from_its_answer():
    layers = require_keras().layers
    for eps in (1e-2, 1e-5):
        assert tokens.eps_of(layers.LayerNormalization(epsilon=eps))[0] == pytest.approx(eps, rel=0.05)
    assert tokens.eps_of(layers.LayerNormalization(epsilon=1e-3))[1] == pytest.approx(0.03 / (0.0009 + 1e-3) ** 0.5)


def test_the_divisor_takes_away_what_a_block_with_nothing_at_its_end_multiplies():
    assert pytest.approx(1.3**2, abs=0.01) == 1 + signal.ON_THE_IMAGE


def test_attention_gives_less_the_more_positions_it_averages_and_a_dense_branch_about_what_it_takes():
    few, many = (tokens.branch_sizes(0, positions=positions) for positions in (1, 64))
    assert few["attention"] == pytest.approx(1, abs=0.2), "one position has nothing to average"
    assert many["attention"] < 0.1
    assert many["dense"] == pytest.approx(1, abs=0.2)


def test_post_norm_keeps_less_of_the_input_and_both_begin_with_all_of_it():
    pre, post = (tokens.input_left(1, way, blocks=3, features=16, positions=4) for way in (False, True))
    assert pre[0] == post[0] == 1 and len(pre) == len(post) == 7
    assert post[-1] < pre[-1] < 0.5


def test_the_figures_of_tokens_tell_their_numbers():
    masks = {name: np.zeros(tokens.SHAPE, bool) for name in ("BatchNormalization()", "LayerNormalization()")}
    masks["LayerNormalization()"][1, 2] = True
    figure = residual_figures.who_shares(masks, tokens.MARKED)
    assert "takes 6 numbers" in figure.figure.get_suptitle() and "LayerNormalization() 6" in figure.alt
    left = {"branch": np.array([1, 0.5, 0.25]), "behind": np.array([1, 0.1, 0.0001])}
    figure = residual_figures.input_left(left)
    assert "25.0% is left with pre-norm, under 0.1% with post-norm" in figure.figure.get_suptitle()
    assert "After 1 blocks: branch 0.25; behind 0.0001" in figure.alt


@pytest.mark.parametrize("head_first", [True, pytest.param(False, marks=pytest.mark.nightly)])
def test_what_is_trained_in_a_copy_and_taken_over_counts_as_the_model_does(head_first):
    """The weights are taken over once, at the end; the head was trained before the base in the copy, or was not."""
    keras = require_keras()

    def fine_tune(model, images, labels):
        copy = keras.models.clone_model(model)
        copy.set_weights(model.get_weights())
        for layer in copy.get_layer("base").layers:
            layer.trainable = not head_first
        copy.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
        copy.fit(images, labels, batch_size=300, epochs=1, verbose=0)
        weights = copy.get_weights()
        model.set_weights([weight + 0.01 for weight in weights])

    told = tuning.read_fine_tuning(tuning.export_fine_tuning(fine_tune))
    start = tuning.export_fine_tuning(lambda *_: None)["end"]
    moved = [float(np.abs(a - b).max()) for a, b in zip(told["head alone"], start, strict=True)]
    assert (max(moved[-2:]) > 0) == head_first and max(moved[:-2]) == 0


def test_a_model_that_was_not_compiled_again_is_told_as_that():
    for said in (
        "Argument `optimizer_variables` must be a list of tensors corresponding 1:1 to the trainable variables list "
        "that the optimizer was built with. Received 6 whereas the optimizer was built with 2 variables.",
        "Unknown variable: kernel. This optimizer can only be called for the variables it was originally built with.",
    ):
        fault = Fault("ValueError", said, 8, "    model.fit(images, labels, verbose=0)")
        told = explain(fault, exercises.find("fine_tune"))
        assert "changed after it was compiled? Compile it again after each change" in told
    other = Fault("ValueError", "A car was built with two wheels.", 8, "    model.fit(images, labels)")
    assert "ompile" not in explain(other, exercises.find("fine_tune"))


def test_what_the_check_saw_of_a_fine_tuning_is_told_without_the_name_it_is_kept_under():
    exercise = exercises.find("fine_tune")
    trial = Trial(Case("a base", ()), Reply({"seen": "head first; moved: nothing"}), None, None)
    assert diagnosis._saw(exercise, trial) == ["What the check saw: head first; moved: nothing."]
