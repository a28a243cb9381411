"""Layer norm as transformers use it: over which axes and with which eps, before the branch or behind the sum."""

import numpy as np

from bncourse.backend import require_keras
from bncourse.experiments.claim import Claim

SHAPE = (3, 4, 6)  # texts, positions, features
MARKED = (1, 2, 1)
PYTORCH_EPS = 1e-5  # PyTorch 2.13.0, torch/nn/modules/normalization.py, LayerNorm.__init__


def shared(at=MARKED):
    """Find by trial which numbers of some texts have a say in one normalized number, for three layers of Keras.

    Each number is changed in turn, and the result at `at` is compared.

    Parameters
    ----------
    at : tuple of int
        Text, position and feature of the one result.

    Returns
    -------
    dict of str to ndarray of bool of shape (3, 4, 6)
        True where a change of the input changes the result.
    """
    layers = require_keras().layers
    tried = {
        "BatchNormalization()": layers.BatchNormalization(),
        "LayerNormalization()": layers.LayerNormalization(),
        "LayerNormalization(axis=(1, 2))": layers.LayerNormalization(axis=(1, 2)),
    }
    x = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)
    changed = np.repeat(x[None], x.size, axis=0)
    for i, place in enumerate(np.ndindex(SHAPE)):
        changed[(i, *place)] += 3
    found = {}
    for name, layer in tried.items():
        before = _applied(layer, x)[at]
        after = np.array([_applied(layer, one)[at] for one in changed])
        found[name] = (np.abs(after - before) > 1e-4).reshape(SHAPE)
    return found


def eps_of(layer, size=0.03):
    """Find the eps of a new normalizer from what it makes of two small numbers.

    Of ``[-size, size]`` it makes ``[-y, y]`` with ``y = size / sqrt(size**2 + eps)``.

    Parameters
    ----------
    layer : keras.layers.Layer
        It normalizes over the last axis, with gamma 1 and beta 0.
    size : float, default 0.03

    Returns
    -------
    eps, y : float
    """
    y = float(_applied(layer, np.array([[-size, size]], np.float32))[0, 1])
    return size**2 * (1 / y**2 - 1), y


def conventions(seed):
    """Measure what Keras's layer norm does where nothing is said.

    Parameters
    ----------
    seed : int
        Without effect: a convention is no matter of chance.

    Returns
    -------
    dict of float
        For each layer of `shared` how many numbers have a say; "eps"; "small", what a standard deviation of 0.03
        becomes; "small with 1e-5", the same with ``epsilon=1e-5``.
    """
    layers = require_keras().layers
    eps, small = eps_of(layers.LayerNormalization())
    _, other = eps_of(layers.LayerNormalization(epsilon=PYTORCH_EPS))
    counts = {name: float(mask.sum()) for name, mask in shared().items()}
    return counts | {"eps": eps, "small": small, "small with 1e-5": other}


def input_left(seed, post, blocks=12, features=64, positions=16, texts=8):
    """Follow how much of its input is left along a new transformer.

    Each block has an attention with one head, then a dense network of each position alone, with four times as many
    units and ReLU. All matrices keep the mean square (with the ReLU before it, the last one), and gamma is 1. Attention
    gives less than it takes, because it averages over the positions: see `branch_sizes`.

    Parameters
    ----------
    seed : int
        Of the tokens, which are normal random numbers, and of the weights.
    post : bool
        True: ``norm(x + branch(x))``. False: ``x + branch(norm(x))``.
    blocks, features, positions, texts : int

    Returns
    -------
    ndarray of shape (1 + 2 * blocks,)
        At first and after each branch: the squared correlation of what is there with the input.
    """
    rng = np.random.default_rng(seed)
    x = start = rng.normal(size=(texts, positions, features))
    left = [1.0]
    for _ in range(blocks):
        for branch in (_attention, _dense):
            x = _normalized(x + branch(x, rng)) if post else x + branch(_normalized(x), rng)
            left.append(np.corrcoef(start.ravel(), x.ravel())[0, 1] ** 2)
    return np.array(left)


def branch_sizes(seed, features=64, positions=16, texts=8):
    """Measure what the two branches of a new block give of normalized random tokens.

    Returns
    -------
    dict of float
        "attention" and "dense", the mean square of each one's output; that of its input is 1.
    """
    rng = np.random.default_rng(seed)
    x = _normalized(rng.normal(size=(texts, positions, features)))
    return {"attention": float((_attention(x, rng) ** 2).mean()), "dense": float((_dense(x, rng) ** 2).mean())}


def pre_and_post(seed, blocks=12, features=64, positions=16):
    """Measure the last number of `input_left` both ways.

    Returns
    -------
    dict of float
        "post-norm" and "pre-norm"; "pre-norm, in parts", the latter times one more than the number of branches; and
        what `branch_sizes` gives.
    """
    post, pre = (input_left(seed, way, blocks, features, positions)[-1] for way in (True, False))
    found = {"post-norm": float(post), "pre-norm": float(pre), "pre-norm, in parts": float(pre * (1 + 2 * blocks))}
    return found | branch_sizes(seed, features, positions)


def _applied(layer, x):
    return np.asarray(require_keras().ops.convert_to_numpy(layer(x, training=True) if _batch(layer) else layer(x)))


def _batch(layer):
    return type(layer).__name__ == "BatchNormalization"


def _normalized(x, eps=1e-5):
    return (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + eps)


def _attention(x, rng):
    features = x.shape[-1]
    query, key, value, out = rng.normal(0, features**-0.5, (4, features, features))
    scores = (x @ query) @ (x @ key).transpose(0, 2, 1) / np.sqrt(features)
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True) @ (x @ value) @ out


def _dense(x, rng):
    features = x.shape[-1]
    hidden = np.maximum(x @ rng.normal(0, (2 / features) ** 0.5, (features, 4 * features)), 0)
    return hidden @ rng.normal(0, (1 / (4 * features)) ** 0.5, (4 * features, features))


CLAIMS = {
    "token_layer_norm": Claim(
        "Keras's LayerNormalization() takes the features of one position of one text, with an eps of 0.001; with "
        "axis=(1, 2) it takes the whole text, and batch norm the feature at all positions of all texts; a standard "
        "deviation of 0.03 becomes less than 0.75, and with PyTorch's eps more than 0.98",
        conventions,
        lambda n: (
            n["LayerNormalization()"] == 6
            and n["LayerNormalization(axis=(1, 2))"] == 24
            and n["BatchNormalization()"] == 12
            and abs(n["eps"] - 1e-3) < 2e-5
            and n["small"] < 0.75
            and n["small with 1e-5"] > 0.98
        ),
        over={},
        notebook="11",
        cells=("tokens",),
    ),
    "pre_and_post": Claim(
        "a new transformer of 6 to 24 blocks with 32 to 128 features and 4 to 64 positions: with layer norm in the "
        "branch 0.4 to 2.5 parts of its input are left in as many as there are branches and one; with layer norm "
        "behind each sum less than 0.02 of it is, and less than half as much as with layer norm in the branch; of "
        "random tokens a new dense branch gives 0.75 to 1.25 of the mean square that it takes, attention less than 0.7",
        pre_and_post,
        lambda n: (
            0.4 < n["pre-norm, in parts"] < 2.5
            and n["post-norm"] < 0.02
            and n["post-norm"] < n["pre-norm"] / 2
            and 0.75 < n["dense"] < 1.25
            and n["attention"] < 0.7
        ),
        over={"blocks": (6, 12, 24), "features": (32, 64, 128), "positions": (4, 16, 64)},
        notebook="11",
        cells=("pre-post",),
    ),
}
