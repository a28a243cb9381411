"""Exercise instance_norm. The statistics of each channel of each example over its positions."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import affine, by_hand, maps, strided
from bncourse.exercises.where_it_fails import formula


def _cases(rng):
    yield Case("2 images of 3 x 2 with 4 channels, eps 0.1", (maps(rng, (2, 3, 2, 4)), *affine(rng, 4)), {"eps": 0.1})
    yield Case("3 images of 3 x 3 with 3 channels, eps 0.1", (maps(rng, (3, 3, 3, 3)), *affine(rng, 3)), {"eps": 0.1})
    x = 2.0 + 3e-3 * rng.standard_normal((2, 2, 3, 2))
    yield Case("channels with a tiny variance, the default eps", (x, *affine(rng, 2)))
    x = maps(rng, (2, 2, 2, 3))
    x[0, :, :, 1] = 2.5
    yield Case("a channel that is the same everywhere: it becomes beta", (x, *affine(rng, 3)))
    yield Case("1 image of 2 x 4 with 3 channels", (maps(rng, (1, 2, 4, 3)), *affine(rng, 3)), {"eps": 0.1})
    x = strided(maps(rng, (3, 2, 2, 5)))
    yield Case("maps with gaps in memory", (x, *affine(rng, 5)), {"eps": 0.1})


def _compose(steps):
    def instance_norm(x, gamma, beta, eps=1e-3):
        mean, var = steps.statistics(x)
        return steps.scale_and_shift(steps.normalize(x, mean, var, eps), gamma, beta)

    return instance_norm


def _over(x, axes):
    return x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)


instance_norm = Exercise(
    notebook="09-where-it-fails",
    reference=reference.instance_norm,
    asks="normalize each channel of each example over the height and the width (NHWC), then scale and shift it",
    cases=_cases,
    section="Instance norm",
    returns=("y",),
    compose=_compose,
    steps={"statistics": lambda x: _over(x, (1, 2)), **formula.STEPS},
    example=by_hand([[[[1]], [[3]]]], [1], [0], eps=0.0),
    hints=(
        "Take batch norm for maps, and forget that there are other images in the batch.",
        "The axes are batch, height, width, channels: 0 to 3. Which two of them share one mean?",
        "Keep the averaged axes (keepdims=True); the statistics then have the shape (batch, 1, 1, channels), and gamma "
        "and beta fit the last axis as they are.",
    ),
)


@instance_norm.property("each channel of each image should have the mean beta")
def _mean_is_beta(case, got):
    means, beta = got.mean(axis=(1, 2)), case.arguments[2]
    if np.abs(means - beta).max() > 1e-4 * max(1.0, np.abs(got).max()):
        shown = [", ".join(f"{value:.3g}" for value in values[:4]) for values in (beta, means[0])]
        return shown[0], f"{shown[1]} for the first image"
    return None


@instance_norm.wrong("F3", step="statistics", looks_like=r"0\s*,\s*1\s*,\s*2")
def a_batch_norm_of_maps(x):
    """You average over the batch too (axes 0, 1, 2). That is batch norm; instance norm looks at one image at a time
    (axes 1 and 2)."""
    return _over(x, (0, 1, 2))


@instance_norm.wrong("F3", step="statistics", looks_like=r"1\s*,\s*2\s*,\s*3|1\s*,\s*2\s*,\s*-1")
def a_layer_norm_of_maps(x):
    """You average over the channels too (axes 1, 2, 3). That is layer norm of a whole map; in instance norm each
    channel has its own mean and variance (axes 1 and 2)."""
    return _over(x, (1, 2, 3))


@instance_norm.wrong("F4", step="statistics", looks_like=r"2\s*,\s*3|-2\s*,\s*-1")
def the_axes_of_channels_first(x):
    """You average over the axes 2 and 3, which are the height and the width of NCHW. Here the channels are last
    (NHWC): the height and the width are the axes 1 and 2."""
    return _over(x, (2, 3))


@instance_norm.wrong("F4", step="statistics")
def statistics_for_each_position_over_the_channels(x):
    """You average over the channels at each position. Each channel has its own statistics, over all positions."""
    return _over(x, 3)


@instance_norm.wrong("F4", step="statistics")
def the_width_is_forgotten(x):
    """You average over the height only, so each column of the image has its own mean. Average over the height and the
    width (axes 1 and 2)."""
    return _over(x, 1)


@instance_norm.wrong("F4", step="statistics")
def the_height_is_forgotten(x):
    """You average over the width only, so each row of the image has its own mean. Average over the height and the
    width (axes 1 and 2)."""
    return _over(x, 2)


@instance_norm.wrong("F4", step="statistics")
def statistics_over_the_batch_for_each_position(x):
    """You average over the batch at each position. Instance norm never mixes images: average over the height and the
    width (axes 1 and 2)."""
    return _over(x, 0)


@instance_norm.wrong("F3", step="statistics")
def one_mean_and_variance_for_all(x):
    """You use one mean and one variance for all numbers. Each channel of each image has its own."""
    return _over(x, None)


@instance_norm.wrong("F4", step="statistics", looks_like=r"mean\(|var\(")
def the_averaged_axes_are_not_kept(x):
    """The statistics have the shape (batch, channels), and NumPy lays their first axis along the width. Keep the
    averaged axes (keepdims=True)."""
    return x.mean(axis=(1, 2)), x.var(axis=(1, 2))


@instance_norm.wrong("F5", step="statistics", looks_like=r"ddof|-\s*1")
def the_unbiased_variance(x):
    """You divide the variance by one less than the number of positions (unbiased). Divide by their number."""
    return x.mean(axis=(1, 2), keepdims=True), x.var(axis=(1, 2), keepdims=True, ddof=1)


@instance_norm.wrong("F1", step="statistics", looks_like=r"std|sqrt")
def the_root_is_taken_twice(x):
    """You take the root of the standard deviation, which is a root already. Add eps to the variance, then take the
    root once."""
    return x.mean(axis=(1, 2), keepdims=True), x.std(axis=(1, 2), keepdims=True)


@instance_norm.wrong("F4", step="statistics", looks_like=r"reshape")
def reshaped_without_moving_the_channels(x):
    """You reshape to (batch, channels, positions) as if the channels were first. They are last: move them with
    np.moveaxis before the reshape, or average over the axes 1 and 2."""
    batch, height, width, channels = x.shape
    rows = x.reshape(batch, channels, height * width)
    mean, var = _over(rows, 2)
    return tuple(np.broadcast_to(values, rows.shape).reshape(x.shape) for values in (mean, var))


formula.share(instance_norm)


@instance_norm.wrong("F7", looks_like=r"[-/]=|\[.*\]\s*=[^=]")
def an_instance_norm_that_overwrites_x(x, gamma, beta, eps=1e-3):
    """You change x in place, as `x -= ...` does. The caller's maps must stay as they were: `x = x - mean` makes a new
    array."""
    x -= x.mean(axis=(1, 2), keepdims=True)
    x /= np.sqrt(x.var(axis=(1, 2), keepdims=True) + eps)
    return gamma * x + beta


@instance_norm.right
def instance_norm_image_by_image(x, gamma, beta, eps=1e-3):
    y = np.empty_like(x)
    for i, image in enumerate(x):
        y[i] = gamma * (image - image.mean(axis=(0, 1))) / np.sqrt(image.var(axis=(0, 1)) + eps) + beta
    return y


@instance_norm.right
def instance_norm_channel_by_channel(x, gamma, beta, eps=1e-3):
    y = x.copy()
    for i in range(x.shape[0]):
        for c in range(x.shape[3]):
            values = x[i, :, :, c]
            y[i, :, :, c] = gamma[c] * (values - values.mean()) / (values.var() + eps) ** 0.5 + beta[c]
    return y


@instance_norm.right
def instance_norm_by_reshape(x, gamma, beta, eps=1e-3):
    n, h, w, c = x.shape
    rows = x.reshape(n, h * w, c)
    centred = rows - rows.mean(axis=1, keepdims=True)
    scale = gamma / np.sqrt((centred**2).mean(axis=1, keepdims=True) + eps)
    return (scale * centred + beta).reshape(x.shape)


@instance_norm.right
def instance_norm_with_channels_moved(x, gamma, beta, eps=1e-3):
    first = np.moveaxis(x, -1, 1)
    mean, var = first.mean((2, 3), keepdims=True), first.var((2, 3), keepdims=True)
    y = gamma[:, None, None] * (first - mean) / np.sqrt(var + eps) + beta[:, None, None]
    return np.moveaxis(y, 1, -1)


@instance_norm.right
def instance_norm_by_einsum(x, gamma, beta, eps=1e-3):
    positions = x.shape[1] * x.shape[2]
    centred = x - np.einsum("nhwc->nc", x)[:, None, None] / positions
    var = np.einsum("nhwc,nhwc->nc", centred, centred)[:, None, None] / positions
    return gamma * centred * (var + eps) ** -0.5 + beta


@instance_norm.right
def instance_norm_in_float32(x, gamma, beta, eps=1e-3):
    x, gamma, beta = (np.asarray(value, np.float32) for value in (x, gamma, beta))
    mean, var = x.mean(axis=(1, 2), keepdims=True), x.var(axis=(1, 2), keepdims=True)
    return gamma * (x - mean) / np.sqrt(var + np.float32(eps)) + beta
