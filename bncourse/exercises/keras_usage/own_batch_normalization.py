"""Exercise OwnBatchNormalization. A batch norm layer made from keras.layers.Layer."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import affine, batch, statistics

_PARTS = {
    "weights": "its weights",
    "training": "its output while training",
    "fit": "its output while training",
    "moving statistics": "its moving statistics",
    "inference": "its output after training",
    "frozen": "with trainable = False",
    "config": "get_config, from_config and saving",
}


def _layer_cases(rng):
    for what, part in _PARTS.items():
        features = 4 if what == "weights" else 5
        scale, offset = np.exp(rng.standard_normal(features)), 3 * rng.standard_normal(features)
        x = batch(rng, 7, features, scale, offset)
        if what == "moving statistics":
            x = np.stack([x, batch(rng, 7, features, scale, offset), batch(rng, 7, features, scale, offset)])
        weights = (*affine(rng, features), *statistics(rng, features))
        label = "a step of fit" if what == "fit" else part
        yield Case(label, (what, x, 0.7, 0.1, *weights), part=part)


OwnBatchNormalization = Exercise(
    notebook="07-keras",
    reference=reference.OwnBatchNormalization,
    asks=(
        "write a keras.layers.Layer with gamma, beta, moving_mean and moving_variance that does what Keras's "
        "BatchNormalization does on rows: while training, after training, frozen, saved and loaded"
    ),
    cases=_layer_cases,
    points=6,
    section="A layer of your own",
    returns=("the result",),
    driver="bncourse.drivers.keras_objects:drive_layer",
    rtol=1e-4,
    atol=1e-5,
    seconds=60.0,
    hints=(
        "build makes four weights of shape (features,) with self.add_weight; two of them with trainable=False.",
        "call has two ways: with the statistics of the batch, which it then also averages into the moving ones, "
        "or with the moving ones alone. The first is for training, and only while the layer is trainable.",
        "momentum weighs the old moving value, 1 - momentum that of the batch; .assign stores it. get_config adds "
        "momentum and epsilon to what the layer above gives.",
    ),
)
