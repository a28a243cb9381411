"""Exercise mend_channel_axis. Statistics of each channel, channels last, and their running averages."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import affine, by_hand, maps, statistics


def _maps_cases(rng):
    def drawn(shape, x=None):
        x = maps(rng, shape) if x is None else x
        return x, *affine(rng, shape[-1]), *statistics(rng, shape[-1])

    options = {"momentum": 0.7, "eps": 0.1}
    yield Case("3 maps of 2 by 4 with 5 channels", drawn((3, 2, 4, 5)), options)
    yield Case("3 maps of 3 by 3 with 3 channels: all axes are alike", drawn((3, 3, 3, 3)), options)
    yield Case("one map of 4 by 3 with 2 channels", drawn((1, 4, 3, 2)), options)
    yield Case("the default momentum and eps", drawn((2, 3, 2, 4)))
    x = np.asfortranarray(maps(rng, (2, 3, 4, 3)))
    yield Case("another order in memory", drawn((2, 3, 4, 3), x), options)


mend_channel_axis = Exercise(
    notebook="10-bug-museum",
    reference=reference.mend_channel_axis,
    asks=(
        "fix the axes: x has the shape (batch, height, width, channels); give y and the running statistics, one "
        "number for each channel (momentum weighs the old value)"
    ),
    cases=_maps_cases,
    points=2,
    section="Fix three",
    returns=("y", "running_mean", "running_var"),
    may_change=("running_mean", "running_var"),
    example=by_hand([[[[1, 10], [3, 30]]]], [1, 1], [0, 0], [0, 0], [1, 1], momentum=0.75, eps=0.0),
    hints=(
        "How many means does a batch of maps with 5 channels have? Print the shape of the mean that the bug computes.",
        "axis names what is averaged away. Which of the four axes must stay?",
        "Average over the batch, the height and the width, and keep the last axis. gamma, beta and the running "
        "statistics then fit without any reshape.",
    ),
)


def _normalized(x, gamma, beta, mean, var, eps):
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


def _moved(mean, var, running_mean, running_var, momentum):
    return momentum * running_mean + (1 - momentum) * mean, momentum * running_var + (1 - momentum) * var


_wrong = mend_channel_axis.wrong


@_wrong("F4", looks_like=r"0\s*,\s*2\s*,\s*3")
def the_rows_of_the_image(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3):
    """The axes are still (0, 2, 3), those for channels first. Here the channels are last, so each row of the
    image gets a mean of its own. Average over (0, 1, 2)."""
    mean, var = x.mean(axis=(0, 2, 3), keepdims=True), x.var(axis=(0, 2, 3), keepdims=True)
    y = _normalized(x, gamma, beta, mean, var, eps)
    averages = _moved(mean.ravel(), var.ravel(), running_mean[:1], running_var[:1], momentum)
    return y, *averages


@_wrong("F4", looks_like=r"0\s*,\s*2\s*,\s*3")
def the_rows_for_y_and_the_channels_for_the_averages(
    x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3
):
    """The running statistics are those of each channel now, but y is still normalized over (0, 2, 3), row by row
    of the image. Use the statistics over (0, 1, 2) for both."""
    mean, var = x.mean(axis=(0, 2, 3), keepdims=True), x.var(axis=(0, 2, 3), keepdims=True)
    averages = _moved(x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2)), running_mean, running_var, momentum)
    return _normalized(x, gamma, beta, mean, var, eps), *averages


@_wrong("F6", looks_like=r"sqrt\([^)]*\)\s*\+|\+\s*eps")
def epsilon_outside_the_root_of_maps(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3):
    """You add epsilon to the standard deviation, outside the root. It belongs to the variance, inside the root."""
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    y = gamma * (x - mean) / (np.sqrt(var) + eps) + beta
    return y, *_moved(mean, var, running_mean, running_var, momentum)


@_wrong("F4", looks_like=r"axis\s*=\s*0")
def statistics_of_each_position(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3):
    """You average over the batch alone, so each position of a map has its own statistics. All positions of a
    channel share them: average over the height and the width too."""
    mean, var = x.mean(axis=0), x.var(axis=0)
    return _normalized(x, gamma, beta, mean, var, eps), *_moved(mean, var, running_mean, running_var, momentum)


@_wrong("F4", looks_like=r"1\s*,\s*2\s*\)")
def statistics_of_each_map(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3):
    """You average over the height and the width of each map alone; that is instance norm. Batch norm averages over the
    batch too: (0, 1, 2)."""
    mean, var = x.mean(axis=(1, 2), keepdims=True), x.var(axis=(1, 2), keepdims=True)
    y = _normalized(x, gamma, beta, mean, var, eps)
    return y, *_moved(mean.mean(axis=(0, 1, 2)), var.mean(axis=(0, 1, 2)), running_mean, running_var, momentum)


@_wrong("F4", looks_like=r"keepdims")
def the_kept_axes_in_the_running_statistics(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3):
    """y is right, but keepdims leaves the statistics with the shape (1, 1, 1, channels), and the running ones take it
    over. Leave keepdims out: with the channels last, a mean of shape (channels,) fits x as it is."""
    mean, var = x.mean(axis=(0, 1, 2), keepdims=True), x.var(axis=(0, 1, 2), keepdims=True)
    return _normalized(x, gamma, beta, mean, var, eps), *_moved(mean, var, running_mean, running_var, momentum)


@_wrong("F3", looks_like=r"axis\s*=\s*\(?-1|1\s*,\s*2\s*,\s*3")
def statistics_of_each_example_of_maps(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3):
    """You normalize each example over its map and its channels; that is layer norm of a whole map. Average over the
    batch, the height and the width, and keep the channels."""
    mean, var = x.mean(axis=(1, 2, 3), keepdims=True), x.var(axis=(1, 2, 3), keepdims=True)
    averages = _moved(x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2)), running_mean, running_var, momentum)
    return _normalized(x, gamma, beta, mean, var, eps), *averages


@_wrong("F3", looks_like=r"mean\(\s*\)|var\(\s*\)")
def one_mean_for_all_channels(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3):
    """You use one mean and one variance for all channels. Each channel has its own."""
    y = _normalized(x, gamma, beta, x.mean(), x.var(), eps)
    return y, *_moved(x.mean(), x.var(), running_mean, running_var, momentum)


@_wrong("R5", looks_like=r"ddof|-\s*1")
def the_unbiased_variance_of_maps_kept(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3):
    """The axes are fixed, but the running variance averages the unbiased variance, as in PyTorch. Here it
    averages the biased one, with which y is normalized."""
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    averages = _moved(mean, x.var(axis=(0, 1, 2), ddof=1), running_mean, running_var, momentum)
    return _normalized(x, gamma, beta, mean, var, eps), *averages


@_wrong("R1", looks_like=r"momentum")
def the_momentum_turned_for_maps(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3):
    """The axes are fixed, but momentum weighs the new value. It weighs the old one, as before."""
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return _normalized(x, gamma, beta, mean, var, eps), *_moved(mean, var, running_mean, running_var, 1 - momentum)


@_wrong("R2", looks_like=r"return")
def the_running_statistics_of_maps_not_averaged(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3):
    """The axes are fixed, but the running statistics come back as they were passed. Average them with the
    momentum."""
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return _normalized(x, gamma, beta, mean, var, eps), running_mean, running_var


@_wrong("R2", looks_like=r"return")
def the_statistics_of_the_batch_given_back(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3):
    """The axes are fixed, but you give back the statistics of this batch. Average them into the running ones:
    momentum times the old value, 1 - momentum times the new one."""
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return _normalized(x, gamma, beta, mean, var, eps), mean, var


@_wrong("R3", looks_like=r"running_")
def y_from_the_running_statistics(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3):
    """You normalize with the running statistics. While training, y is normalized with those of the batch."""
    new_mean, new_var = _moved(x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2)), running_mean, running_var, momentum)
    return _normalized(x, gamma, beta, new_mean, new_var, eps), new_mean, new_var


@mend_channel_axis.right
def maps_by_rows(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3):
    rows = x.reshape(-1, x.shape[-1])
    mean, var = rows.mean(axis=0), rows.var(axis=0)
    y = _normalized(rows, gamma, beta, mean, var, eps).reshape(x.shape)
    return y, *_moved(mean, var, running_mean, running_var, momentum)


@mend_channel_axis.right
def maps_channel_by_channel(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3):
    y, new_mean, new_var = np.zeros(x.shape), running_mean.copy(), running_var.copy()
    for c in range(x.shape[-1]):
        values = x[..., c]
        y[..., c] = gamma[c] * (values - values.mean()) / (values.var() + eps) ** 0.5 + beta[c]
        new_mean[c] = momentum * running_mean[c] + (1 - momentum) * values.mean()
        new_var[c] = momentum * running_var[c] + (1 - momentum) * values.var()
    return y, new_mean, new_var


@mend_channel_axis.right
def maps_with_the_channels_moved_first(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3):
    first = np.moveaxis(x, -1, 1)
    mean, var = first.mean(axis=(0, 2, 3)), first.var(axis=(0, 2, 3))
    y = _normalized(x, gamma, beta, mean, var, eps)
    return y, *_moved(mean, var, running_mean, running_var, momentum)


@mend_channel_axis.right
def maps_with_kept_axes(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3):
    mean, var = x.mean(axis=(0, 1, 2), keepdims=True), x.var(axis=(0, 1, 2), keepdims=True)
    y = _normalized(x, gamma, beta, mean, var, eps)
    return y, *_moved(mean.reshape(-1), var.reshape(-1), running_mean, running_var, momentum)


@mend_channel_axis.right
def maps_with_einsum(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3):
    count = x.size // x.shape[-1]
    mean = np.einsum("nhwc->c", x) / count
    var = np.einsum("nhwc,nhwc->c", x - mean, x - mean) / count
    y = (x - mean) * (gamma / np.sqrt(var + eps)) + beta
    return y, running_mean + (1 - momentum) * (mean - running_mean), running_var + (1 - momentum) * (var - running_var)


@mend_channel_axis.right
def maps_in_float32(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3):
    arrays = (values.astype(np.float32) for values in (x, gamma, beta, running_mean, running_var))
    return maps_by_rows(*arrays, np.float32(momentum), np.float32(eps))
