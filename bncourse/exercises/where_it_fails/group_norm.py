"""Exercise group_norm. The statistics of each example over the positions and a group of channels."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import affine, by_hand, maps, strided
from bncourse.exercises.where_it_fails import formula


def _cases(rng):
    for shape, groups, said in [
        ((2, 2, 3, 6), 2, "6 channels in 2 groups, eps 0.1"),
        ((2, 3, 2, 6), 3, "6 channels in 3 groups, eps 0.1"),
        ((2, 2, 2, 4), 1, "4 channels in 1 group: layer norm of the map"),
        ((3, 2, 2, 3), 3, "3 channels in 3 groups: instance norm"),
    ]:
        yield Case(said, (maps(rng, shape), *affine(rng, shape[-1]), groups), {"eps": 0.1})
    x = 2.0 + 3e-3 * rng.standard_normal((1, 2, 2, 6))
    yield Case("1 image with a tiny variance, the default eps", (x, *affine(rng, 6), 2))
    x = maps(rng, (2, 2, 2, 4))
    x[0, :, :, :2] = 2.5
    yield Case("a group that is the same everywhere: it becomes beta", (x, *affine(rng, 4), 2))
    x = strided(maps(rng, (2, 1, 3, 8)))
    yield Case("maps with gaps in memory, 8 channels in 4 groups", (x, *affine(rng, 8), 4), {"eps": 0.1})


def _compose(steps):
    def group_norm(x, gamma, beta, groups, eps=1e-3):
        mean, var = steps.statistics(x, groups)
        return steps.scale_and_shift(steps.normalize(x, mean, var, eps), gamma, beta)

    return group_norm


def _over(x, axes):
    return x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)


def _cut(x, shape, axes):
    """Take the statistics of a reshaped array over some axes, and lay them out as x is."""
    cut = x.reshape(shape)
    return tuple(np.broadcast_to(values, cut.shape).reshape(x.shape) for values in _over(cut, axes))


def _groups(x, groups):
    return (*x.shape[:3], groups, x.shape[3] // groups)


group_norm = Exercise(
    notebook="09-where-it-fails",
    reference=reference.group_norm,
    asks="normalize each group of neighbouring channels of each example over the height, the width and the channels "
    "of the group (NHWC), then scale and shift each channel",
    cases=_cases,
    points=2,
    section="Group norm",
    returns=("y",),
    compose=_compose,
    steps={"statistics": lambda x, groups: _cut(x, _groups(x, groups), (1, 2, 4)), **formula.STEPS},
    example=by_hand([[[[1, 3, 10, 30]]]], [1, 1, 1, 1], [0, 0, 0, 0], 2, eps=0.0),
    hints=(
        "It is instance norm in which the channels of a group share one mean and one variance.",
        "Cut the last axis in two: which group, and which channel inside it. With 6 channels in 2 groups the "
        "channels 0, 1, 2 are one group: in a reshape the group axis comes first.",
        "In the array of five axes, average over the height, the width and the channels inside a group, and keep these "
        "axes. Normalize there, reshape back to four axes, and only then scale and shift: gamma has one number for "
        "each channel.",
    ),
)


@group_norm.property("minus beta and over gamma, each image should have the mean 0")
def _mean_is_zero(case, got):
    means = ((got - case.arguments[2]) / case.arguments[1]).mean(axis=(1, 2, 3))
    if np.abs(means).max() > 1e-4 * max(1.0, np.abs(got).max()):
        return "a mean of 0 for each", ", ".join(f"{mean:.3g}" for mean in means)
    return None


@group_norm.wrong("F4", step="statistics", looks_like=r"groups")
def every_so_many_channels_make_a_group(x, groups):
    """You put every so-many-th channel into a group (0, 2, 4 and 1, 3, 5). A group is a run of neighbours (0, 1, 2 and
    3, 4, 5): in the reshape the group axis comes before the axis of channels inside it."""
    return _cut(x, (*x.shape[:3], x.shape[3] // groups, groups), (1, 2, 3))


@group_norm.wrong("F4", step="statistics", looks_like=r"groups")
def groups_of_so_many_channels(x, groups):
    """You make groups of `groups` channels each. `groups` is the number of groups; each holds channels // groups
    channels."""
    return _cut(x, (*x.shape[:3], x.shape[3] // groups, groups), (1, 2, 4))


@group_norm.wrong("F4", step="statistics")
def reshaped_as_if_the_channels_stood_first(x, groups):
    """You reshape to (batch, groups, -1), which is right for channels first. Here the channels are last, so this cuts
    the image into strips: cut the last axis only."""
    return _cut(x, (x.shape[0], groups, -1), (2,))


@group_norm.wrong("F4", step="statistics", looks_like=r"1\s*,\s*2\s*,\s*3")
def averaged_over_the_groups(x, groups):
    """After the reshape you average over the axis of the groups (3) and keep the one inside a group (4). Average over
    the positions and the channels inside a group: axes 1, 2 and 4."""
    return _cut(x, _groups(x, groups), (1, 2, 3))


@group_norm.wrong("F4", step="statistics", looks_like=r"1\s*,\s*2\s*\)")
def each_channel_on_its_own(x, groups):
    """You average over the positions of each channel alone. That is instance norm; in group norm the channels of a
    group share one mean and one variance."""
    return _over(x, (1, 2))


@group_norm.wrong("F4", step="statistics", looks_like=r"1\s*,\s*2\s*,\s*3")
def all_channels_in_one_group(x, groups):
    """You average over all channels of an image. That is layer norm of a whole map; cut the channels into `groups`
    groups first."""
    return _over(x, (1, 2, 3))


@group_norm.wrong("F3", step="statistics", looks_like=r"0\s*,\s*1\s*,\s*2\s*\)")
def a_batch_norm_of_maps(x, groups):
    """You average each channel over the batch. That is batch norm; group norm looks at one image at a time."""
    return _over(x, (0, 1, 2))


@group_norm.wrong("R3", step="statistics", looks_like=r"0\s*,\s*1\s*,\s*2\s*,\s*4")
def groups_over_the_whole_batch(x, groups):
    """You average over the batch too. Group norm looks at one image at a time, so that the size of the batch does not
    matter: leave axis 0 out."""
    return _cut(x, _groups(x, groups), (0, 1, 2, 4))


@group_norm.wrong("F4", step="statistics")
def statistics_for_each_position(x, groups):
    """You average over the channels of a group at each position. All positions share the statistics: average over the
    height and the width too."""
    return _cut(x, _groups(x, groups), (4,))


@group_norm.wrong("F3", step="statistics")
def one_mean_and_variance_for_all(x, groups):
    """You use one mean and one variance for all numbers. Each group of each image has its own."""
    return _over(x, None)


@group_norm.wrong("F4", step="statistics")
def the_variance_of_each_channel(x, groups):
    """You take the mean over the group, but the variance of each channel alone. Both belong to the whole group."""
    return _cut(x, _groups(x, groups), (1, 2, 4))[0], _over(x, (1, 2))[1]


@group_norm.wrong("F4", step="statistics")
def the_mean_of_each_channel(x, groups):
    """You take the variance over the group, but the mean of each channel alone. Both belong to the whole group."""
    return _over(x, (1, 2))[0], _cut(x, _groups(x, groups), (1, 2, 4))[1]


@group_norm.wrong("F4", step="statistics")
def the_mean_of_the_variances(x, groups):
    """You average the variances of the channels of a group. That forgets how far their means lie apart: take the
    variance of all numbers of the group around their common mean."""
    var = x.var(axis=(1, 2), keepdims=True)
    return _cut(x, _groups(x, groups), (1, 2, 4))[0], _cut(var, (len(x), 1, 1, groups, -1), (4,))[0]


@group_norm.wrong("F5", step="statistics", looks_like=r"ddof|-\s*1")
def the_unbiased_variance(x, groups):
    """You divide the variance by one less than the count of numbers (unbiased). Divide by their count."""
    mean, var = _cut(x, _groups(x, groups), (1, 2, 4))
    count = x[0].size / groups
    return mean, var * count / (count - 1)


@group_norm.wrong("F1", step="statistics", looks_like=r"std|sqrt")
def the_root_is_taken_twice(x, groups):
    """You take the root of the standard deviation, which is a root already. Add eps to the variance, then take the
    root once."""
    mean, var = _cut(x, _groups(x, groups), (1, 2, 4))
    return mean, np.sqrt(var)


formula.share(group_norm)


@group_norm.wrong("F4", looks_like=r"return")
def not_reshaped_back(x, gamma, beta, groups, eps=1e-3):
    """You scale and shift the array of five axes. Reshape it back to the shape of x first: gamma and beta have one
    number for each channel."""
    mean, var = _cut(x, _groups(x, groups), (1, 2, 4))
    return gamma * ((x - mean) / np.sqrt(var + eps)).reshape(_groups(x, groups)) + beta


@group_norm.wrong("F4", looks_like=r"reshape|moveaxis|transpose")
def reshaped_back_without_moving_the_channels(x, gamma, beta, groups, eps=1e-3):
    """You move the channels to the front for the reshape, but not back afterwards: the normalized numbers are right,
    but in the wrong places."""
    mean, var = _cut(x, _groups(x, groups), (1, 2, 4))
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * np.moveaxis(x_hat, -1, 1).reshape(x.shape) + beta


@group_norm.wrong("F7", looks_like=r"gamma")
def one_gamma_and_beta_for_each_group(x, gamma, beta, groups, eps=1e-3):
    """You give all channels of a group the same gamma and beta. Only the statistics are shared in a group; each channel
    keeps its own gamma and beta."""
    mean, var = _cut(x, _groups(x, groups), (1, 2, 4))
    size = x.shape[3] // groups
    return np.repeat(gamma[:groups], size) * (x - mean) / np.sqrt(var + eps) + np.repeat(beta[:groups], size)


@group_norm.wrong("F7", looks_like=r"[-/]=|\[.*\]\s*=[^=]")
def a_group_norm_that_overwrites_x(x, gamma, beta, groups, eps=1e-3):
    """You write into x. The caller's maps must stay as they were: make a new array."""
    mean, var = _cut(x, _groups(x, groups), (1, 2, 4))
    x -= mean
    x /= np.sqrt(var + eps)
    return gamma * x + beta


