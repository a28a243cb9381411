"""What goes wrong in the steps of batch_norm_layer: which statistics, epsilon, scale and shift, and the update."""

import numpy as np

from bncourse.exercises.inference.batch_norm_layer import batch_norm_layer
from bncourse.exercises.normalize_scale_shift.normalize import normalize
from bncourse.exercises.normalize_scale_shift.scale_and_shift import scale_and_shift


@batch_norm_layer.wrong("R3", step="selected")
def batch_statistics_after_training(training, own, running):
    """After training you still normalize with the mean and the variance of the batch. Use the running ones there: an
    answer must not depend on the other examples of its batch, and the variance of one example alone is 0."""
    return own


@batch_norm_layer.wrong("R3", step="selected")
def the_batch_mean_with_the_running_variance_after_training(training, own, running):
    """After training you mix two sources: the mean of the batch with the running variance. Both are the running
    ones."""
    return own if training else (own[0], running[1])


@batch_norm_layer.wrong("R3", step="selected")
def the_running_mean_with_the_batch_variance_after_training(training, own, running):
    """After training you mix two sources: the running mean with the variance of the batch. Both are the running
    ones."""
    return own if training else (running[0], own[1])


@batch_norm_layer.wrong("R3", step="selected")
def running_statistics_while_training(training, own, running):
    """While training you normalize with the running statistics. Then batch norm uses the batch's own mean and
    variance; the running ones only follow."""
    return running


@batch_norm_layer.wrong("R3", step="selected", looks_like=r"if |not ")
def the_two_modes_exchanged(training, own, running):
    """The two modes are in each other's place: while training batch norm uses the batch's own statistics, and
    afterwards the running ones."""
    return running if training else own


@batch_norm_layer.wrong("R3", step="selected")
def running_statistics_for_one_example_while_training(training, own, running):
    """While training you use the running statistics for a batch of one. Keras does not: the mode alone decides, and a
    batch of one becomes beta. PyTorch raises an error there."""
    alone = not own[1].any()
    return own if training and not alone else running


@batch_norm_layer.wrong("F5", step="batch_variance")
def a_variance_divided_by_one_less(x, mean):
    """You divide the batch's variance by the batch size minus one (the unbiased variance). While training this task,
    as Keras, normalizes with the biased variance and mixes the same one into the running variance."""
    with np.errstate(all="ignore"):
        return ((x - mean) ** 2).sum(axis=0) / (np.float64(len(x)) - 1)


@batch_norm_layer.wrong("F1", step="batch_variance", looks_like=r"sqrt|std|\*\*\s*0?\.5")
def the_standard_deviation(x, mean):
    """While training you use the standard deviation in place of the variance, so its root is taken twice. The
    variance belongs under the root, and into the running variance."""
    return np.sqrt(((x - mean) ** 2).mean(axis=0))


@batch_norm_layer.wrong("R2", step="updates", looks_like=r"return")
def running_statistics_never_updated(training):
    """The running statistics come back as they were, also while training. Each training batch moves them; without that
    the layer normalizes after training with what they began with, in Keras 0 and 1."""
    return False


@batch_norm_layer.wrong("R2", step="updates")
def running_statistics_updated_in_both_modes(training):
    """You update the running statistics after training too. Only training moves them."""
    return True


@batch_norm_layer.wrong("R4", step="updates", looks_like=r"if |not ")
def running_statistics_updated_after_training_only(training):
    """A forward pass while training leaves your running statistics as they were, and one after training changes them.
    It is the other way round: in training mode even a forward pass alone moves them."""
    return not training


def _mixed(old, new, momentum):
    return [momentum * a + (1 - momentum) * b for a, b in zip(old, new, strict=True)]


@batch_norm_layer.wrong("R1", step="moved", looks_like=r"momentum")
def momentum_the_wrong_way_round(old, new, momentum, x, eps, y):
    """You use momentum as the weight of the new value, which is PyTorch's convention. Here, as in Keras, it is the
    weight of the old one."""
    return _mixed(old, new, 1 - momentum)


