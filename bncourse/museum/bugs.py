"""The twelve exhibits of the museum: for each its story, its sources, and the part that differs.

What an exhibit is called follows what its authors said, not what we think: see `STANDINGS`.
"""

import numpy as np

from bncourse.museum.parts import axes, of_each_channel
from bncourse.museum.sources import Source, change, file, issue

READ = "2026-11-29"  # when every source here was read again

# How an exhibit stands with those in whose code or text it was met.
STANDINGS = {
    "a bug": "its authors corrected it, or called it a bug",
    "a choice": "its authors do it knowingly, and others choose differently",
    "unanswered": "we know of no answer by its authors",
    "put together": "made for this museum out of what its sources tell",
}


def _without_the_root(x, mean, var, eps):
    return (x - mean) / (var + eps)


def _epsilon_outside(x, mean, var, eps):
    return (x - mean) / (np.sqrt(var) + eps)


def _unbiased(x):
    return x.mean(axis=axes(x)), x.var(axis=axes(x), ddof=1)


def _squares_less_square(x):
    # a difference of two large numbers, which rounding may turn negative
    return x.mean(axis=axes(x)), np.maximum((x**2).mean(axis=axes(x)) - x.mean(axis=axes(x)) ** 2, 0)


def _of_each_image_row(x):
    return x.mean(axis=(0, 2, 3), keepdims=True), x.var(axis=(0, 2, 3), keepdims=True)


def _kept_of_each_channel(mean, var, x):
    # the running statistics have one number a channel, whatever the batch was normalized with
    return of_each_channel(x)


def _turned_round(old, new, momentum):
    return (1 - momentum) * old + momentum * new


def _unbiased_variance_kept(mean, var, x):
    return mean, x.var(axis=axes(x), ddof=1)


def _root_kept(mean, var, x):
    return mean, np.sqrt(var)


def _of_this_batch(x, running_mean, running_var):
    return of_each_channel(x)


def _scaled_in_training_only(x_hat, gamma, beta, training):
    return gamma * x_hat + beta if training else x_hat


def _detached(dout, x_hat, inv_std, gamma):
    return gamma * inv_std * dout


def _without_gamma(dout, x_hat, inv_std, gamma):
    return inv_std * (dout - dout.mean(axis=0) - x_hat * (dout * x_hat).mean(axis=0))