@group_norm.right
def group_norm_by_slices(x, gamma, beta, groups, eps=1e-3):
    y, size = np.empty_like(x), x.shape[3] // groups
    for g in range(groups):
        part = x[..., g * size : (g + 1) * size]
        mean, var = part.mean(axis=(1, 2, 3), keepdims=True), part.var(axis=(1, 2, 3), keepdims=True)
        y[..., g * size : (g + 1) * size] = (part - mean) / np.sqrt(var + eps)
    return gamma * y + beta


@group_norm.right
def group_norm_by_split(x, gamma, beta, groups, eps=1e-3):
    parts = np.split(x, groups, axis=-1)
    normal = [(p - p.mean((1, 2, 3), keepdims=True)) / np.sqrt(p.var((1, 2, 3), keepdims=True) + eps) for p in parts]
    return np.concatenate(normal, axis=-1) * gamma + beta


@group_norm.right
def group_norm_with_channels_moved(x, gamma, beta, groups, eps=1e-3):
    first = np.moveaxis(x, -1, 1)
    rows = first.reshape(len(x), groups, -1)
    rows = (rows - rows.mean(axis=2, keepdims=True)) * (rows.var(axis=2, keepdims=True) + eps) ** -0.5
    return gamma * np.moveaxis(rows.reshape(first.shape), 1, -1) + beta


