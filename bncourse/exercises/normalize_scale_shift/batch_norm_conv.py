"""Exercise batch_norm_conv. Batch norm after a convolution: one pair of statistics a channel, in both data formats."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import affine, by_hand, maps


def _conv_cases(rng):
    for data_format in ("channels_last", "channels_first"):
        for shape, said in [
            ((3, 2, 4, 5), "3 images of 2 x 4 with 5 channels"),
            ((1, 3, 2, 4), "1 image of 3 x 2 with 4 channels"),
            ((3, 3, 3, 3), "3 images of 3 x 3 with 3 channels"),
        ]:
            x = maps(rng, shape)
            if data_format == "channels_first":
                x = np.ascontiguousarray(np.moveaxis(x, -1, 1))
            label = f"{said}, {data_format}, eps 0.1"
            options = {"eps": 0.1, "data_format": data_format}
            yield Case(label, (x, *affine(rng, shape[-1])), options, part=data_format)
        x = 1e-2 * maps(rng, (3, 2, 2, 4))
        x, options = (x, {}) if data_format == "channels_last" else (np.moveaxis(x, -1, 1).copy(), options)
        options = {key: value for key, value in options.items() if key != "eps"}
        said = f"{data_format}, no eps passed" if options else "neither eps nor data_format passed"
        yield Case(f"small numbers, {said}", (x, *affine(rng, 4)), options, part=data_format)
        x = maps(rng, (3, 2, 2, 3)) + 1e5
        x = x if data_format == "channels_last" else np.moveaxis(x, -1, 1).copy()
        options = {"eps": 0.1, "data_format": data_format}
        yield Case(f"a mean of 100,000, {data_format}", (x, *affine(rng, 3)), options, part=data_format)


batch_norm_conv = Exercise(
    notebook="04-normalize-scale-shift",
    reference=reference.batch_norm_conv,
    asks="normalize each channel over the batch, the height and the width, in both data formats",
    cases=_conv_cases,
    points=2,
    atol=1e-8,  # with a mean of 100,000 right answers differ by more than 1e-10, see test_bank
    section="Convolutions",
    returns=("y",),
    example=by_hand([[[[1], [3]]]], [2], [5], eps=0.0),
    hints=(
        "One filter makes one channel, at every position of every image. Which axes share one mean?",
        "All axes but the channels: for NHWC the axes 0, 1 and 2; for NCHW the axes 0, 2 and 3.",
        "Keep the averaged axes (keepdims), and give gamma and beta a shape that fits the channel axis.",
    ),
)


def _conv(x, gamma, beta, eps, data_format, axes, affine_axis=None):
    """Normalize over some axes; gamma and beta are on the channel axis."""
    channel = 3 if data_format == "channels_last" else 1
    shape = [1, 1, 1, 1]
    shape[channel if affine_axis is None else affine_axis] = -1
    with np.errstate(all="ignore"):
        x_hat = (x - x.mean(axis=axes, keepdims=True)) / np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    return gamma.reshape(shape) * x_hat + beta.reshape(shape)


@batch_norm_conv.wrong("F4", looks_like=r"0\s*,\s*2\s*,\s*3")
def axes_of_channels_first_for_both(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    """You average over the axes 0, 2, 3 in both formats. With channels last (NHWC) that normalizes each row
    of the image; there the axes are 0, 1, 2."""
    return _conv(x, gamma, beta, eps, data_format, (0, 2, 3))


@batch_norm_conv.wrong("F4", looks_like=r"0\s*,\s*1\s*,\s*2")
def axes_of_channels_last_for_both(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    """You average over the axes 0, 1, 2 in both formats. With channels first (NCHW) that mixes the channels
    and normalizes each column of the image; there the axes are 0, 2, 3."""
    return _conv(x, gamma, beta, eps, data_format, (0, 1, 2))


@batch_norm_conv.wrong("F4", looks_like=r"data_format|channels_")
def the_two_formats_swapped(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    """The two formats have changed places: "channels_last" is NHWC (average over 0, 1, 2), "channels_first"
    is NCHW (average over 0, 2, 3)."""
    axes = (0, 2, 3) if data_format == "channels_last" else (0, 1, 2)
    return _conv(x, gamma, beta, eps, data_format, axes)


@batch_norm_conv.wrong("F4")
def statistics_for_each_position(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    """You average over the batch only, so every position has its own statistics. In a convolution all
    positions of a channel share one mean and one variance: average over the height and the width too."""
    return _conv(x, gamma, beta, eps, data_format, (0,))


@batch_norm_conv.wrong("F4")
def statistics_for_each_image(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    """You average over the height and the width, but not over the batch. That is instance normalization;
    batch norm shares the statistics over the batch too."""
    return _conv(x, gamma, beta, eps, data_format, (1, 2) if data_format == "channels_last" else (2, 3))


@batch_norm_conv.wrong("F4")
def a_layer_norm_of_maps(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    """You normalize each image over all its numbers. That is layer normalization; batch norm normalizes each
    channel over the batch, the height and the width."""
    return _conv(x, gamma, beta, eps, data_format, (1, 2, 3))


@batch_norm_conv.wrong("F4")
def statistics_over_the_channels(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    """You average over the channels. The channel axis is the one that is kept: average over the other three."""
    return _conv(x, gamma, beta, eps, data_format, (3,) if data_format == "channels_last" else (1,))


@batch_norm_conv.wrong("F3")
def one_mean_and_variance_for_all_channels(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    """You use one mean and one variance for all channels. Each channel has its own."""
    return _conv(x, gamma, beta, eps, data_format, (0, 1, 2, 3))


@batch_norm_conv.wrong("F4", looks_like=r"reshape")
def reshaped_without_moving_the_channels(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    """You reshape without moving the channels to the last axis first. With channels first that mixes channels
    and positions: use np.moveaxis or transpose before the reshape, and after it."""
    channels = x.shape[3] if data_format == "channels_last" else x.shape[1]
    rows = x.reshape(-1, channels)
    x_hat = (rows - rows.mean(axis=0)) / np.sqrt(rows.var(axis=0) + eps)
    return (gamma * x_hat + beta).reshape(x.shape)


@batch_norm_conv.wrong("F4", looks_like=r"reshape")
def reshaped_back_without_moving_the_channels(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    """You move the channels to the last axis before the reshape, but not back afterwards: the numbers are
    right, but in the wrong places."""
    moved = x if data_format == "channels_last" else np.moveaxis(x, 1, -1)
    rows = moved.reshape(-1, moved.shape[-1])
    x_hat = (rows - rows.mean(axis=0)) / np.sqrt(rows.var(axis=0) + eps)
    return (gamma * x_hat + beta).reshape(x.shape)


@batch_norm_conv.wrong("F4", looks_like=r"reshape|moveaxis|transpose|swapaxes")
def comes_back_with_the_channels_last(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    """The result always has its channels last. It must come back in the format in which x came."""
    moved = x if data_format == "channels_last" else np.moveaxis(x, 1, -1)
    return _conv(moved, gamma, beta, eps, "channels_last", (0, 1, 2))


@batch_norm_conv.wrong("F4", looks_like=r"len\(|shape\[\s*0\s*\]")
def divides_by_the_batch_size_only(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    """You add over the batch, the height and the width, but divide by the batch size only. Divide by how many
    numbers were added: batch times height times width."""
    axes = (0, 1, 2) if data_format == "channels_last" else (0, 2, 3)
    shape = (1, 1, 1, -1) if data_format == "channels_last" else (1, -1, 1, 1)
    mean = x.sum(axis=axes, keepdims=True) / len(x)
    var = ((x - mean) ** 2).sum(axis=axes, keepdims=True) / len(x)
    return gamma.reshape(shape) * (x - mean) / np.sqrt(var + eps) + beta.reshape(shape)


@batch_norm_conv.wrong("F5", looks_like=r"ddof|(size|len\([^)]*\)|\bn|\bm)\s*-\s*1")
def the_unbiased_variance_of_a_channel(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    """You divide the variance by one less than the number of values (the unbiased variance). Batch norm
    normalizes with the biased variance."""
    axes = (0, 1, 2) if data_format == "channels_last" else (0, 2, 3)
    shape = (1, 1, 1, -1) if data_format == "channels_last" else (1, -1, 1, 1)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) / np.sqrt(x.var(axis=axes, keepdims=True, ddof=1) + eps)
    return gamma.reshape(shape) * x_hat + beta.reshape(shape)


@batch_norm_conv.wrong("F4", looks_like=r"gamma")
def gamma_and_beta_on_the_last_axis(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    """gamma and beta are on the last axis in both formats. With channels first they belong on axis 1: give
    them the shape (1, channels, 1, 1)."""
    axes = (0, 1, 2) if data_format == "channels_last" else (0, 2, 3)
    if data_format == "channels_first" and x.shape[3] != len(gamma):
        raise ValueError("operands could not be broadcast together")
    return _conv(x, gamma, beta, eps, data_format, axes, affine_axis=3)


@batch_norm_conv.wrong("F6")
def epsilon_outside_the_root_of_a_channel(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    """You add epsilon to the standard deviation, outside the root. It belongs to the variance, inside the
    root."""
    axes = (0, 1, 2) if data_format == "channels_last" else (0, 2, 3)
    shape = (1, 1, 1, -1) if data_format == "channels_last" else (1, -1, 1, 1)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) / (x.std(axis=axes, keepdims=True) + eps)
    return gamma.reshape(shape) * x_hat + beta.reshape(shape)


@batch_norm_conv.wrong("F1", looks_like=r"/")
def divides_a_channel_by_its_variance(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    """You divide by the variance (plus epsilon). Batch norm divides by its square root."""
    axes = (0, 1, 2) if data_format == "channels_last" else (0, 2, 3)
    shape = (1, 1, 1, -1) if data_format == "channels_last" else (1, -1, 1, 1)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) / (x.var(axis=axes, keepdims=True) + eps)
    return gamma.reshape(shape) * x_hat + beta.reshape(shape)


@batch_norm_conv.wrong("F6")
def no_epsilon_for_a_channel(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    """Epsilon is left out. It is added to the variance, inside the root."""
    axes = (0, 1, 2) if data_format == "channels_last" else (0, 2, 3)
    return _conv(x, gamma, beta, 0.0, data_format, axes)


@batch_norm_conv.wrong("F6", looks_like=r"\+\s*eps")
def epsilon_added_after_the_division_of_a_channel(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    """You add epsilon to the result of the division. It belongs to the variance, inside the root."""
    shape = (1, 1, 1, -1) if data_format == "channels_last" else (1, -1, 1, 1)
    axes = (0, 1, 2) if data_format == "channels_last" else (0, 2, 3)
    centred = x - x.mean(axis=axes, keepdims=True)
    y = gamma.reshape(shape) * centred / np.sqrt(x.var(axis=axes, keepdims=True))
    return y + eps + beta.reshape(shape)


@batch_norm_conv.wrong("F7")
def shifts_a_channel_before_it_scales(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    """You add beta first and multiply by gamma afterwards, so beta is scaled too. Scale first, then add beta."""
    axes = (0, 1, 2) if data_format == "channels_last" else (0, 2, 3)
    return _conv(x, gamma, gamma * beta, eps, data_format, axes)


@batch_norm_conv.wrong("F7", looks_like=r"gamma\[")
def one_gamma_and_beta_for_all_channels(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    """All channels get the gamma and the beta of the first one. Each channel has its own."""
    axes = (0, 1, 2) if data_format == "channels_last" else (0, 2, 3)
    gamma, beta = np.full_like(gamma, gamma[0]), np.full_like(beta, beta[0])
    return _conv(x, gamma, beta, eps, data_format, axes)


@batch_norm_conv.wrong("F7", looks_like=r"gamma|return")
def no_scale_and_shift_for_a_channel(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    """The channels are normalized, but not scaled and shifted: gamma and beta are missing."""
    axes = (0, 1, 2) if data_format == "channels_last" else (0, 2, 3)
    return _conv(x, np.ones_like(gamma), np.zeros_like(beta), eps, data_format, axes)


@batch_norm_conv.right
def conv_by_axes(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    last = data_format == "channels_last"
    axes, shape = ((0, 1, 2), (1, 1, 1, -1)) if last else ((0, 2, 3), (1, -1, 1, 1))
    mean, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
    return gamma.reshape(shape) * (x - mean) / np.sqrt(var + eps) + beta.reshape(shape)


@batch_norm_conv.right
def conv_by_reshape(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    if data_format == "channels_first":
        x = x.transpose(0, 2, 3, 1)
    n, h, w, c = x.shape
    rows = x.reshape(n * h * w, c)
    rows = gamma * (rows - rows.mean(axis=0)) / np.sqrt(rows.var(axis=0) + eps) + beta
    y = rows.reshape(n, h, w, c)
    return y.transpose(0, 3, 1, 2) if data_format == "channels_first" else y


@batch_norm_conv.right
def conv_channel_by_channel(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    y = np.zeros_like(x)
    for c in range(len(gamma)):
        where = (..., c) if data_format == "channels_last" else (slice(None), c)
        values = x[where]
        y[where] = gamma[c] * (values - values.mean()) / np.sqrt(values.var() + eps) + beta[c]
    return y


@batch_norm_conv.right
def conv_by_recursion(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    if data_format == "channels_first":
        return np.moveaxis(conv_by_recursion(np.moveaxis(x, 1, 3), gamma, beta, eps), 3, 1)
    mean = np.einsum("nhwc->c", x) / (x.size / x.shape[3])
    var = np.einsum("nhwc,nhwc->c", x - mean, x - mean) / (x.size / x.shape[3])
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


@batch_norm_conv.right
def conv_by_swapped_axes(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    channel = 3 if data_format == "channels_last" else 1
    front = np.swapaxes(x, 0, channel)
    flat = front.reshape(len(gamma), -1)
    normal = (flat - flat.mean(1, keepdims=True)) / np.sqrt(flat.var(1, keepdims=True) + eps)
    normal = gamma[:, None] * normal + beta[:, None]
    return np.swapaxes(normal.reshape(front.shape), 0, channel)


@batch_norm_conv.right
def conv_in_float32(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    return conv_by_axes(
        x.astype(np.float32), gamma.astype(np.float32), beta.astype(np.float32), np.float32(eps), data_format
    )
