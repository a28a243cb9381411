"""A trained batch norm in a new domain, with the statistics of that domain: AdaBN (notebook 09)."""

import numpy as np

from bncourse import data, network
from bncourse.experiments.claim import Claim
from bncourse.experiments.normalizers import normalized_networks as networks

# What happens to the test images. The first three do the same to every pixel x, a * x + b with a above 0; the uneven
# sensor multiplies each pixel by its own number.
SHIFTS = ("brighter", "fog", "low contrast", "uneven sensor", "noise", "rotated by 30°", "inverted")
WAYS = ("source", "target", "inputs")  # whose statistics are used; see `after_shifts`


def shifted(images, shift, rng, clip=False):
    """Give 28 x 28 test images, seen through a changed camera, with 128 features.

    Parameters
    ----------
    images : ndarray of shape (images, 28, 28)
        Grey values from 0 to 1.
    shift : str
        One of `SHIFTS`.
    rng : numpy.random.Generator
        The pixels of the uneven sensor, and the noise.
    clip : bool, default False
        Whether values that leave the range from 0 to 1 are cut, as a camera does it.

    Returns
    -------
    ndarray of shape (images, 128)
    """
    if shift == "rotated by 30°":
        from scipy.ndimage import rotate  # here, because it takes a moment to load

        return data.pool_128(rotate(images, 30, axes=(1, 2), reshape=False, order=1))
    x = data.pool_128(images)
    changed = {
        "brighter": lambda: x + 0.5,
        "fog": lambda: 0.4 * x + 0.6,
        "low contrast": lambda: 0.3 * x,
        "uneven sensor": lambda: x * np.exp(rng.standard_normal(x.shape[1])),
        "noise": lambda: x + rng.normal(0, 0.3, x.shape),
        "inverted": lambda: 1 - x,
    }[shift]()
    return np.clip(changed, 0, 1) if clip else changed


def pictures(seed):
    """Return one test digit as each shift shows it.

    Returns
    -------
    dict of str to ndarray of shape (16, 8)
    """
    images, _ = data.mnist()
    rng = np.random.default_rng(seed)
    chosen = images[[rng.integers(len(images))]]
    return {shift: shifted(chosen, shift, rng).reshape(16, 8) for shift in SHIFTS}


def after_shifts(seed, lr=0.1, clip=False):
    """Measure two digit networks on shifted test digits, as they are and with the statistics of the shifted digits.

    The one has batch norm and takes the images as they are; the other has none, and its inputs are standardized.

    Parameters
    ----------
    seed : int
        Of the split, the weights, the order of training and the shifts.
    lr : float, default 0.1
        Learning rate.
    clip : bool, default False
        Of `shifted`.

    Returns
    -------
    dict of float
        For "clean" and each of `SHIFTS`, such as "fog": "fog source", the accuracy with the statistics of the training
        set; "fog target", with those of all shifted test digits in every batch norm (AdaBN); "fog inputs", of the
        network without batch norm when its inputs are standardized with the statistics of the shifted digits.
    """
    images, labels = data.mnist()
    order = np.random.default_rng(seed).permutation(len(images))
    test, train = order[:1000], order[1000:]
    x_train = data.pool_128(images[train])
    nets = _two_networks(x_train, labels[train], seed, lr)
    rng = np.random.default_rng(seed)
    numbers = _three_accuracies("clean", nets, data.pool_128(images[test]), labels[test])
    for shift in SHIFTS:
        numbers |= _three_accuracies(shift, nets, shifted(images[test], shift, rng, clip), labels[test])
    return numbers


def after_domain_shift(seed, lr=0.1):
    """Measure the same two networks, learned on scikit-learn's digits, on MNIST digits of the same size.

    Parameters
    ----------
    seed, lr
        Of `after_shifts`.

    Returns
    -------
    dict of float
        "home", the accuracy on new digits of scikit-learn's; "mnist source", "mnist target" and "mnist inputs" as in
        `after_shifts`.
    """
    parts = data.split(*data.digits(), seed)
    nets = _two_networks(parts.x_train, parts.y_train, seed, lr)
    home = network.accuracy(nets[0], parts.x_test, parts.y_test)
    return {"home": home} | _three_accuracies("mnist", nets, *data.mnist_64())


def standardized(x):
    """Return each feature with mean 0, standard deviation 1, by its own statistics; a constant one is centred only."""
    std = x.std(axis=0)
    return (x - x.mean(axis=0)) / np.where(std > 1e-9, std, 1.0)  # rounding gives a constant some 1e-16


def _two_networks(x, labels, seed, lr, steps=600):
    """Train a network with batch norm on the images as they are, and one without on standardized ones."""
    nets = []
    for kind, inputs in (("batch", x), (None, standardized(x))):
        rng = np.random.default_rng(seed)
        net = networks.init(kind, rng, (x.shape[1], 64, 32, 10))
        parts = data.Split(inputs, labels, inputs, labels)
        net = networks.train(net, parts, networks.shuffled(len(x), 64, steps, rng), lr=lr)
        nets.append(network.with_statistics_of(net, inputs))
    return nets


def _three_accuracies(name, nets, x, labels):
    with_norm, without = nets
    found = (
        network.accuracy(with_norm, x, labels),
        network.accuracy(network.with_statistics_of(with_norm, x), x, labels),
        network.accuracy(without, standardized(x), labels),
    )
    return {f"{name} {way}": accuracy for way, accuracy in zip(WAYS, found, strict=True)}


CLAIMS = {
    "after_shifts": Claim(
        "at learning rates from 0.05 to 0.2, with values cut at 0 and 1 or not: statistics of the target bring "
        "brightness, fog and contrast to within 3 points of the clean accuracy, and standardized inputs do as well; "
        "these fix an uneven sensor too, new statistics only in part; noise gains a little by new "
        "statistics; rotation gains less than 5, and inversion stays below 20 %",
        after_shifts,
        lambda n: (
            all(
                abs(n[f"{shift} {way}"] - n[f"clean {way}"]) < 0.03
                for shift in SHIFTS[:3]
                for way in ("target", "inputs")
            )
            and n["brighter target"] - n["brighter source"] > 0.3
            and n["fog target"] - n["fog source"] > 0.3
            and abs(n["uneven sensor inputs"] - n["clean inputs"]) < 0.04
            and n["uneven sensor source"] + 0.015 < n["uneven sensor target"] < n["clean target"] - 0.025
            and n["noise source"] < n["noise target"] < n["clean target"] - 0.1
            and n["rotated by 30° target"] < n["clean source"] - 0.2
            and n["rotated by 30° target"] < n["rotated by 30° source"] + 0.05
            and max(n["inverted target"], n["inverted inputs"]) < 0.2
        ),
        over={"lr": (0.05, 0.1, 0.2), "clip": (False, True)},
        notebook="09",
        cells=("adabn-figure",),
        told=("pick_a_normalizer-task",),
    ),
    "after_domain_shift": Claim(
        "at learning rates from 0.05 to 0.2, from scikit-learn's digits to MNIST's, statistics of the target leave "
        "more than 25 points of accuracy missing, and gain less than 10",
        after_domain_shift,
        lambda n: n["mnist target"] < n["home"] - 0.25 and n["mnist target"] < n["mnist source"] + 0.1,
        over={"lr": (0.05, 0.1, 0.2)},
        notebook="09",
        cells=("adabn-figure",),
    ),
}