# name, kind, standing, story, sources, how it shows, and the parts: the first is the one that differs, a second one
# keeps all else as it should be
BUGS = (
    (
        "the missing root",
        "forward",
        "a bug",
        "For a while the documentation of TensorFlow's layer divided by the variance plus epsilon; the root was lost "
        "in the text. The layer itself was right, but whoever wrote their own from the text got another one.",
        (
            issue("tensorflow/tensorflow", 46522, "January 2021", "closed"),
            issue("tensorflow/tensorflow", 47608, "March 2021", "closed"),
            issue("tensorflow/tensorflow", 48039, "March 2021", "closed"),
        ),
        "The standard deviation of the output is 1 over that of the input, and not 1.",
        {"normalize": _without_the_root},
    ),
    (
        "epsilon beside the root",
        "forward",
        "a bug",
        "Keras once computed on CNTK too, and there it added epsilon to the root and not under it. Until that was "
        "corrected, most models gave other results on CNTK than on TensorFlow and Theano, wrote somebody who had "
        "compared them. The documentation of PyTorch had the same slip.",
        (
            change("keras-team/keras", 10427, "June 2018"),
            change("pytorch/pytorch", 1804, "June 2017"),
        ),
        "With an epsilon of 1e-5 and a standard deviation of 1, the output is off by 5 millionths of itself.",
        {"normalize": _epsilon_outside},
    ),
    (
        "one less",
        "forward",
        "a choice",
        "A well-known lecture builds batch norm by hand and normalizes with the unbiased variance. In the next lecture "
        "the division by n - 1 has a comment, so it is meant. The paper, Keras and PyTorch divide by n here.",
        (
            issue("karpathy/nn-zero-to-hero", 44, "March 2024", "closed"),
            file(
                "karpathy/nn-zero-to-hero",
                "325c1e5d0c60561b283cc476d93c22747e1ff0a8",
                "lectures/makemore/makemore_part4_backprop.ipynb",
            ),
        ),
        "The standard deviation of the output is 0.984 for a batch of 32 and 0.707 for a batch of 2.",
        {"statistics": _unbiased, "kept": _kept_of_each_channel},
    ),
    (
        "the lost digits",
        "forward",
        "a choice",
        "The mean of the squares less the square of the mean is the variance too, and often faster. But where the mean "
        "is large, the two are nearly the same number, and their difference is noise. Flax does so by default and says "
        "that it is less stable. Keras used it for its speed, went back on TensorFlow and JAX because networks gave "
        "NaN (not a number) now and then, and kept it on PyTorch. Another library corrected it as a bug.",
        (
            file(
                "google/flax",
                "018c99bac74693be2790f98b80b7177043110ade",
                "flax/linen/normalization.py",
                "use_fast_variance",
            ),
            change("keras-team/keras-core", 866, "September 2023"),
            change("keras-team/keras", 18795, "November 2023"),
            Source(
                "keras 3.15.1, keras/src/backend/torch/nn.py, the function moments",
                "https://github.com/keras-team/keras/blob/v3.15.1/keras/src/backend/torch/nn.py",
            ),
            change("tenstorrent/tt-metal", 46159, "June 2026"),
        ),
        "In float32 and at a mean of 1000, every variance comes out as a multiple of 0.0625 there; in float64 and at a "
        "million, of about 0.00012. A negative one is set to 0 here, as in Flax. Keras 3.15.1 on PyTorch does not do "
        "that: of 60 columns of 64 numbers around 1000 (standard deviation 0.1), 19 came out as NaN when we ran it. "
        "PyTorch's own layer had all of them right.",
        {"statistics": _squares_less_square},
    ),
    (
        "the image rows",
        "conv",
        "a bug",
        "A textbook was translated from one library to another. The axes of the sums stayed, but the channels had "
        "moved from the second place to the last, so each row of the image got a mean of its own. The comment beside "
        "it still spoke of the channels. A later version of the text takes the axes (0, 1, 2).",
        (
            change("d2l-ai/d2l-en", 2399, "December 2022"),
            file(
                "smolix/d2l-neu",
                "80f674d270d96a63d0e448d8cabdfc2864032ea0",
                "chapter_convolutional-modern/batch-norm.md",
                "as it was",
            ),
            file(
                "smolix/d2l-neu",
                "01a4f3e1baf0607242fabc05af58ec1aaf75d828",
                "chapter_convolutional-modern/batch-norm.md",
                "corrected",
            ),
        ),
        "The output's mean is 0 for each row of the image, and not for each channel.",
        {"of_maps": _of_each_image_row, "kept": _kept_of_each_channel},
    ),
    (
        "the momentum turned round",
        "running statistics",
        "a bug",
        "TensorFlow's momentum weighs the old value, PyTorch's the new one. A vision library took a model over from "
        "TensorFlow and its momentum of 0.99 with it, where PyTorch needs 0.01. Others wrote 0.9 or 0.999 there.",
        (
            change("pytorch/vision", 8312, "March 2024"),
            issue("Cadene/pretrained-models.pytorch", 44, "March 2018", "fixed"),
            issue("kazuto1011/deeplab-pytorch", 79, "May 2020", "closed"),
        ),
        "With 0.99 the running statistics are nearly those of the last batch alone.",
        {"update": _turned_round},
    ),
    (
        "the other variance kept",
        "running statistics",
        "a choice",
        "The paper and PyTorch keep the unbiased variance for inference, Keras 3 the biased one. Keras itself has done "
        "both. PyTorch's documentation once named the biased one alone, and a homework asks for the unbiased one in "
        "its text and for the biased one in its test.",
        (
            Source("Ioffe and Szegedy (2015), Algorithm 2, step 10", "https://arxiv.org/abs/1502.03167"),
            issue("pytorch/pytorch", 77427, "May 2022", "closed"),
            change("keras-team/keras", 9028, "January 2018"),
            file("dlsyscourse/hw2", "078479571c54f7b3f79cbaf33783c599479a245e", "hw2.ipynb", "its text"),
            file(
                "dlsyscourse/hw2",
                "e2c293ae9c6ead4ebc2174800d07cbaf6ed6e13e",
                "tests/hw2/test_nn_and_optim.py",
                "its test",
            ),
        ),
        "What is kept of a batch of n is larger by the factor n / (n - 1): twice, for batches of 2.",
        {"kept": _unbiased_variance_kept},
    ),
    (
        "the standard deviation kept",
        "running statistics",
        "put together",
        "A library kept a running average of the standard deviation, not of the variance, and a reader missed the root "
        "at inference. Another gave something with a root under the name of a running variance, and its wrapper "
        "renamed it. Here the standard deviation is kept, and the root is taken once more, as those do who trust the "
        "name.",
        (
            issue("FluxML/Flux.jl", 314, "July 2018"),
            change("soumith/cudnn.torch", 109, "February 2016"),
        ),
        "Training is right; at inference a feature is scaled wrongly, unless its variance is 1.",
        {"kept": _root_kept},
    ),
    (
        "the batch at inference",
        "inference",
        "a bug",
        "A small library's first batch norm kept no averages at all: at test time it went on with the statistics of "
        "the batch, without a word. Is that a bug, or something still missing? its maintainer asked; it has the label "
        "bug. A program that learns to draw images had an argument `train` that nothing read.",
        (
            issue("jax-ml/jax", 139, "December 2018", "label bug"),
            issue("carpedm20/DCGAN-tensorflow", 10, "April 2016", "closed"),
        ),
        "The answer for one example depends on the others in its batch; one row alone gives beta.",
        {"at_inference": _of_this_batch},
    ),
    (
        "gamma and beta left behind",
        "inference",
        "put together",
        "A user reported two faults of a library's wrapper of batch norm: it took no account of gamma and beta, and at "
        "test time it did the same as in training. Its author called the wrapper limited. Here gamma and beta are left "
        "out in one branch only, the one for inference.",
        (issue("vlfeat/matconvnet", 280, "October 2015", "closed"),),
        "It cannot be seen while gamma is 1 and beta is 0.",
        {"scale": _scaled_in_training_only},
    ),
    (
        "the detached statistics",
        "backward",
        "unanswered",
        "A course notebook computes the mean and the variance where no gradient is recorded. To the backward pass they "
        "are constants. The paper tells what that does to a bias before it: it grows without end, and the loss stays "
        "as it is.",
        (
            file("fastai/course22p2", "b99b6f933fe33a89c69f055ee1a06d8434e7cc7a", "nbs/09_batchnorm.ipynb"),
            Source("Ioffe and Szegedy (2015), section 2", "https://arxiv.org/abs/1502.03167"),
        ),
        "The gradients no longer add up to 0 over the batch. Notebook 05 measures what a network loses by it.",
        {"gradient": _detached},
    ),
    (
        "the gradient without gamma",
        "backward",
        "a bug",
        "The gradient of the input was not multiplied by gamma. Why had the tests not seen it? A maintainer's guess: "
        "gamma was 1 in them. With gamma drawn at random they failed only now and then.",
        (
            issue("denizyuret/Knet.jl", 288, "March 2018"),
            change("denizyuret/Knet.jl", 289, "March 2018"),
        ),
        "It cannot be seen while gamma is 1, as at the start of training.",
        {"gradient": _without_gamma},
    ),
)
