"""Which residual network trains at which depth and learning rate."""

from functools import lru_cache

import numpy as np

from bncourse.backend import require_keras
from bncourse.experiments.claim import Claim
from bncourse.experiments.residual.images import digits
from bncourse.experiments.residual.network import DIVIDED, KINDS, residual_network

RATES = (0.003, 0.03, 0.3)
SHALLOW = KINDS[:3]  # the ends of a branch of which something is said at ten blocks


def accuracies(seed, blocks, kind, rates=RATES, channels=8, batch=32, steps=60, init=1.0):
    """Train a new network at each rate with plain gradient descent, always from the same weights.

    Parameters
    ----------
    seed : int
        Of the split, the weights and the order of training.
    blocks, kind, channels, init
        Of `bncourse.experiments.residual.network.residual_network`.
    rates : sequence of float
    batch, steps : int

    Returns
    -------
    list of float
        The accuracy on 397 test digits after training at each rate. Batch norm has their statistics.
    """
    keras = require_keras()
    images = digits(seed)
    keras.utils.set_random_seed(seed)
    start, found = residual_network(blocks, kind, channels, init).get_weights(), []
    model = _compiled(blocks, "batch norm" if kind == "gamma 0" else kind, channels)
    for rate in rates:
        model.set_weights(start)
        model.optimizer.learning_rate.assign(rate)
        rng = np.random.default_rng(seed)
        for _ in range(steps):
            rows = rng.choice(len(images.x_train), batch, replace=False)
            model.train_on_batch(images.x_train[rows], images.y_train[rows])
        logits = model.predict_on_batch(images.x_test)
        # a network that has overflowed answers nothing; NumPy would take that for the digit 0
        found.append(float((logits.argmax(axis=1) == images.y_test)[np.isfinite(logits).all(axis=1)].sum()))
    return [right / len(images.y_test) for right in found]


@lru_cache(maxsize=8)
def _compiled(blocks, kind, channels):
    """Compile a network for all rates and seeds: its weights and its rate are set before each training."""
    keras = require_keras()
    model = residual_network(blocks, kind, channels)
    model.compile(keras.optimizers.SGD(RATES[0]), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def by_depth(seed, depths=(10, 50), kinds=KINDS, shown=list):
    """Measure `accuracies` of each kind at each depth.

    Parameters
    ----------
    seed : int
    depths : sequence of int
    kinds : sequence of str
    shown : callable, default list
        Wraps what is stepped through, to show progress.

    Returns
    -------
    dict of (int, str) to list of float
        For each number of blocks and kind, the accuracy at each of `RATES`.
    """
    pairs = [(blocks, kind) for blocks in depths for kind in kinds]
    return {pair: accuracies(seed, *pair) for pair in shown(pairs)}


def numbers(found, blocks):
    """Return the accuracies at one depth by name.

    Parameters
    ----------
    found : dict
        From `by_depth`.
    blocks : int

    Returns
    -------
    dict of float
        Such as "batch norm 0.03".
    """
    return {
        f"{kind} {rate}": value
        for (depth, kind), row in found.items()
        if depth == blocks
        for rate, value in zip(RATES, row, strict=True)
    }


def deep(seed, blocks=50, channels=8, batch=32, steps=60, init=1.0, kinds=KINDS):
    """Measure each kind in a deep network, at three rates."""
    found = {(blocks, kind): accuracies(seed, blocks, kind, RATES, channels, batch, steps, init) for kind in kinds}
    return numbers(found, blocks)


def shallow(seed, blocks=10, channels=8, batch=32, steps=60, init=1.0):
    """Measure the kinds of `SHALLOW` in a network of ten blocks, at three rates."""
    return deep(seed, blocks, channels, batch, steps, init, SHALLOW)


def divided(seed, rates=RATES, channels=8, steps=60):
    """Measure 50 blocks with nothing at the end of the branch and each sum divided.

    Returns
    -------
    dict of float
        "best", the highest accuracy at any of the rates.
    """
    return {"best": max(accuracies(seed, 50, DIVIDED, rates, channels, steps=steps))}


CLAIMS = {
    "deep_residual": Claim(
        "50 residual blocks of 8 channels, 60 steps, He's weights: with nothing at the end of the branch they answer "
        "no better than chance at rates 0.003, 0.03 and 0.3; at 0.03 batch norm, a gamma 0 and a scalar 0 are right "
        "on more than 0.7; at 0.3 batch norm and layer norm are not; layer norm is right on more than 0.6 at 0.003",
        deep,
        lambda n: (
            max(n[f"nothing {rate}"] for rate in RATES) < 0.25
            and min(n[f"{kind} 0.03"] for kind in ("batch norm", "gamma 0", "a scalar 0")) > 0.7
            and max(n["batch norm 0.3"], n["layer norm 0.3"]) < 0.25
            and n["layer norm 0.003"] > 0.6
        ),
        over={},
        notebook="11",
        cells=("trained",),
    ),
    "divided_residual": Claim(
        "50 residual blocks of 8 channels, 60 steps, He's weights, nothing at the end of the branch and each sum "
        "divided by 1.3, which takes the factor by which a block multiplies the signal away: at most half of the test "
        "digits are named right at rates 0.003, 0.03 and 0.3, and so at 0.0003, 0.001 and 0.01",
        divided,
        lambda n: n["best"] <= 0.5,
        over={"rates": (RATES, (0.0003, 0.001, 0.01))},
        notebook="11",
        cells=("trained",),
    ),
    "shallow_residual": Claim(
        "10 residual blocks of 8 channels, 60 steps in batches of 32 or 64, He's weights: with nothing at the end of "
        "the branch they are right on more than 0.6 at a rate of 0.003, and no better than chance at 0.3; "
        "batch norm is right on more than 0.6 at 0.003 and 0.03, and no better than chance at 0.3; "
        "a gamma 0 is right on more than 0.6 at 0.003 and 0.03",
        shallow,
        lambda n: (
            min(n["nothing 0.003"], n["batch norm 0.003"], n["batch norm 0.03"]) > 0.6
            and max(n["nothing 0.3"], n["batch norm 0.3"]) < 0.25
            and min(n["gamma 0 0.003"], n["gamma 0 0.03"]) > 0.6
        ),
        over={"batch": (32, 64)},
        notebook="11",
        cells=("trained-ten",),
    ),
}
