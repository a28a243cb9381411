"""Training runs of the notes' model in Keras (notebook 07): a seed in, numbers out. Nothing is drawn here."""

import numpy as np

from bncourse import data
from bncourse.backend import require_keras
from bncourse.experiments.claim import Claim


def notes_model(norm=True, inputs=128, layer=None):
    """Build the notes' model: Dense(64), Dense(32), each with batch norm and ReLU, and Dense(10) with softmax.

    The dense layers keep their biases, as in the notes; 11,050 parameters, and 10,666 without batch norm.

    Parameters
    ----------
    norm : bool, default True
        False: without the two batch norm layers.
    inputs : int, default 128
    layer : callable, optional
        Makes a batch norm layer in place of Keras's own.

    Returns
    -------
    keras.Model
        Not compiled.
    """
    keras = require_keras()
    layers = keras.layers
    model = keras.Sequential([keras.Input((inputs,))])
    for units in (64, 32):
        model.add(layers.Dense(units))
        if norm:
            model.add((layer or layers.BatchNormalization)())
        model.add(layers.ReLU())
    model.add(layers.Dense(10, activation="softmax"))
    return model


def one_hot(labels, classes=10):
    """Return a row for each label, 1 in the label's column and 0 elsewhere; float32."""
    return np.eye(classes, dtype=np.float32)[labels]


def train(seed, norm, optimizer, lr, epochs, layer=None):
    """Train the notes' model on 4,000 MNIST digits with 128 features, in batches of 32.

    Parameters
    ----------
    seed : int
        Of the split, the weights and the order of training.
    norm : bool
        With batch norm, or without it.
    optimizer : {"SGD", "Adam"}
    lr : float
        Learning rate.
    epochs : int
    layer : callable, optional
        Of `notes_model`.

    Returns
    -------
    dict of ndarray of shape (epochs,)
        "loss", the mean over the batches of each epoch; "accuracy", on 1,000 test digits after it; "batch", the
        same with the statistics of the test digits in place of the moving ones (equal to "accuracy" where there
        is no batch norm).
    """
    keras = require_keras()
    x, y = data.mnist_128()
    parts = data.split(x.astype(np.float32), y, seed)
    keras.utils.set_random_seed(seed)
    model = notes_model(norm, layer=layer)
    model.compile(getattr(keras.optimizers, optimizer)(lr), "categorical_crossentropy")
    found = {"loss": [], "accuracy": [], "batch": []}
    for _ in range(epochs):
        history = model.fit(parts.x_train, one_hot(parts.y_train), batch_size=32, verbose=0)
        found["loss"].append(history.history["loss"][0])
        found["accuracy"].append(accuracy(model, parts.x_test, parts.y_test))
        found["batch"].append(accuracy(model, parts.x_test, parts.y_test, training=True))
    return {name: np.array(values) for name, values in found.items()}


def accuracy(model, x, labels, training=False):
    """Return the accuracy of a model, with moving statistics or with those of `x`, and leave its weights as they are.

    Parameters
    ----------
    model : keras.Model
    x : ndarray of shape (examples, features)
    labels : ndarray of shape (examples,)
    training : bool, default False
        True: with the statistics of `x`.

    Returns
    -------
    float
    """
    keras = require_keras()
    kept = [(weight, np.array(keras.ops.convert_to_numpy(weight.value))) for weight in model.non_trainable_weights]
    answers = keras.ops.convert_to_numpy(model(x, training=training)).argmax(axis=1)
    for weight, value in kept:  # a pass with training=True has moved the moving statistics
        weight.assign(value)
    return float((answers == labels).mean())


def with_and_without(seed, optimizer, lr, epochs, shown=list):
    """Train with and without batch norm.

    Parameters
    ----------
    seed, optimizer, lr, epochs
        As in `train`.
    shown : callable, default list
        Wraps what is stepped through, to show progress.

    Returns
    -------
    dict
        "with" and "without", each as `train` gives it.
    """
    return {name: train(seed, name == "with", optimizer, lr, epochs) for name in shown(["with", "without"])}


