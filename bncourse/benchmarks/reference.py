"""How exact and how fast the reference functions are: ``bncourse bench reference``.

Forward and backward together, while training, in float64, on one thread: the step-by-step functions and the fused
one, beside plain Python loops (on the smallest size), PyTorch and Keras on JAX. Times are medians of alternating
runs; what counts is the ratio. Errors are against the same formulas in long double, in units in the last place of
the largest number of each result.
"""

import json
import statistics
import time

import numpy as np

from bncourse import reference
from bncourse.benchmarks.described import show

SIZES = ((64, 128), (512, 256), (4096, 512))
ALTERNATIONS = 9
WORK = 4_000_000  # numbers that one timed run handles at least, so that small sizes are repeated
EPS = 1e-3


def command(options):
    """Measure and print a table, or one JSON object; the ``bncourse bench reference`` command."""
    from rich.console import Console

    console = Console(stderr=True)
    rows = []
    for size in SIZES:
        with console.status(f"{size[0]} examples with {size[1]} features ..."):
            rows.append(measure(*size))
    largest = rows[-1]
    figures = {
        "forward_backward_ratio_torch": largest["ratios"].get("PyTorch"),
        "fused_ratio_torch": largest["fused_ratios"].get("PyTorch"),
        "max_ulp": max(error for row in rows for error in row["ulps"].values()),
        "sizes": rows,
    }
    if options.json:
        print(json.dumps(figures))
        return 0
    show("reference", figures)
    if figures["forward_backward_ratio_torch"] is None:
        print('PyTorch is not installed, so it is not in the table: pip install -e ".[bench]"')
    return 0


def measure(batch, features, peers=None, alternations=ALTERNATIONS):
    """Time the reference and its peers on one size, and find the errors of the reference.

    Parameters
    ----------
    batch, features : int
    peers : mapping of str to callable, optional
        ``make(x, gamma, beta, dout)`` gives a function without arguments that runs both passes; those that are
        installed, where it is not given.
    alternations : int

    Returns
    -------
    dict
        "size", "ulps" by result, "ratios", "fused_ratios" and "spreads" by peer.
    """
    inputs = draw(batch, features)
    x, gamma, beta, dout = inputs
    runs = {
        "steps": lambda: (
            reference.batch_norm(x, gamma, beta, EPS),
            reference.batch_norm_backward(dout, x, gamma, EPS),
        ),
        "fused": lambda: reference.batch_norm_fused(x, gamma, beta, dout, EPS),
    }
    for name, make in (installed(batch * features) if peers is None else peers).items():
        runs[name] = make(*inputs)
    times = alternate(runs, max(1, WORK // (batch * features) // 4), alternations)
    ratios, fused, spreads = {}, {}, {}
    for name in list(runs)[2:]:
        each = sorted(own / peer for own, peer in zip(times["steps"], times[name], strict=True))
        ratios[name] = statistics.median(each)
        spreads[name] = each[0], each[-1]
        fused[name] = statistics.median(own / peer for own, peer in zip(times["fused"], times[name], strict=True))
    return {
        "size": [batch, features],
        "ulps": ulps(*inputs),
        "ratios": ratios,
        "fused_ratios": fused,
        "spreads": spreads,
    }


def draw(batch, features):
    """Draw inputs of the usual scale, with features that lie away from 0."""
    rng = np.random.default_rng([batch, features])
    x = rng.standard_normal((batch, features)) * rng.uniform(0.5, 2, features) + rng.normal(0, 3, features)
    return x, rng.uniform(0.5, 2, features), rng.standard_normal(features), rng.standard_normal((batch, features))


def alternate(runs, repeats, alternations):
    """Time functions in turn; give the seconds of one call for each, once a round."""
    for run in runs.values():
        run()
    times = {name: [] for name in runs}
    for _ in range(alternations):
        for name, run in runs.items():
            began = time.perf_counter()
            for _ in range(repeats):
                run()
            times[name].append((time.perf_counter() - began) / repeats)
    return times


def ulps(x, gamma, beta, dout):
    """Return the largest error of each result, in units in the last place of its largest number."""
    wide = [np.asarray(values, np.longdouble) for values in (x, gamma, beta, dout)]
    results = {
        "y": (reference.batch_norm(x, gamma, beta, EPS), reference.batch_norm(*wide[:3], EPS)),
        **{
            name: pair
            for name, *pair in zip(
                ("dx", "dgamma", "dbeta"),
                reference.batch_norm_backward(dout, x, gamma, EPS),
                reference.batch_norm_backward(wide[3], wide[0], wide[1], EPS),
                strict=True,
            )
        },
    }
    return {
        name: float(np.max(np.abs(narrow - exact)) / np.spacing(np.float64(np.max(np.abs(exact)))))
        for name, (narrow, exact) in results.items()
    }


def installed(numbers):
    """Return the peers that this machine has."""
    from importlib.util import find_spec

    peers = {}
    if numbers <= 10_000:  # seconds, on the larger sizes
        peers["plain loops"] = _loops
    if find_spec("torch"):
        peers["PyTorch"] = _torch
    if find_spec("keras") and find_spec("jax"):
        peers["Keras on JAX, float32"] = _keras
    return peers


def _torch(x, gamma, beta, dout):
    import torch

    torch.set_num_threads(1)
    inputs = [torch.tensor(values, requires_grad=True) for values in (x, gamma, beta)]
    upstream = torch.tensor(dout)

    def run():
        y = torch.nn.functional.batch_norm(inputs[0], None, None, *inputs[1:], True, 0.1, EPS)
        y.backward(upstream)
        for values in inputs:
            values.grad = None

    return run


def _keras(x, gamma, beta, dout):
    from bncourse.backend import require_keras

    keras = require_keras()
    import jax

    layer = keras.layers.BatchNormalization(epsilon=EPS, dtype="float32")
    layer.build(x.shape)
    trainable = [np.float32(gamma), np.float32(beta)]
    fixed = [v.value for v in layer.non_trainable_variables]

    @jax.jit
    def both(x, gamma, beta, dout):
        forward = lambda x, g, b: layer.stateless_call([g, b], fixed, x, training=True)[0]  # noqa: E731
        y, pull = jax.vjp(forward, x, gamma, beta)
        return y, pull(dout)

    # Keras calculates in float32, in half the memory
    narrow = np.float32(x), *trainable, np.float32(dout)
    return lambda: jax.block_until_ready(both(*narrow))


def _loops(x, gamma, beta, dout):
    batch, features = x.shape

    def run():
        y, dx = np.empty_like(x), np.empty_like(x)
        for k in range(features):
            mean = sum(x[i, k] for i in range(batch)) / batch
            var = sum((x[i, k] - mean) ** 2 for i in range(batch)) / batch
            inv_std = 1 / (var + EPS) ** 0.5
            x_hat = [(x[i, k] - mean) * inv_std for i in range(batch)]
            dgamma = sum(dout[i, k] * x_hat[i] for i in range(batch))
            dbeta = sum(dout[i, k] for i in range(batch))
            for i in range(batch):
                y[i, k] = gamma[k] * x_hat[i] + beta[k]
                dx[i, k] = gamma[k] * inv_std * (dout[i, k] - (dbeta + x_hat[i] * dgamma) / batch)

    return run
