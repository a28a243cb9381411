"""Fine-tuning in Keras (notebook 07), with batch norm frozen and with batch norm that moves; nothing is drawn here."""

from typing import NamedTuple

import numpy as np

from bncourse import data
from bncourse.backend import require_keras
from bncourse.experiments.claim import Claim
from bncourse.experiments.keras_runs.keras_training import accuracy, notes_model, one_hot

WAYS = ("trainable=False", "training=False")
CLASSES = 5  # the digits 0 to 4 are the old task, 5 to 9 the new one
FEW = 64  # new digits with a label


class Start(NamedTuple):
    """What fine-tuning begins with: a base that knows the digits 0 to 4, and a new head for 5 to 9.

    Parameters
    ----------
    base, head : list of ndarray
        Weights. The head was trained on the frozen base, with 64 labelled digits.
    x, labels : ndarray
        2,000 digits of the new task, those 64 first; labels from 0 to 4.
    x_test, labels_test : ndarray
        500 others.
    """

    base: list
    head: list
    x: np.ndarray
    labels: np.ndarray
    x_test: np.ndarray
    labels_test: np.ndarray


def build_base():
    """Build the notes' model without its last layer: 128 features in, 32 out."""
    keras = require_keras()
    base = keras.Sequential([keras.Input((128,))])
    for units in (64, 32):
        base.add(keras.layers.Dense(units, use_bias=False))
        base.add(keras.layers.BatchNormalization())
        base.add(keras.layers.ReLU())
    return base


def batch_norm_layers(base):
    """Return the batch norm layers of a model, in order."""
    keras = require_keras()
    return [layer for layer in base.layers if isinstance(layer, keras.layers.BatchNormalization)]


def start(seed):
    """Train a base on 2,000 digits from 0 to 4, freeze it, and train a new head on 64 digits from 5 to 9.

    Parameters
    ----------
    seed : int

    Returns
    -------
    Start
    """
    keras = require_keras()
    x, y = data.mnist_128()
    x, low = x.astype(np.float32), y < CLASSES
    old, new = data.split(x[low], y[low], seed), data.split(x[~low], y[~low] - CLASSES, seed)
    keras.utils.set_random_seed(seed)
    base, old_head, head = build_base(), _head(), _head()
    _fit(keras.Sequential([base, old_head]), old.x_train, old.y_train, lr=0.001, batch=32, epochs=8)
    base.trainable = False
    _fit(keras.Sequential([base, head]), new.x_train[:FEW], new.y_train[:FEW], lr=0.01, batch=8, epochs=10)
    return Start(_values(base), _values(head), new.x_train, new.y_train, new.x_test, new.y_test)


def fine_tune(begin, way, batch, seed, labelled=FEW, epochs=10):
    """Train the base and its new head on, with a small learning rate.

    Parameters
    ----------
    begin : Start
    way : {"trainable=False", "training=False"}
        What is done with batch norm: its layers are frozen; or the base is called with ``training=False`` when the
        model is built, which leaves them free.
    batch : int
        How many digits in a mini-batch.
    seed : int
        Of the order of training.
    labelled : int, default 64
        How many digits of the new task have a label.
    epochs : int, default 10

    Returns
    -------
    dict of float
        "accuracy", on the test digits of the new task; "moved", how far the moving statistics went: the largest of
        all changes.
    """
    keras = require_keras()
    keras.utils.set_random_seed(seed)
    base, head = build_base(), _head()
    inputs = keras.Input((128,))
    features = base(inputs, training=False) if way == "training=False" else base(inputs)
    model = keras.Model(inputs, head(features))
    _assign(base, begin.base)
    _assign(head, begin.head)
    norms = [layer for layer in base.layers if isinstance(layer, keras.layers.BatchNormalization)]
    if way == "trainable=False":
        for layer in norms:
            layer.trainable = False
    before = _statistics(norms)
    _fit(model, begin.x[:labelled], begin.labels[:labelled], lr=0.001, batch=batch, epochs=epochs)
    moved = max(np.abs(new - old).max() for new, old in zip(_statistics(norms), before, strict=True))
    return {"accuracy": accuracy(model, begin.x_test, begin.labels_test), "moved": float(moved)}


def few_and_many(seed, begin=None, shown=list):
    """Fine-tune in both ways with few labels in batches of two, and with many in batches of 32.

    Parameters
    ----------
    seed : int
    begin : Start, optional
        From `start`, which is called where it is missing.
    shown : callable, default list
        Wraps what is stepped through, to show progress.

    Returns
    -------
    dict of float
        "before", the accuracy before fine-tuning; for "few" (64 labels) and "many" (2,000) the accuracy with frozen
        batch norm ("frozen_few"), with free ("free_few"), and how far the free statistics went ("free_few_moved").
    """
    begin = begin or start(seed)
    found = {"before": fine_tune(begin, "trainable=False", 2, seed, epochs=0)["accuracy"]}
    for amount, batch, labelled, epochs in shown([("few", 2, FEW, 10), ("many", 32, 2000, 3)]):
        for name, way in (("frozen", "trainable=False"), ("free", "training=False")):
            run = fine_tune(begin, way, batch, seed, labelled, epochs)
            found |= {f"{name}_{amount}": run["accuracy"], f"{name}_{amount}_moved": run["moved"]}
    return found


def learning_weights(seed):
    """Count the weights of the notes' model that learn while its batch norm layers are frozen."""
    base = notes_model()
    for layer in base.layers:
        layer.trainable = not layer.name.startswith("batch_normalization")
    return {"learning": float(len(base.trainable_weights))}


CLAIMS = {
    "keras_learning_weights": Claim(
        "with frozen batch norm layers six weights of the notes' model learn: kernel and bias of three dense layers",
        learning_weights,
        lambda n: n["learning"] == 6,
        over={},
        notebook="07",
        cells=("tuning-recipe",),
    ),
    "keras_fine_tuning": Claim(
        "fine-tuning on 64 digits in batches of two: frozen batch norm is more than 3 points ahead of one that was "
        "only called with training=False, whose statistics move; on 2,000 digits in batches of 32 they are within 5",
        few_and_many,
        lambda n: (
            n["frozen_few"] - n["free_few"] > 0.03
            and n["frozen_few_moved"] == 0
            and n["free_few_moved"] > 0.1
            and abs(n["frozen_many"] - n["free_many"]) < 0.05
        ),
        over={},
        notebook="07",
        cells=("tuning-measured",),
    ),
}


def _head():
    keras = require_keras()
    return keras.Sequential([keras.Input((32,)), keras.layers.Dense(CLASSES, activation="softmax")])


def _fit(model, x, labels, lr, batch, epochs):
    keras = require_keras()
    model.compile(keras.optimizers.Adam(lr), "categorical_crossentropy")
    model.fit(x, one_hot(labels, CLASSES), batch_size=batch, epochs=epochs, verbose=0)


def _statistics(norms):
    return [values for layer in norms for values in _values(layer)[2:]]  # after gamma and beta


def _values(model):
    keras = require_keras()
    return [np.array(keras.ops.convert_to_numpy(weight.value)) for weight in model.weights]


def _assign(model, values):
    for weight, value in zip(model.weights, values, strict=True):
        weight.assign(value)
