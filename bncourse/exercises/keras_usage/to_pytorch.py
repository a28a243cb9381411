"""Exercise to_pytorch. Keras's weights and momentum, in PyTorch's conventions."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import affine, by_hand, statistics


def _weights(rng, features):
    return (*affine(rng, features), *statistics(rng, features))


def _to_pytorch_cases(rng):
    yield Case("5 features, momentum 0.7, batches of 4", (*_weights(rng, 5), 0.7, 4))
    yield Case("3 features, Keras's default momentum, batches of 32", (*_weights(rng, 3), 0.99, 32))
    yield Case("batches of 2: the variance doubles", (*_weights(rng, 4), 0.9, 2))
    yield Case("one feature, batches of 7", (*_weights(rng, 1), float(rng.uniform(0.6, 0.95)), 7))


to_pytorch = Exercise(
    notebook="07-keras",
    reference=reference.to_pytorch,
    asks=(
        "translate Keras 3's batch norm into PyTorch's: a dictionary with weight, bias, running_mean, running_var "
        "(unbiased) and momentum (the weight of the new value)"
    ),
    cases=_to_pytorch_cases,
    points=2,
    section="From Keras to PyTorch, and back",
    returns=("the result",),
    example=by_hand([1], [0], [0], [3], 0.75, 4),
    hints=(
        "Gamma, beta and the moving mean only change their names. Two of the five values change.",
        "Keras's momentum weighs the old statistic, PyTorch's the new one. The two weights add up to 1.",
        "A sum of squares divided by n becomes one divided by n - 1: multiply by n, then divide by n - 1.",
    ),
)


def _translated(gamma, beta, mean, var, momentum):
    return {"weight": gamma, "bias": beta, "running_mean": mean, "running_var": var, "momentum": momentum}


@to_pytorch.wrong("R1", looks_like=r"momentum")
def the_momentum_not_turned(gamma, beta, moving_mean, moving_variance, momentum, batch):
    """You pass Keras's momentum on as it is. It weighs the old statistic; PyTorch's weighs the new one, so it is
    1 minus Keras's."""
    return _translated(gamma, beta, moving_mean, moving_variance * batch / (batch - 1), momentum)


@to_pytorch.wrong("R1", looks_like=r"0?\.1\b")
def the_default_momentum_of_pytorch(gamma, beta, moving_mean, moving_variance, momentum, batch):
    """Your momentum is 0.1, PyTorch's default, whatever the layer was trained with. Translate what is passed."""
    return _translated(gamma, beta, moving_mean, moving_variance * batch / (batch - 1), 0.1)


@to_pytorch.wrong("R5", looks_like=r"len\(|size|shape")
def a_correction_by_the_number_of_features(gamma, beta, moving_mean, moving_variance, momentum, batch):
    """You correct with the number of features. The variance was divided by the number of rows: n is `batch`."""
    n = len(gamma)
    with np.errstate(all="ignore"):
        return _translated(gamma, beta, moving_mean, moving_variance * n / np.float64(n - 1), 1 - momentum)


@to_pytorch.wrong("R5")
def the_variance_not_corrected(gamma, beta, moving_mean, moving_variance, momentum, batch):
    """You pass the moving variance on as it is, which keeps the outputs. The task asks for what PyTorch would have
    kept, and that is unbiased (divided by n - 1, not by the batch size n): multiply by n / (n - 1)."""
    return _translated(gamma, beta, moving_mean, moving_variance, 1 - momentum)


@to_pytorch.wrong("R5", looks_like=r"running_var|batch")
def the_variance_corrected_the_wrong_way_round(gamma, beta, moving_mean, moving_variance, momentum, batch):
    """The correction is upside down: an unbiased variance is larger than the biased one. Multiply by n / (n - 1),
    with n the batch size."""
    return _translated(gamma, beta, moving_mean, moving_variance * (batch - 1) / batch, 1 - momentum)


@to_pytorch.wrong("R5", looks_like=r"sqrt|\*\*\s*\(?0?\.5")
def the_root_of_the_correction(gamma, beta, moving_mean, moving_variance, momentum, batch):
    """You correct with the root of n / (n - 1). That is for a standard deviation; the running statistic is a
    variance and takes n / (n - 1) itself."""
    return _translated(gamma, beta, moving_mean, moving_variance * np.sqrt(batch / (batch - 1)), 1 - momentum)


@to_pytorch.wrong("R5", looks_like=r"batch\s*\+\s*1")
def a_correction_with_one_more(gamma, beta, moving_mean, moving_variance, momentum, batch):
    """You correct with n + 1 where n - 1 belongs: the unbiased variance divides by one less than the batch size."""
    return _translated(gamma, beta, moving_mean, moving_variance * batch / (batch + 1), 1 - momentum)