@batch_norm_layer.wrong("R1", step="moved", looks_like=r"0?\.9\b|0?\.1\b", name="momentum of 0.9 written into the code")
def momentum_of_9_written_into_the_code(old, new, momentum, x, eps, y):
    """You use a momentum of 0.9 and not the one that was passed."""
    return _mixed(old, new, 0.9)


@batch_norm_layer.wrong(
    "R1", step="moved", looks_like=r"0?\.99\b|0?\.01\b", name="momentum of 0.99 written into the code"
)
def momentum_of_99_written_into_the_code(old, new, momentum, x, eps, y):
    """You use a momentum of 0.99 and not the one that was passed."""
    return _mixed(old, new, 0.99)


@batch_norm_layer.wrong("R2", step="moved")
def running_statistics_thrown_away(old, new, momentum, x, eps, y):
    """The statistics of the batch replace the running ones. A running statistic remembers: momentum times the old,
    plus the rest times the new."""
    return new


@batch_norm_layer.wrong("R2", step="moved", looks_like=r"\+=|\+")
def running_statistics_that_only_grow(old, new, momentum, x, eps, y):
    """You add a share of the batch's statistics and keep all of the old ones, so they do not stop at the batch's. The
    two weights add up to 1."""
    return [a + (1 - momentum) * b for a, b in zip(old, new, strict=True)]


@batch_norm_layer.wrong("R2", step="moved", looks_like=r"momentum\s*\*")
def the_whole_batch_statistic_added(old, new, momentum, x, eps, y):
    """You add the whole statistic of the batch to a share of the old one, as momentum in gradient descent does. Here
    the two weights add up to 1."""
    return [momentum * a + b for a, b in zip(old, new, strict=True)]


@batch_norm_layer.wrong("R2", step="moved", looks_like=r"momentum\s*\*|\*\s*running")
def running_statistics_multiplied(old, new, momentum, x, eps, y):
    """You multiply the running statistics by those of the batch. They are averaged: momentum times the old, plus the
    rest times the new."""
    return [momentum * a * (1 - momentum) * b for a, b in zip(old, new, strict=True)]


@batch_norm_layer.wrong("R2", step="moved", looks_like=r"sqrt|std|\*\*\s*0?\.5")
def running_variance_fed_the_deviation(old, new, momentum, x, eps, y):
    """You mix the standard deviation into the running variance. It takes in the variance; the root comes later, when
    you normalize."""
    return _mixed(old, (new[0], np.sqrt(new[1])), momentum)


@batch_norm_layer.wrong("R2", step="moved", looks_like=r"sqrt|std")
def running_variance_fed_the_root_with_epsilon(old, new, momentum, x, eps, y):
    """You mix the root of (var + eps) into the running variance. It takes in the variance alone, without epsilon and
    without the root."""
    return _mixed(old, (new[0], np.sqrt(new[1] + eps)), momentum)


@batch_norm_layer.wrong("R2", step="moved", looks_like=r"\beps\b")
def epsilon_in_the_running_variance(old, new, momentum, x, eps, y):
    """You add epsilon to the variance before the running variance takes it in, so epsilon counts twice after
    training. Add it only where you take the root."""
    return _mixed(old, (new[0], new[1] + eps), momentum)


@batch_norm_layer.wrong("R2", step="moved", looks_like=r"\by\b|out")
def running_statistics_of_the_output(old, new, momentum, x, eps, y):
    """You mix the mean and the variance of the output y into the running ones. They follow the input x."""
    return _mixed(old, (y.mean(axis=0), y.var(axis=0)), momentum)


@batch_norm_layer.wrong("R5", step="moved", looks_like=r"ddof|-\s*1")
def running_variance_fed_the_unbiased_one(old, new, momentum, x, eps, y):
    """You mix the unbiased variance (divided by the batch size minus one) into the running variance. PyTorch does so;
    Keras 3, and this task, take the biased one."""
    with np.errstate(all="ignore"):
        return _mixed(old, (new[0], new[1] * len(x) / (np.float64(len(x)) - 1)), momentum)


