"""A first look at batch norm at work: a deep network before training and in its first steps (notebook 00)."""

from dataclasses import replace

import numpy as np

from bncourse import data, losses, network, reference
from bncourse.experiments.claim import Claim

LOOKS = ("without batch norm", "with batch norm")


def two_networks(batch_norm, seed, layers=10, units=64, lr=0.1, batch=64, steps=50, glorot=True, every=5, looks=LOOKS):
    """Send digits through two new networks that differ in batch norm alone, then train both.

    They have ReLU. Both start from the same weights, see the same batches, and take standardized inputs.

    Parameters
    ----------
    batch_norm : callable
        ``batch_norm(x, gamma, beta, eps)`` gives y; it stands in each hidden layer of the second network.
    seed : int
        Of the split, the weights and the batches.
    layers, units : int
        Hidden layers, and the units of each.
    lr : float
    batch, steps : int
    glorot : bool, default True
        Whether the weights have the spread of Keras's default, ``sqrt(2 / (inputs + outputs))``; else that of He and
        others, ``sqrt(2 / inputs)``, which was made for ReLU.
    every : int, default 5
        Steps between two accuracies.
    looks : sequence of str
        Which of `LOOKS`.

    Returns
    -------
    spread : dict of str to ndarray of shape (layers,)
        For each of `LOOKS`, before training, the standard deviation over 200 digits of what reaches the ReLU of a
        unit: the mean of all units of each layer.
    accuracy : dict of str to ndarray of shape (1 + steps // every,)
        The share of new digits named right, after 0, `every`, 2 `every` ... steps. They go through as one batch.

    References
    ----------
    Glorot and Bengio (2010), formula 12. He and others (2015), section 2.2. https://arxiv.org/abs/1502.01852
    """
    parts = data.split(*data.digits(), seed)
    x_train, x_test = _standardized(parts)
    spread, accuracy = {}, {}
    for name in looks:
        rng = np.random.default_rng(seed)
        norm = "batch" if name == "with batch norm" else None
        net = network.init([x_train.shape[1], *[units] * layers, 10], rng, norm=norm)
        if glorot:
            net = [replace(layer, weights=layer.weights * glorot_by_he(*layer.weights.shape)) for layer in net]
        _, trace = _forward(net, x_train[:200], batch_norm)
        spread[name] = np.array([seen.scaled.std(axis=0).mean() for seen in trace[:-1]])
        accuracy[name] = []
        for step in range(steps + 1):
            if step % every == 0:
                output, _ = _forward(net, x_test, batch_norm)
                accuracy[name].append((output.argmax(axis=1) == parts.y_test).mean())
            rows = rng.choice(len(x_train), batch, replace=False)
            output, trace = _forward(net, x_train[rows], batch_norm)
            _, dout = losses.cross_entropy(output, parts.y_train[rows])
            net = [
                replace(layer, **{key: getattr(layer, key) - lr * slope for key, slope in slopes.items()})
                for layer, slopes in zip(net, network.backward(net, trace, dout), strict=True)
            ]
    return spread, {name: np.array(found) for name, found in accuracy.items()}


def numbers(spread, accuracy):
    """Return what `two_networks` found as named numbers.

    Returns
    -------
    dict of float
        For each of `LOOKS`: "right ...", the share of new digits named right after the last step; "kept ...", the
        spread of the last hidden layer as a share of the first one's.
    """
    return {f"right {name}": float(found[-1]) for name, found in accuracy.items()} | {
        f"kept {name}": float(found[-1] / found[0]) for name, found in spread.items()
    }


def first_look(seed, layers=10, units=64, lr=0.1, batch=64, steps=50):
    """Measure `numbers` with the course's batch norm.

    Parameters
    ----------
    seed, layers, units, lr, batch, steps
        Of `two_networks`.

    Returns
    -------
    dict of float
        As `numbers` gives them.
    """
    choices = {"layers": layers, "units": units, "lr": lr, "batch": batch, "steps": steps, "every": steps}
    return numbers(*two_networks(reference.batch_norm, seed, **choices))