@to_pytorch.wrong("R5", looks_like=r"batch")
def divided_by_the_batch_size_less_one_only(gamma, beta, moving_mean, moving_variance, momentum, batch):
    """You divide the moving variance by n - 1. It is already divided by n: undo that first, with a factor n."""
    return _translated(gamma, beta, moving_mean, moving_variance / (batch - 1), 1 - momentum)


@to_pytorch.wrong("R5")
def the_mean_corrected_too(gamma, beta, moving_mean, moving_variance, momentum, batch):
    """You correct the moving mean too. A mean divides by n in both libraries; only the variance changes."""
    factor = batch / (batch - 1)
    return _translated(gamma, beta, moving_mean * factor, moving_variance * factor, 1 - momentum)


@to_pytorch.wrong("R2", looks_like=r"sqrt|\*\*\s*\(?0?\.5")
def the_deviation_and_not_the_variance(gamma, beta, moving_mean, moving_variance, momentum, batch):
    """You hand over a standard deviation. PyTorch's running_var is a variance, as Keras's is: take no root."""
    return _translated(gamma, beta, moving_mean, np.sqrt(moving_variance * batch / (batch - 1)), 1 - momentum)


@to_pytorch.wrong("R1", looks_like=r"momentum")
def neither_momentum_nor_variance_changed(gamma, beta, moving_mean, moving_variance, momentum, batch):
    """You change the names only. PyTorch's momentum is 1 minus Keras's, and its running variance is unbiased:
    multiply Keras's by n / (n - 1)."""
    return _translated(gamma, beta, moving_mean, moving_variance, momentum)


@to_pytorch.wrong("F7")
def weight_and_bias_swapped(gamma, beta, moving_mean, moving_variance, momentum, batch):
    """weight and bias have changed places: gamma scales and is PyTorch's weight, beta shifts and is its bias."""
    return _translated(beta, gamma, moving_mean, moving_variance * batch / (batch - 1), 1 - momentum)


@to_pytorch.wrong("F7")
def mean_and_variance_swapped(gamma, beta, moving_mean, moving_variance, momentum, batch):
    """running_mean and running_var have changed places."""
    return _translated(gamma, beta, moving_variance, moving_mean * batch / (batch - 1), 1 - momentum)


@to_pytorch.wrong("F7", looks_like=r"gamma|moving_")
def the_names_of_keras_kept(gamma, beta, moving_mean, moving_variance, momentum, batch):
    """The dictionary has Keras's names. PyTorch's are weight, bias, running_mean, running_var and momentum."""
    return {
        "gamma": gamma,
        "beta": beta,
        "moving_mean": moving_mean,
        "moving_variance": moving_variance * batch / (batch - 1),
        "momentum": 1 - momentum,
    }


@to_pytorch.right
def translated_in_one_expression(gamma, beta, moving_mean, moving_variance, momentum, batch):
    return {
        "momentum": 1.0 - momentum,
        "running_var": moving_variance / (1 - 1 / batch),
        "running_mean": moving_mean,
        "bias": beta,
        "weight": gamma,
    }


@to_pytorch.right
def translated_feature_by_feature(gamma, beta, moving_mean, moving_variance, momentum, batch):
    corrected = np.array([value * batch / (batch - 1) for value in moving_variance])
    return _translated(gamma[:], beta[:], moving_mean[:], corrected, -(momentum - 1))


@to_pytorch.right
def translated_by_what_is_missing(gamma, beta, moving_mean, moving_variance, momentum, batch):
    result = dict(zip(("weight", "bias", "running_mean"), (gamma, beta, moving_mean), strict=True))
    result["running_var"] = moving_variance + moving_variance / (batch - 1)
    result["momentum"] = 1 - momentum
    return result


@to_pytorch.right
def translated_on_copies_in_place(gamma, beta, moving_mean, moving_variance, momentum, batch):
    var = moving_variance.copy()
    var *= batch
    var /= batch - 1
    return _translated(gamma.copy(), beta.copy(), moving_mean.copy(), var, 1 - momentum)


@to_pytorch.right
def translated_with_kept_axes(gamma, beta, moving_mean, moving_variance, momentum, batch):
    rows = np.stack([gamma, beta, moving_mean, moving_variance])
    rows = rows * np.array([1, 1, 1, batch / (batch - 1)])[:, None]
    return _translated(rows[0:1], rows[1:2], rows[2:3], rows[3:4], np.array(1 - momentum))


@to_pytorch.right
def translated_in_float32(gamma, beta, moving_mean, moving_variance, momentum, batch):
    arrays = [values.astype(np.float32) for values in (gamma, beta, moving_mean, moving_variance)]
    arrays[3] = arrays[3] * np.float32(batch / (batch - 1))
    return _translated(*arrays, 1 - momentum)
