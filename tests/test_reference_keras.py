"""Notebook 07's references against Keras itself: counts, the built-in layer, the freeze table, conventions."""

import numpy as np
import pytest

from bncourse import exercises, reference

keras = None  # imported in the one process that runs this file, and not where tests are collected


@pytest.fixture(scope="module", autouse=True)
def _keras():
    global keras
    keras = pytest.importorskip("keras")


def values(layer):
    """Give the weights as arrays; get_weights does the same, but NumPy warns about how Keras does it."""
    return [keras.ops.convert_to_numpy(weight.value) for weight in layer.weights]


def notes_model(use_bias=True):
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((128,)),
            layers.Dense(64, use_bias=use_bias),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Dense(32, use_bias=use_bias),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Dense(10, activation="softmax"),
        ]
    )


def answers(quiz):
    return {question.key: question.right for question in exercises.find(quiz).questions}


def test_the_parameter_counts_are_those_that_keras_measures():
    model = notes_model()
    size = lambda weights: sum(int(np.prod(w.shape)) for w in weights)  # noqa: E731
    with_weights = [layer.count_params() for layer in model.layers if layer.weights]
    total = model.count_params()
    model.compile("adam", "categorical_crossentropy")
    model.optimizer.build(model.trainable_variables)
    after_fit = total + size(model.optimizer.variables)
    assert after_fit == 32_768
    assert answers("parameter_counts") == {
        **dict(zip(["dense_1", "batch_norm_1", "dense_2", "batch_norm_2", "dense_3"], with_weights, strict=True)),
        "total": total,
        "trainable": size(model.trainable_weights),
        "non_trainable": size(model.non_trainable_weights),
        "without_redundant_biases": notes_model(use_bias=False).count_params(),
        "of_the_optimizer": after_fit - total,
    }
    assert reference.build_model().count_params() == 10_954


def test_the_freeze_table_holds_what_was_executed():
    from bncourse.experiments.keras_runs.freezing import freeze_table

    table = freeze_table()
    right = answers("freeze_table")
    assert right["as_it_is_statistics"] is table["as_it_is"]["statistics_change"]
    assert right["training_false_statistics"] is table["built_with_training_false"]["statistics_change"]
    assert right["training_false_gamma_beta"] is table["built_with_training_false"]["gamma_beta_change"]
    compiled = table["trainable_false_then_compiled"]
    assert right["trainable_false_compiled_statistics"] is compiled["statistics_change"]
    assert right["trainable_false_compiled_gamma_beta"] is compiled["gamma_beta_change"]
    both = table["trainable_false_but_training_true"]
    assert right["trainable_false_training_true_statistics"] is both["statistics_change"]
    again = table["trainable_false_after_a_fit_not_compiled_again"]
    frozen = not (again["error"] or again["statistics_change"] or again["gamma_beta_change"])
    # the question is about every backend, and one of the three does freeze the layer
    assert frozen is (keras.config.backend() == "torch")
    assert right["trainable_false_not_compiled_is_frozen"] is False
    assert not compiled["error"] and right["which_one_freezes"] == "trainable=False and compile"


@pytest.mark.parametrize("training", [True, False])
def test_the_layer_of_ones_own_equals_the_built_in_one(training):
    rng = np.random.default_rng(3)
    mine = reference.OwnBatchNormalization(momentum=0.7, epsilon=0.1)
    built_in = keras.layers.BatchNormalization(momentum=0.7, epsilon=0.1)
    weights = [rng.normal(size=4), rng.normal(size=4), rng.normal(size=4), np.exp(rng.normal(size=4))]
    for layer in (mine, built_in):
        layer.build((None, 4))
        layer.set_weights(weights)
    for _ in range(3):
        x = rng.normal(2.0, 3.0, (8, 4)).astype("float32")
        ours, theirs = (keras.ops.convert_to_numpy(layer(x, training=training)) for layer in (mine, built_in))
        assert np.allclose(ours, theirs, atol=1e-5)
    for ours, theirs in zip(values(mine), values(built_in), strict=True):
        assert np.allclose(ours, theirs, atol=1e-5)