@group_norm.right
def group_norm_with_loops(x, gamma, beta, groups, eps=1e-3):
    y, size = np.zeros(x.shape), x.shape[3] // groups
    for i in range(len(x)):
        for c in range(x.shape[3]):
            first = c // size * size
            block = x[i, :, :, first : first + size]
            y[i, :, :, c] = gamma[c] * (x[i, :, :, c] - block.mean()) / (block.var() + eps) ** 0.5 + beta[c]
    return y


@group_norm.right
def group_norm_with_gamma_cut_too(x, gamma, beta, groups, eps=1e-3):
    n, h, w, c = x.shape
    cut = x.reshape(n, h, w, groups, c // groups)
    centred = cut - cut.mean((1, 2, 4), keepdims=True)
    var = np.einsum("nhwgc,nhwgc->ng", centred, centred)[:, None, None, :, None] / (h * w * c // groups)
    return (gamma.reshape(groups, -1) * centred / np.sqrt(var + eps) + beta.reshape(groups, -1)).reshape(n, h, w, c)


@group_norm.right
def group_norm_in_float32(x, gamma, beta, groups, eps=1e-3):
    x, gamma, beta = (np.asarray(value, np.float32) for value in (x, gamma, beta))
    return group_norm_by_slices(x, gamma, beta, groups, np.float32(eps))