def larger_weights(seed, units=64, lr=0.1, batch=64):
    """Measure the network without batch norm with Glorot's weights, and with those of He and others.

    Parameters
    ----------
    seed, units, lr, batch
        Of `two_networks`.

    Returns
    -------
    dict of float
        "Glorot" and "He": the share of new digits named right after 50 steps.
    """
    found = {}
    for name in ("Glorot", "He"):
        _, accuracy = two_networks(
            reference.batch_norm,
            seed,
            units=units,
            lr=lr,
            batch=batch,
            glorot=name == "Glorot",
            every=50,
            looks=LOOKS[:1],
        )
        found[name] = float(accuracy[LOOKS[0]][-1])
    return found


def where_it_fades(seed, lr=0.1, batch=64):
    """Measure how far ahead the network with batch norm is with fewer layers, and after more steps.

    Parameters
    ----------
    seed, lr, batch
        Of `two_networks`.

    Returns
    -------
    dict of float
        By how much more it is right: "lead with 4 layers", after 50 steps, and "lead after 300 steps", with 10 layers.
    """
    leads = {}
    for name, layers, steps in (("lead with 4 layers", 4, 50), ("lead after 300 steps", 10, 300)):
        _, accuracy = two_networks(
            reference.batch_norm, seed, layers=layers, steps=steps, every=steps, lr=lr, batch=batch
        )
        leads[name] = float(accuracy[LOOKS[1]][-1] - accuracy[LOOKS[0]][-1])
    return leads


def _standardized(parts):
    mean, std = parts.x_train.mean(axis=0), parts.x_train.std(axis=0)
    std = np.where(std > 1e-9, std, 1.0)  # some pixels are empty in every digit
    return (parts.x_train - mean) / std, (parts.x_test - mean) / std


def glorot_by_he(inputs, outputs):
    """Return the spread of Glorot's weights as a share of that of He's."""
    return np.sqrt(inputs / (inputs + outputs))


def _forward(net, x, batch_norm):
    return network.forward_with(net, x, lambda layer, sums: batch_norm(sums, layer.gamma, layer.beta, layer.eps))


CLAIMS = {
    "first_look": Claim(
        "ten or twenty ReLU layers of 32 to 128 units with weights of Glorot's spread, at learning rates from 0.05 to "
        "0.2, in batches of 32 to 128: before training the spread of the sums falls to less than a tenth without batch "
        "norm and stays with it; after 50 steps batch norm is right on over 25 points more of the new digits",
        first_look,
        lambda n: (
            n["kept without batch norm"] < 0.1
            and n["kept with batch norm"] > 0.9
            and n["right with batch norm"] > n["right without batch norm"] + 0.25
        ),
        over={"layers": (10, 20), "units": (32, 64, 128), "lr": (0.05, 0.1, 0.2), "batch": (32, 64, 128)},
        notebook="00",
        cells=("first-look-run",),
    ),
    "larger_weights_help": Claim(
        "ten layers of 32 or 64 units without batch norm, at learning rates of 0.05 and 0.1, in batches of 64 and 128: "
        "He's larger weights raise the accuracy after 50 steps by more than 5 points",
        larger_weights,
        lambda n: n["He"] > n["Glorot"] + 0.05,
        over={"units": (32, 64), "lr": (0.05, 0.1), "batch": (64, 128)},
        notebook="00",
        cells=("first-look-run",),
    ),
    "first_look_fades": Claim(
        "with 4 layers batch norm's lead in these networks is less than 20 points of accuracy, and after 300 steps "
        "with 10 layers less than 25",
        where_it_fades,
        lambda n: n["lead with 4 layers"] < 0.2 and n["lead after 300 steps"] < 0.25,
        over={},
        notebook="00",
        cells=("first-look-run",),
    ),
}
