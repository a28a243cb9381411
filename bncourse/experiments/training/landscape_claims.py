"""What notebook 08 claims of `landscape`: for each measurement a sentence, its choices, the test of its numbers."""

from bncourse.experiments.claim import Claim
from bncourse.experiments.training import landscape


def with_relu(seed, lr=0.1):
    """Measure `landscape.summary` for eight layers of ReLU at some learning rate."""
    return landscape.summary(landscape.compare(seed, lr=lr))


def relu_without_noise(seed, lr=0.1):
    """Measure `landscape.summary` for eight layers of ReLU at some learning rate, without noise."""
    return landscape.summary(landscape.compare(seed, ("none", "batch"), lr=lr))


def relu_at_the_start(seed, lr=0.1):
    """Measure the loss along the gradient for eight layers of ReLU before the first step, at some learning rate.

    Returns
    -------
    dict of float
        "none_range_0", "batch_range_0", "none_moves_0" and "batch_moves_0", as in `landscape.summary`.
    """
    courses = landscape.compare(seed, ("none", "batch"), lr=lr, steps=0)
    ranges = {f"{kind}_range_0": float(course.loss_range[0]) for kind, course in courses.items()}
    return ranges | {f"{kind}_moves_0": float(course.gradient_change[0]) for kind, course in courses.items()}


def with_tanh(seed, lr=0.1):
    """Measure `landscape.summary` for eight layers of tanh at some learning rate."""
    return landscape.summary(landscape.compare(seed, activation="tanh", lr=lr))


def relu_at_a_larger_rate(seed):
    """Measure `landscape.steps_at` for eight layers of ReLU at learning rate 0.3."""
    return landscape.steps_at(seed, 0.3)


def with_sigmoids(seed):
    """Measure `landscape.summary` for three layers of sigmoids at learning rate 1, without noise."""
    return landscape.summary(landscape.compare(seed, ("none", "batch"), **landscape.SIGMOIDS))


CLAIMS = {
    "eight_relu_layers": Claim(
        "eight ReLU layers, learning rates from 0.05 to 0.3: along the gradient the loss changes less than a third "
        "with batch norm after the start, and the gradient moves less than half as far",
        relu_without_noise,
        lambda n: n["none_range"] > 3 * n["batch_range"] and n["none_moves"] > 2 * n["batch_moves"],
        over={"lr": (0.05, 0.1, 0.3)},
        notebook="08",
        cells=("smooth",),
        told=("smooth-read",),
    ),
    "rougher_at_the_start": Claim(
        "eight ReLU layers, learning rates from 0.05 to 0.1: before the first step the loss changes more than three "
        "times as much along the gradient with batch norm, and the gradient moves more than twice as far",
        relu_at_the_start,
        lambda n: n["batch_range_0"] > 3 * n["none_range_0"] and n["batch_moves_0"] > 2 * n["none_moves_0"],
        over={"lr": (0.05, 0.1)},
        notebook="08",
        cells=("smooth",),
        told=("smooth-read",),
    ),
    "noise_costs": Claim(
        "eight ReLU layers at learning rate 0.1: noise after batch norm makes units drift over four times as far, and "
        "costs steps",
        with_relu,
        lambda n: n["noisy_drift"] > 4 * n["batch_drift"] and n["noisy_steps"] > n["batch_steps"],
        over={"lr": (0.05, 0.1)},
        notebook="08",
        cells=("noise",),
        told=("noise-read",),
    ),
    "noise_drifts_and_is_fast": Claim(
        "eight tanh layers, learning rates from 0.05 to 0.2: noise after batch norm makes units drift over four times "
        "as far, about as far as without it, and the network needs no more than two thirds of the steps of the one "
        "without batch norm",
        with_tanh,
        lambda n: (
            max(4 * n["batch_drift"], 0.6 * n["none_drift"]) < n["noisy_drift"] < 1.5 * n["none_drift"]
            and n["noisy_steps"] <= 0.67 * n["none_steps"]
        ),
        over={"lr": (0.05, 0.1, 0.2)},
        notebook="08",
        cells=("noise",),
        told=("noise-read",),
    ),
    "noise_at_a_larger_rate": Claim(
        "eight ReLU layers at learning rate 0.3: the noisy network arrives within 200 steps, and sooner than the one "
        "without batch norm",
        relu_at_a_larger_rate,
        lambda n: n["noisy_steps"] < min(n["none_steps"], 200),
        over={},
        notebook="08",
        cells=("noise",),
        told=("noise-read",),
    ),
    "smooth_and_slow": Claim(
        "three sigmoid layers at learning rate 1: without batch norm the loss changes less than a third "
        "along the gradient, the gradient moves less than a third as far, "
        "and after 300 steps the network is right on fewer than 25 of 100 test digits",
        with_sigmoids,
        lambda n: (
            n["batch_range"] > 3 * n["none_range"]
            and n["batch_moves"] > 3 * n["none_moves"]
            and n["batch_steps"] < n["none_steps"] == landscape.NEVER
            and n["none_accuracy"] < 0.25
        ),
        over={},
        notebook="08",
        cells=("smooth",),
        told=("smooth-read",),
    ),
}
