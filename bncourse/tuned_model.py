"""The model that a learner fine-tunes in notebook 11: a base of two residual blocks, and a new head."""

import contextlib

import numpy as np

from bncourse import data
from bncourse.backend import require_keras

CLASSES = 5  # the base has seen the digits 0 to 4; the new task is 5 to 9
BLOCKS, CHANNELS = 2, 8
HEAD = 2  # its weights are the last ones: kernel and bias


def digits(new):
    """Return the digits 0 to 4, or those of the new task, as images of shape (8, 8, 1) with labels from 0 to 4."""
    pixels, labels = data.digits()
    order = np.random.default_rng(0).permutation(len(pixels))
    pixels, labels = pixels[order], labels[order]
    chosen = (labels >= CLASSES) == new
    x = ((pixels - pixels.mean()) / pixels.std()).reshape(-1, 8, 8, 1).astype(np.float32)
    return x[chosen], labels[chosen] % CLASSES


def handed_model():
    """Build the model that a learner fine-tunes: a base of two residual blocks, and a new head.

    Returns
    -------
    keras.Model
        Not compiled; its layers are "base" and "head".
    """
    keras = require_keras()
    layers = keras.layers
    inputs = keras.Input((8, 8, 1))
    x = layers.Conv2D(CHANNELS, 3, strides=2, padding="same", name="stem")(inputs)
    for k in range(BLOCKS):
        y = layers.ReLU(name=f"relu_{k}")(x)
        y = layers.Conv2D(CHANNELS, 3, padding="same", use_bias=False, name=f"conv_{k}")(y)
        x = layers.Add(name=f"add_{k}")([x, layers.BatchNormalization(name=f"bn_{k}")(y)])
    base = keras.Model(inputs, layers.Flatten(name="flatten")(x), name="base")
    head = layers.Dense(CLASSES, activation="softmax", kernel_initializer="zeros", name="head")
    model = keras.Sequential([keras.Input((8, 8, 1)), base, head])
    _prepare(base)
    return model


@contextlib.contextmanager
def watched(model, watch):
    """Watch how the weights of a model are trained, in whatever model they take part, and those of a copy of it.

    Parameters
    ----------
    model : keras.Model
    watch : callable
        Called with the model, or the copy, before and after each call of `fit` or `train_on_batch` of a model that has
        one of the weights or is such a copy, and before one of the weights is assigned by hand.
    """
    keras = require_keras()
    weights = {id(weight) for weight in model.weights}
    shapes = [tuple(weight.shape) for weight in model.weights]
    under_way = []

    def of(trained):
        if any(id(weight) in weights for weight in trained.weights):
            return model
        return trained if [tuple(weight.shape) for weight in trained.weights] == shapes else None

    def trained(method):
        def train(self, *arguments, **options):
            ours = None if under_way else of(self)
            if ours is not None:
                watch(ours)
            under_way.append(method)
            try:
                return method(self, *arguments, **options)
            finally:
                under_way.pop()
                if ours is not None:
                    watch(ours)

        return train

    def assigned(method):
        def assign(self, value):
            if not under_way and id(self) in weights:
                watch(model)
            return method(self, value)

        return assign

    places = [
        (keras.Model, "fit", trained),
        (keras.Model, "train_on_batch", trained),
        (keras.Variable, "assign", assigned),
    ]
    before = [(kind, name, vars(kind).get(name)) for kind, name, _ in places]
    for kind, name, around in places:
        setattr(kind, name, around(getattr(kind, name)))
    try:
        yield
    finally:
        for kind, name, own in before:
            if own is None:
                delattr(kind, name)
            else:
                setattr(kind, name, own)


def _prepare(base):
    """Give the base its weights, and its batch norms the statistics of the old digits."""
    rng = np.random.default_rng(11)
    for weight in base.weights:
        shape = tuple(weight.shape)
        if len(shape) == 4:
            weight.assign(rng.normal(0, (2 / np.prod(shape[:3])) ** 0.5, shape).astype(np.float32))
        elif weight.name == "gamma":
            weight.assign(rng.uniform(0.8, 1.2, shape).astype(np.float32))
    norms = [layer for layer in base.layers if layer.name.startswith("bn_")]
    kept = [layer.momentum for layer in norms]
    for layer in norms:
        layer.momentum = 0.0
    base(digits(new=False)[0], training=True)
    for layer, momentum in zip(norms, kept, strict=True):
        layer.momentum = momentum
