"""Fine-tuning in Keras (notebook 07), with batch norm frozen and with batch norm that moves; nothing is drawn here."""

from typing import NamedTuple

import numpy as np

from bncourse import data
from bncourse.backend import require_keras
from bncourse.experiments.keras_training import accuracy, one_hot

WAYS = ("trainable=False", "training=False")
CLASSES = 5  # the digits 0 to 4 are the old task, 5 to 9 the new one
LABELLED = 64  # of the new digits, how many have a label


class Start(NamedTuple):
    """What fine-tuning begins with: a base that knows the digits 0 to 4, and a new head for 5 to 9.

    Parameters
    ----------
    base, old_head, new_head : list of ndarray
        Weights. The new head was trained on the frozen base.
    x, labels : ndarray
        The 64 labelled digits of the new task; labels from 0 to 4.
    x_test, labels_test : ndarray
        500 others.
    x_old, labels_old : ndarray
        500 test digits of the old task.
    """

    base: list
    old_head: list
    new_head: list
    x: np.ndarray
    labels: np.ndarray
    x_test: np.ndarray
    labels_test: np.ndarray
    x_old: np.ndarray
    labels_old: np.ndarray


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
    """Give the batch norm layers of a model, in order."""
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
    base, old_head, new_head = build_base(), _head(), _head()
    _fit(keras.Sequential([base, old_head]), old.x_train, old.y_train, lr=0.001, batch=32, epochs=8)
    base.trainable = False
    few = new.x_train[:LABELLED], new.y_train[:LABELLED]
    _fit(keras.Sequential([base, new_head]), *few, lr=0.01, batch=8, epochs=10)
    weights = [_values(part) for part in (base, old_head, new_head)]
    return Start(*weights, *few, new.x_test, new.y_test, old.x_test, old.y_test)


def fine_tune(begin, way, batch, seed, epochs=10):
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
    epochs : int, default 10

    Returns
    -------
    dict of float
        "new", "old": the test accuracy of the new task, and of the old one with the old head; "moved": how far the
        moving statistics went, the largest of all changes.
    """
    keras = require_keras()
    keras.utils.set_random_seed(seed)
    base, head = build_base(), _head()
    inputs = keras.Input((128,))
    features = base(inputs, training=False) if way == "training=False" else base(inputs)
    model = keras.Model(inputs, head(features))
    _assign(base, begin.base)
    _assign(head, begin.new_head)
    base.trainable = True
    norms = batch_norm_layers(base)
    if way == "trainable=False":
        for layer in norms:
            layer.trainable = False
    _fit(model, begin.x, begin.labels, lr=0.001, batch=batch, epochs=epochs)
    fresh = build_base()
    _assign(fresh, begin.base)
    moved = max(
        float(np.abs(after - before).max())
        for layer, untouched in zip(norms, batch_norm_layers(fresh), strict=True)
        for after, before in zip(_values(layer)[2:], _values(untouched)[2:], strict=True)
    )
    old_head = _head()
    old = keras.Sequential([base, old_head])
    _assign(old_head, begin.old_head)
    return {
        "new": accuracy(model, begin.x_test, begin.labels_test),
        "old": accuracy(old, begin.x_old, begin.labels_old),
        "moved": moved,
    }


def _head():
    keras = require_keras()
    return keras.Sequential([keras.Input((32,)), keras.layers.Dense(CLASSES, activation="softmax")])


def _fit(model, x, labels, lr, batch, epochs):
    keras = require_keras()
    model.compile(keras.optimizers.Adam(lr), "categorical_crossentropy")
    model.fit(x, one_hot(labels, CLASSES), batch_size=batch, epochs=epochs, verbose=0)


def _values(model):
    keras = require_keras()
    return [np.array(keras.ops.convert_to_numpy(weight.value)) for weight in model.weights]


def _assign(model, values):
    for weight, value in zip(model.weights, values, strict=True):
        weight.assign(value)
