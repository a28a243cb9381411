"""The twelve bugs of the museum: for each its story, its source, and the part that is wrong."""

import numpy as np

from bncourse.museum.parts import axes, gradients, of_each_channel


def _unbiased(x):
    return x.mean(axis=axes(x)), x.var(axis=axes(x), ddof=1)


def _squares_less_square(x):
    # a difference of two large numbers, which rounding may turn negative
    mean = x.mean(axis=axes(x))
    return mean, np.maximum((x**2).mean(axis=axes(x)) - mean**2, 0)


def _of_each_image_row(x):
    if x.ndim != 4:
        return of_each_channel(x)
    return x.mean(axis=(0, 2, 3), keepdims=True), x.var(axis=(0, 2, 3), keepdims=True)


def _kept_of_each_channel(mean, var, x):
    # the running statistics have one number a channel, whatever the batch was normalized with
    return of_each_channel(x)


def _unbiased_variance_kept(mean, var, x):
    return mean, x.var(axis=axes(x), ddof=1)


def _scaled_in_training_only(x_hat, gamma, beta, training):
    return gamma * x_hat + beta if training else x_hat


def _epsilon_outside(x, mean, var, eps):
    return (x - mean) / (np.sqrt(var) + eps)


def _detached(dout, x_hat, inv_std, gamma):
    return gamma * inv_std * dout, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


def _without_gamma(dout, x_hat, inv_std, gamma):
    return gradients(dout, x_hat, inv_std, np.ones_like(gamma))[0], *gradients(dout, x_hat, inv_std, gamma)[1:]


BUGS = (
    (
        "the missing root",
        "forward",
        "The formula in the description of a library's layer divided by the variance plus epsilon; the root was lost "
        "in the text. Whoever wrote their own layer from it got another one.",
        "TensorFlow, documentation of BatchNormalization, release 2.4",
        "The output's deviation is 1 over that of the input, and not 1.",
        {"normalize": lambda x, mean, var, eps: (x - mean) / (var + eps)},
    ),
    (
        "epsilon beside the root",
        "forward",
        "Of 142 finished public course solutions, 29 hold a wrong forward pass, and in 19 of these epsilon is the only "
        "mistake: added to the deviation, outside the root, or left out.",
        "public solutions of university courses, counted for this course",
        "With the usual epsilon of 1e-5 the output is off by less than most tests look at.",
        {"normalize": _epsilon_outside},
    ),
    (
        "one less",
        "forward",
        "A well-known lecture builds batch norm by hand and normalizes with the unbiased variance, for the library's "
        "function for a variance is unbiased unless told otherwise.",
        "Karpathy, makemore, part 3; nn-zero-to-hero on GitHub, issue 44",
        "The deviation of the output is 0.984 for a batch of 32 and 0.707 for a batch of 2.",
        {"statistics": _unbiased, "kept": _kept_of_each_channel},
    ),
    (
        "the lost digits",
        "forward",
        "An annotated implementation computes the variance as the mean of the squares less the square of the mean. "
        "Where the mean is large, the two are nearly the same number and their difference is noise.",
        "labml.ai, annotated batch normalization",
        "In float32 and at a mean of 1000, every variance comes out as a multiple of 0.0625. In float64 it takes a "
        "mean of a million to be seen.",
        {"statistics": _squares_less_square},
    ),
    (
        "the image rows",
        "conv",
        "A textbook was translated from one library to another. The axes of the sums stayed, but the channels had "
        "moved from the second place to the last, so each row of the image got a mean of its own.",
        "Dive into Deep Learning, section on batch normalization, the JAX version",
        "The output's mean is 0 for each row of the image, and not for each channel.",
        {"statistics": _of_each_image_row, "kept": _kept_of_each_channel},
    ),
    (
        "the momentum turned round",
        "running statistics",
        "One library's momentum weighs the old value, another's the new one. A textbook mixed the two, and people ask "
        "the libraries about it again and again.",
        "d2l-en, pull request 2213; pytorch, issue 15298; keras, issue 6839",
        "With 0.99 the running statistics follow the last batch only, or with 0.1 hardly move.",
        {"update": lambda old, new, momentum: (1 - momentum) * old + momentum * new},
    ),
    (
        "the other variance kept",
        "running statistics",
        "A course's text asks for the unbiased variance in the running statistics, its test for the biased one. "
        "PyTorch keeps the unbiased, Keras the biased one; code that was moved between them keeps the wrong one.",
        "CMU 10-714, homework 2; pytorch, issue 77427; ARENA_3.0, issue 415",
        "The running variance is too large by the factor n / (n - 1): twice, for batches of 2.",
        {"kept": _unbiased_variance_kept},
    ),
    (
        "the deviation kept",
        "running statistics",
        "In several public course solutions the running variance is fed with the standard deviation, and the root is "
        "taken once more at inference.",
        "public solutions of university courses, counted for this course (4 of 142)",
        "Training is right; after training every feature is scaled wrongly.",
        {"kept": lambda mean, var, x: (mean, np.sqrt(var))},
    ),
    (
        "the batch at inference",
        "inference",
        "A library's first batch norm kept no averages at all: at test time it went on with the statistics of the "
        "batch, without a word.",
        "jax, issue 139 (stax)",
        "The answer for one example depends on the others in its batch; a batch of one gives beta.",
        {"at_inference": lambda x, running_mean, running_var: of_each_channel(x)},
    ),
    (
        "gamma and beta left behind",
        "inference",
        "Six public course solutions scale and shift while training, and forget it in the other branch, the one for "
        "inference. None of five well-known checkers sees it.",
        "public solutions of university courses, counted for this course (6 of 142)",
        "It cannot be seen while gamma is 1 and beta is 0.",
        {"scale": _scaled_in_training_only},
    ),
    (
        "the detached statistics",
        "backward",
        "A course notebook computes the mean and the variance where no gradient is recorded. To the backward pass they "
        "are constants.",
        "fast.ai, course notebook 11",
        "The gradients no longer add up to 0 over the batch. A shallow network hardly suffers, a deep one does "
        "(notebook 05).",
        {"gradient": _detached},
    ),
    (
        "the gradient without gamma",
        "backward",
        "The gradient of the input was not multiplied by gamma. The tests did not see it, for in them gamma was 1.",
        "Knet.jl, issue 288",
        "It cannot be seen while gamma is 1, as at the start of training.",
        {"gradient": _without_gamma},
    ),
)
