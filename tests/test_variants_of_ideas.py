"""What a card says is true of each answer that gives its numbers, and not only of the one it was written for."""

import numpy as np
import pytest
from written_cells import said

from bncourse import exercises
from bncourse.checking import Exercise

VARIANTS = [
    # the exercise, its arguments, the lines of an answer, what the card says, and what is not so
    (
        "density_ratio",
        "logits, n_source, n_target",
        "w = np.exp(logits) * n_source / n_target; return w / w.sum()",
        "have the sum 1",
        "leave out the class sizes",
    ),
    (
        "density_ratio",
        "logits, n_source, n_target",
        "return np.log(np.exp(logits) * n_source / n_target)",
        "the logarithm of the ratio",
        "You add the logarithm",
    ),
    (
        "weighted_risk",
        "losses, weights",
        "return weights / weights.sum()",
        "The risk is one number",
        "The risk is their sum",
    ),
    (
        "effective_sample_size",
        "weights",
        "p = weights / weights.sum(); return np.sum(p) ** 2",
        "1 whatever the weights are",
        "stands the same,",
    ),
    (
        "clip_weights",
        "weights, most",
        "np.minimum(weights, most); return weights / weights.mean()",
        "No weight is clipped in what comes back",
        "the limit is not used",
    ),
    ("batch_mean", "x", "m = x.mean(axis=0); return x", "comes back as it was passed", "averaged yet"),
    ("batch_variance", "x, mean", "return 0 * mean", "Your result is 0", "You average x - mean"),
    (
        "normalize",
        "x, mean, var, eps=1e-3",
        "return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0, ddof=1) + eps)",
        "the mean and the variance from x",
        "unbiased standard deviation",  # the root of the unbiased variance is none
    ),
    (
        "input_gradient",
        "dout, x, gamma, eps=1e-3",
        "root = np.sqrt(x.var(axis=0) + eps); h = (x - x.mean(axis=0)) / root; "
        "return (gamma / root * (dout - dout.mean(axis=0) - h * (dout * h).mean(axis=0))).mean(axis=0)",
        "dx has the shape of x",
        "You add dx up",
    ),
    (
        "input_gradient_staged",
        "dout, x, gamma, eps=1e-3",
        "t = x.var(axis=0) + eps; d = dout * gamma; dmean = -(d / np.sqrt(t)).sum(axis=0); "
        "return d, 0 * gamma, dmean, d / np.sqrt(t) + dmean / len(x)",
        "Your dvar is 0",
        "You add dx_hat",
    ),
    (
        "moving_average",
        "running, batch, momentum=0.99, convention='keras'",
        "return running + batch",
        "add the two",
        "0",
    ),
    (
        "batch_norm_inference",
        "x, gamma, beta, running_mean, running_var, eps=1e-3",
        "return gamma * x + beta",
        "never looks at `running_mean`",
        "only the running mean is divided",
    ),
    (
        "fold_into_dense",
        "kernel, bias, gamma, beta, mean, var, eps=1e-3",
        "return kernel * (gamma / np.sqrt(var + eps)), np.zeros_like(bias)",
        "Your new bias is 0",
        "comes back as it was",
    ),
    (
        "fold_into_dense",
        "kernel, bias, gamma, beta, mean, var, eps=1e-3",
        "return kernel * (gamma / np.sqrt(var + eps)), beta",
        "bias",
        "The bias comes back as it was",
    ),
    (
        "batch_norm_conv",
        "x, gamma, beta, eps=1e-3, data_format='channels_last'",
        "axes = (0, 1, 2) if data_format == 'channels_last' else (0, 2, 3); "
        "shape = (1, 1, 1, -1) if data_format == 'channels_last' else (1, -1, 1, 1); "
        "root = np.sqrt(x.var(axis=axes, keepdims=True, ddof=1) + eps); "
        "return gamma.reshape(shape) * (x - x.mean(axis=axes, keepdims=True)) / root",
        "`beta` has no effect",
        "This does not explain",  # the two mistakes explain both formats
    ),
    (
        "batch_norm_conv",
        "x, gamma, beta, eps=1e-3, data_format='channels_last'",
        "ax = (0, 1, 2) if data_format == 'channels_last' else (0, 2, 3); v = x.var(axis=ax, keepdims=True); "
        "return (x - x.mean(axis=ax, keepdims=True)) / (v + eps)",
        "Only lines 2 and 4 do what no line of the right answers known here does",
        "of a right answer does",  # line 2 is right, and written as none of them has it
    ),
]


@pytest.mark.parametrize(
    ("name", "arguments", "lines", "true", "false"), VARIANTS, ids=[f"{v[0]}-{v[3]}" for v in VARIANTS]
)
def test_a_card_is_true_of_a_variant_that_gives_the_same_numbers(name, arguments, lines, true, false):
    text = f"def {name}({arguments}):\n" + "".join(f"    {line}\n" for line in lines.split("; "))
    words, _ = said(name, text)
    assert true in words and false not in words, words


@pytest.mark.parametrize("name", [n for n in exercises.names() if isinstance(exercises.find(n), Exercise)])
def test_no_sentence_says_of_one_batch_what_holds_on_average(name):
    """The root of the unbiased variance is biased, and a batch's variance is too small on average alone."""
    exercise = exercises.find(name)
    for words in (*exercise.hints, *(idea.says for idea in exercise.wrong_ideas)):
        assert "unbiased standard deviation" not in words and "unbiased deviation" not in words
        assert "variance is a little too small" not in words and "has no variance" not in words


def test_the_mean_of_the_batch_variances_is_too_small_and_single_ones_need_not_be():
    rng = np.random.default_rng(0)
    variances = rng.normal(size=(20000, 4)).var(axis=1)
    assert abs(variances.mean() - 3 / 4) < 0.02 and (variances > 1).mean() > 0.2
