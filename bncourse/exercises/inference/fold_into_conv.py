"""Exercise fold_into_conv. Batch norm after training disappears into the convolution before it."""

import numpy as np

from bncourse import reference
from bncourse.checking import Exercise
from bncourse.exercises.batches import by_hand
from bncourse.exercises.inference.fold_into_dense import fold_into_dense
from bncourse.exercises.inference.folding import FOLD_STEPS, compose_fold, fold_cases, outputs_agree


def _conv_cases(rng):
    shapes = [
        ("3 x 2 positions, 4 channels in, 5 out, eps 0.1", (3, 2, 4, 5)),
        ("3 x 3 positions, 3 channels in, 3 out, eps 0.1", (3, 3, 3, 3)),
        ("1 x 1 position, 2 channels in, 3 out, eps 0.1", (1, 1, 2, 3)),
        ("2 x 2 positions, 4 channels in, 3 out, eps 0.1", (2, 2, 4, 3)),
        ("a tiny running variance, the default eps", (2, 1, 2, 3)),
    ]
    yield from fold_cases(rng, shapes)


fold_into_conv = Exercise(
    notebook="06-inference",
    reference=reference.fold_into_conv,
    asks="give the kernel, of the shape (height, width, channels in, channels out), and the bias of one "
    "convolution that does what the convolution and the batch norm behind it do after training",
    cases=_conv_cases,
    points=2,
    section="Folding batch norm away",
    returns=("kernel", "bias"),
    compose=compose_fold,
    steps=FOLD_STEPS,
    example=by_hand([[[[1]], [[1]]]], [1], [3], [1], [0], [1], eps=0.0),
    hints=(
        "A convolution is a dense layer at every position. What plays the part of the units?",
        "Batch norm has one gamma, beta, mean and variance for each channel that the convolution gives out. Which axis "
        "of the kernel is that?",
        "The channels out are on the last axis in Keras, so an array of that length multiplies the kernel along it. "
        "The bias is folded as in a dense layer.",
    ),
)


def _patch_sum(rng, shape):
    patches = rng.standard_normal((6, *shape[:3]))
    return lambda kernel: np.tensordot(patches, kernel, axes=3)


fold_into_conv.property("convolution, then batch norm, should give what the folded one gives, for random patches")(
    outputs_agree(_patch_sum)
)


@fold_into_conv.wrong("F4", step="new_kernel", looks_like=r"None|newaxis|reshape|\.T")
def kernel_scaled_along_the_channels_in(kernel, scale, mean, beta):
    """You scale the channels that go in (the third axis). Batch norm has one factor for each channel that comes out:
    the last axis."""
    return kernel * scale[:, None]


@fold_into_conv.wrong("F4", step="new_kernel", looks_like=r"None|newaxis|reshape")
def kernel_scaled_along_its_first_axis(kernel, scale, mean, beta):
    """You scale the first axis of the kernel. There PyTorch has the channels out; in Keras they are on the last
    axis."""
    return kernel * scale[:, None, None, None]


@fold_into_conv.wrong("F4", step="new_kernel", looks_like=r"None|newaxis|reshape")
def kernel_scaled_along_its_second_axis(kernel, scale, mean, beta):
    """You scale the second axis of the kernel, its width. Batch norm has one factor for each channel that comes out:
    the last axis."""
    return kernel * scale[:, None, None]


# All but the axis is as in a dense layer.
fold_into_conv.wrong_ideas.extend(
    idea for idea in fold_into_dense.wrong_ideas if idea.name != "kernel scaled along the inputs"
)


@fold_into_conv.right
def conv_folded_with_loops(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    new_kernel, new_bias = kernel.copy(), bias.copy()
    for channel in range(kernel.shape[-1]):
        scale = gamma[channel] / (var[channel] + eps) ** 0.5
        new_kernel[:, :, :, channel] *= scale
        new_bias[channel] = (bias[channel] - mean[channel]) * scale + beta[channel]
    return new_kernel, new_bias


@fold_into_conv.right
def conv_folded_as_a_dense_layer(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    rows = kernel.reshape(-1, kernel.shape[-1])
    scale = gamma / np.sqrt(var + eps)
    return (rows @ np.diag(scale)).reshape(kernel.shape), beta + scale * bias - scale * mean


@fold_into_conv.right
def conv_folded_with_kept_axes(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    scale = (gamma * (var + eps) ** -0.5).reshape(1, 1, 1, -1)
    return [kernel * scale, (bias[None] - mean[None]) * scale[0, 0] + beta[None]]


@fold_into_conv.right
def conv_folded_by_einsum(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    scale = gamma / np.sqrt(var + eps)
    return np.einsum("hwio,o->hwio", kernel, scale), (bias - mean) * scale + beta


@fold_into_conv.right
def conv_folded_with_the_channels_in_front(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    scale = gamma / np.sqrt(var + eps)
    filters = np.moveaxis(kernel, -1, 0)
    return np.moveaxis(filters * scale[:, None, None, None], 0, -1), scale * (bias - mean) + beta


@fold_into_conv.right
def conv_folded_in_float32(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    kernel, bias, gamma, beta, mean, var = (v.astype(np.float32) for v in (kernel, bias, gamma, beta, mean, var))
    scale = gamma / np.sqrt(var + np.float32(eps))
    return kernel * scale, (bias - mean) * scale + beta