def slow_sgd(seed):
    """Measure accuracy and loss after 3 epochs of SGD with learning rate 0.01, with and without batch norm."""
    return ends(with_and_without(seed, "SGD", 0.01, 3))


def ends(found):
    """Give accuracy and loss after the last epoch, of what `with_and_without` gave."""
    return {f"{kind}_{name}": float(run[kind][-1]) for name, run in found.items() for kind in ("accuracy", "loss")}


def adam(seed, epochs=5):
    """Measure the notes' program: Adam with its defaults, with and without batch norm."""
    return first_and_last(with_and_without(seed, "Adam", 0.001, epochs))


def adam_faster(seed):
    """Measure what five epochs of Adam with a rate of 0.01 give, with and without batch norm."""
    return first_and_last(with_and_without(seed, "Adam", 0.01, 5))


def first_and_last(found):
    """Return what the first and the last epoch say, of what `with_and_without` gave."""
    bn, none = found["with"], found["without"]
    return {
        "loss_with": float(bn["loss"][0]),
        "loss_without": float(none["loss"][0]),
        "lag_first": float(bn["batch"][0] - bn["accuracy"][0]),
        "lag_last": float(bn["batch"][-1] - bn["accuracy"][-1]),
        "ahead_first": float(bn["accuracy"][0] - none["accuracy"][0]),
        "ahead_last": float(bn["accuracy"][-1] - none["accuracy"][-1]),
    }


def sgd_rates(seed):
    """Measure by how much batch norm is ahead after 3 epochs of SGD, at three learning rates."""
    return {f"ahead_{lr}": ahead(with_and_without(seed, "SGD", lr, 3)) for lr in (0.01, 0.1, 0.5)}


def ahead(found):
    """Give by how much batch norm is ahead after the last epoch, of what `with_and_without` gave."""
    return float(found["with"]["accuracy"][-1] - found["without"]["accuracy"][-1])


def parameters(seed):
    """Count the parameters of the notes' model, before anything is trained."""
    return {"notes": float(notes_model().count_params())}


CLAIMS = {
    "keras_parameters": Claim(
        "the notes' model has 11,050 parameters",
        parameters,
        lambda n: n["notes"] == 11_050,
        over={},
        notebook="07",
        cells=("fit-summary",),
    ),
    "keras_slow_sgd": Claim(
        "the notes' model, 3 epochs of SGD with learning rate 0.01: batch norm is more than 15 points ahead, and its "
        "training loss lower by more than 0.5",
        slow_sgd,
        lambda n: n["accuracy_with"] - n["accuracy_without"] > 0.15 and n["loss_without"] - n["loss_with"] > 0.5,
        over={},
        notebook="07",
        cells=("sgd-measured",),
    ),
    "keras_adam": Claim(
        "the notes' model with Adam: the training loss of the first epoch is lower by more than 0.1 with batch norm; "
        "the moving statistics lag by more than 1 point after one epoch and by less than 3 after five",
        adam,
        lambda n: n["loss_without"] - n["loss_with"] > 0.1 and n["lag_first"] > 0.01 and abs(n["lag_last"]) < 0.03,
        over={},
        notebook="07",
        cells=("adam-measured",),
        told=("adam-verdict", "end"),
    ),
    "keras_adam_faster": Claim(
        "the notes' model with Adam at a rate of 0.01: after five epochs batch norm is less than 5 points ahead or "
        "behind",
        adam_faster,
        lambda n: abs(n["ahead_last"]) < 0.05,
        over={},
        notebook="07",
        cells=("adam-faster",),
        told=("adam-verdict",),
    ),
    "keras_sgd_rates": Claim(
        "the notes' model, 3 epochs of SGD: with learning rates of 0.1 and 0.5 batch norm is ahead by less than half "
        "of what it is with 0.01",
        sgd_rates,
        lambda n: 2 * max(n["ahead_0.1"], n["ahead_0.5"]) < n["ahead_0.01"],
        over={},
        notebook="07",
        cells=("sgd-faster",),
        told=("adam",),
    ),
}
