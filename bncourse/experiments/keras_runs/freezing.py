"""Runs of Keras that measure: what freezing a batch norm layer does, executed and not believed."""

import numpy as np

from bncourse.backend import require_keras
from bncourse.experiments.claim import Claim

# What is done to the layer, as (name, trainable, training, moment). `training` is what the layer is called with
# when the model is built; `moment` says when `trainable` is set and whether the model is compiled after that.
FREEZE_ROWS = (
    ("as_it_is", True, None, "compiled afterwards"),
    ("built_with_training_false", True, False, "compiled afterwards"),
    ("built_with_training_true", True, True, "compiled afterwards"),
    ("trainable_false_then_compiled", False, None, "compiled afterwards"),
    ("trainable_false_between_compile_and_first_fit", False, None, "before the first fit"),
    ("trainable_false_after_a_fit_not_compiled_again", False, None, "after a fit, not compiled again"),
    ("both_then_compiled", False, False, "compiled afterwards"),
    ("trainable_false_but_training_true", False, True, "compiled afterwards"),
)


def freeze_table(rows=FREEZE_ROWS, seed=0, shown=list):
    """Execute the truth table of `trainable`, `training` and compiling again.

    For each row a model of one batch norm and one dense layer is built, fitted once, changed as the row says,
    and fitted once more; the weights of the batch norm layer before and after the second fit are compared.

    Parameters
    ----------
    rows : sequence of (name, trainable, training, moment)
        See `FREEZE_ROWS`.
    seed : int
    shown : callable, default list
        Wraps what is stepped through, to show progress.

    Returns
    -------
    dict
        For each name a dictionary with the truth values "statistics_change" (moving mean and variance) and
        "gamma_beta_change", and "error": the name of the exception with which the second fit stopped, or "".
        After an error nothing has changed.
    """
    return {name: _freeze_row(trainable, training, moment, seed) for name, trainable, training, moment in shown(rows)}


def _freeze_row(trainable, training, moment, seed):
    keras = require_keras()
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    x, y = rng.normal(3.0, 2.0, (64, 4)).astype("float32"), rng.normal(size=(64, 1)).astype("float32")
    bn = keras.layers.BatchNormalization()
    inputs = keras.Input((4,))
    normalized = bn(inputs) if training is None else bn(inputs, training=training)
    model = keras.Model(inputs, keras.layers.Dense(1)(normalized))
    model.compile("sgd", "mse")
    if moment != "before the first fit":
        model.fit(x, y, verbose=0)
    bn.trainable = trainable
    if moment == "compiled afterwards":
        model.compile("sgd", "mse")
    before = _values(bn)
    try:
        model.fit(x, y, verbose=0)
    except ValueError as stopped:
        # only JAX refuses weights that are not those the optimizer was built with; the model has lost its numbers then
        return {"statistics_change": False, "gamma_beta_change": False, "error": type(stopped).__name__}
    changed = [not np.array_equal(old, new) for old, new in zip(before, _values(bn), strict=True)]
    # the order is gamma, beta, moving mean, moving variance
    return {"statistics_change": any(changed[2:]), "gamma_beta_change": any(changed[:2]), "error": ""}


def _values(layer):
    keras = require_keras()
    # get_weights does the same, but NumPy warns about the way in which Keras does it
    return [keras.ops.convert_to_numpy(weight.value) for weight in layer.weights]


def changes(table):
    """Return what the claim looks at, of what `freeze_table` gave: 1.0 where something changed or stopped."""
    frozen = table["trainable_false_then_compiled"]
    return {
        "training_false": float(table["built_with_training_false"]["statistics_change"]),
        "trainable_false": float(any(frozen.values())),
    }


def switches(seed):
    """Measure whether the two switches freeze the moving statistics in `fit`."""
    rows = [row for row in FREEZE_ROWS if row[0] in ("built_with_training_false", "trainable_false_then_compiled")]
    return changes(freeze_table(rows, seed))


CLAIMS = {
    "keras_freezing": Claim(
        "a batch norm that was built with training=False moves its statistics in fit; trainable = False and compile "
        "keep all four weights",
        switches,
        lambda n: n["training_false"] == 1 and n["trainable_false"] == 0,
        over={},
        notebook="07",
        cells=("freeze-measured",),
    ),
}