def test_the_layer_of_ones_own_learns_in_fit_as_the_built_in_one():
    rng = np.random.default_rng(4)
    x, y = rng.normal(2.0, 3.0, (16, 4)).astype("float32"), rng.normal(size=(16, 1)).astype("float32")
    learned = []
    for layer in (reference.OwnBatchNormalization(), keras.layers.BatchNormalization()):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), layer, keras.layers.Dense(1)])
        model.compile(keras.optimizers.SGD(0.1), "mse")
        model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0)
        learned.append(values(model))
    for ours, theirs in zip(*learned, strict=True):
        assert np.allclose(ours, theirs, atol=1e-4)


def test_the_translation_to_pytorch_gives_its_running_statistics():
    rng = np.random.default_rng(5)
    batches = rng.normal(3.0, 2.0, (40, 6, 3))
    moving_mean, moving_var = np.zeros(3), np.zeros(3)
    running_mean, running_var = np.zeros(3), np.zeros(3)
    for x in batches:
        moving_mean = 0.7 * moving_mean + 0.3 * x.mean(axis=0)  # Keras: old weighs 0.7, biased variance
        moving_var = 0.7 * moving_var + 0.3 * x.var(axis=0)
        running_mean = (1 - 0.3) * running_mean + 0.3 * x.mean(axis=0)  # PyTorch: new weighs 0.3, unbiased variance
        running_var = (1 - 0.3) * running_var + 0.3 * x.var(axis=0, ddof=1)
    got = reference.to_pytorch(np.ones(3), np.zeros(3), moving_mean, moving_var, 0.7, 6)
    assert np.allclose(got["running_mean"], running_mean, rtol=1e-12)
    assert np.allclose(got["running_var"], running_var, rtol=1e-12)
    assert got["momentum"] == pytest.approx(0.3)


@pytest.mark.parametrize(("batch", "momentum", "says"), [(1, 0.9, "at least 2"), (4, 9.0, "between 0 and 1")])
def test_what_cannot_be_translated_is_told(batch, momentum, says):
    with pytest.raises(ValueError, match=says):
        reference.to_pytorch(*np.ones((4, 3)), momentum, batch)


@pytest.mark.parametrize("batch", [2, 8])
def test_the_translation_to_pytorch_gives_what_pytorch_itself_computes(batch):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(6)
    gamma, beta = rng.normal(size=(2, 3))
    moving_mean, moving_var = np.zeros(3), np.zeros(3)
    theirs = torch.nn.BatchNorm1d(3, momentum=0.3, eps=1e-3, dtype=torch.float64)
    theirs.running_var.zero_()
    for x in rng.normal(3.0, 2.0, (40, batch, 3)):
        moving_mean = 0.7 * moving_mean + 0.3 * x.mean(axis=0)
        moving_var = 0.7 * moving_var + 0.3 * x.var(axis=0)
        theirs(torch.tensor(x))
    got = reference.to_pytorch(gamma, beta, moving_mean, moving_var, 0.7, batch)
    assert np.allclose(got["running_mean"], theirs.running_mean.numpy(), rtol=1e-9)
    assert np.allclose(got["running_var"], theirs.running_var.numpy(), rtol=1e-9)
    assert got["momentum"] == pytest.approx(theirs.momentum)


def test_where_the_mean_is_large_keras_loses_digits_on_pytorch_alone_as_the_museum_says():
    wrong = 0
    for seed in range(5):
        x = (1000 + 0.1 * np.random.default_rng(seed).standard_normal((64, 3))).astype("float32")
        layer = keras.layers.BatchNormalization(momentum=0.0)
        y = keras.ops.convert_to_numpy(layer(x, training=True))
        variance = keras.ops.convert_to_numpy(layer.moving_variance.value)
        wrong += np.isnan(y).any() or not np.allclose(variance, x.astype(float).var(axis=0), rtol=0.1)
    # a version of Keras that computes it otherwise makes the label of the lost digits out of date
    assert wrong == (5 if keras.config.backend() == "torch" else 0)