@batch_norm_layer.wrong("R2", step="moved")
def only_the_running_mean_updated(old, new, momentum, x, eps, y):
    """Only the running mean moves. The running variance follows the batches in the same way."""
    return [_mixed(old, new, momentum)[0], old[1]]


@batch_norm_layer.wrong("R2", step="moved")
def only_the_running_variance_updated(old, new, momentum, x, eps, y):
    """Only the running variance moves. The running mean follows the batches in the same way."""
    return [old[0], _mixed(old, new, momentum)[1]]


@batch_norm_layer.wrong("F3", step="moved", looks_like=r"\.mean\(\s*\)|\.var\(\s*\)")
def one_running_statistic_for_all_features(old, new, momentum, x, eps, y):
    """You mix one mean and one variance of the whole batch into all features. Each feature has its own (over axis
    0)."""
    return _mixed(old, (x.mean(), x.var()), momentum)


@batch_norm_layer.wrong("F6", step="normalize_at_inference")
def no_epsilon_after_training(x, mean, var, eps):
    """After training epsilon is left out. It belongs into the root in both modes: the root of (running_var + eps)."""
    with np.errstate(all="ignore"):
        return (x - mean) / np.sqrt(var)


@batch_norm_layer.wrong("F6", step="normalize_at_inference")
def epsilon_outside_the_root_after_training(x, mean, var, eps):
    """After training you add epsilon outside the root. It belongs inside in both modes: the root of (running_var +
    eps)."""
    return (x - mean) / (np.sqrt(var) + eps)


@batch_norm_layer.wrong("F1", step="normalize_at_inference")
def divided_by_the_variance_after_training(x, mean, var, eps):
    """After training you divide by the running variance (plus epsilon). It is a variance, not a deviation: divide by
    its root, as while training."""
    return (x - mean) / (var + eps)


@batch_norm_layer.wrong("F6", step="normalize_in_training", looks_like=r"sqrt\(")
def no_epsilon_while_training(x, mean, var, eps):
    """While training epsilon is left out. It belongs into the root in both modes: the root of (var + eps)."""
    with np.errstate(all="ignore"):
        return (x - mean) / np.sqrt(var)


@batch_norm_layer.wrong("F6", step="normalize_in_training", looks_like=r"sqrt\([^)]*\)\s*\+")
def epsilon_outside_the_root_while_training(x, mean, var, eps):
    """While training you add epsilon outside the root. It belongs inside in both modes: the root of (var + eps)."""
    return (x - mean) / (np.sqrt(var) + eps)


@batch_norm_layer.wrong("F7", step="scale_and_shift_at_inference", looks_like=r"return")
def gamma_and_beta_skipped_after_training(x_hat, gamma, beta):
    """After training gamma and beta are left out. What the network has learned stays: scale and shift in both
    modes."""
    return x_hat


@batch_norm_layer.wrong("F7", step="scale_and_shift_at_inference", looks_like=r"return")
def gamma_skipped_after_training(x_hat, gamma, beta):
    """After training gamma is left out. Scale and shift in both modes."""
    return x_hat + beta


@batch_norm_layer.wrong("F7", step="scale_and_shift_at_inference", looks_like=r"return")
def beta_skipped_after_training(x_hat, gamma, beta):
    """After training beta is left out. Scale and shift in both modes."""
    return gamma * x_hat


_KEPT = {
    "divides by the variance",
    "epsilon outside the root",
    "no epsilon",
    "epsilon written into the code",
    "an epsilon of 1e-5 written into the code",
    "only the mean is divided",
    "gamma and beta swapped",
    "beta forgotten",
    "gamma forgotten",
    "neither scale nor shift",
    "one gamma and beta for all features",
}
for _exercise in (normalize, scale_and_shift):
    # those that can still be met once the earlier exercises are solved
    batch_norm_layer.inherit(_exercise, leave_out={idea.name for idea in _exercise.wrong_ideas} - _KEPT)
