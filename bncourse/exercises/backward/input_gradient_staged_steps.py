"""What goes wrong in the stages of input_gradient_staged: dx_hat, dvar, dmean and dx."""

import numpy as np

from bncourse.exercises.backward.input_gradient_staged import input_gradient_staged


@input_gradient_staged.wrong("B3", step="dx_hat")
def gamma_missing_in_dx_hat(dout, gamma):
    """gamma is missing in dx_hat. y is gamma times x_hat, so dout is multiplied by gamma; a test with gamma = 1 does
    not see it."""
    return dout.copy()


@input_gradient_staged.wrong("B3", step="dx_hat", looks_like=r"/\s*gamma")
def dx_hat_divided_by_gamma(dout, gamma):
    """You divide dout by gamma. y is gamma times x_hat, so its gradient is multiplied by gamma."""
    return dout / gamma


@input_gradient_staged.wrong("B3", step="dx_hat", looks_like=r"sum|mean")
def dx_hat_summed_over_the_batch(dout, gamma):
    """You add dx_hat up over the batch. Each example has its own x_hat, so dx_hat has the shape of x; gradients add
    up only where the batch shares a number."""
    return (dout * gamma).sum(axis=0)


@input_gradient_staged.wrong("B2", step="dvar", looks_like=r"dvar\s*=|0?\.5|/\s*2")
def one_half_missing_in_dvar(dx_hat, centred, total, dout):
    """The factor 1/2 is missing in dvar. The slope of (var + eps) to the power -1/2 is -1/2 times the power -3/2."""
    return -(dx_hat * centred).sum(axis=0) * total**-1.5


@input_gradient_staged.wrong("B2", step="dvar")
def the_sign_of_dvar_turned(dx_hat, centred, total, dout):
    """dvar has the wrong sign. x_hat shrinks when the variance grows: the slope of the power -1/2 is negative."""
    return (dx_hat * centred).sum(axis=0) * 0.5 * total**-1.5


@input_gradient_staged.wrong("B2", step="dvar", looks_like=r"\*\*|sqrt")
def power_minus_one_half_in_dvar(dx_hat, centred, total, dout):
    """You keep the power -1/2 in dvar. A derivative lowers the power by one, to -3/2."""
    return (dx_hat * centred).sum(axis=0) * -0.5 * total**-0.5


@input_gradient_staged.wrong("B2", step="dvar", looks_like=r"\*\*|sqrt")
def power_plus_three_halves_in_dvar(dx_hat, centred, total, dout):
    """The power in dvar has lost its minus. (var + eps) is below the line: its power is -3/2."""
    return (dx_hat * centred).sum(axis=0) * -0.5 * total**1.5


@input_gradient_staged.wrong("B2", step="dvar", looks_like=r"\*\*|sqrt|std")
def power_of_the_root_in_dvar(dx_hat, centred, total, dout):
    """You take the power -3/2 of the standard deviation. It is (var + eps) that has the power -3/2; of its root that
    is the power -3."""
    return (dx_hat * centred).sum(axis=0) * -0.5 * np.sqrt(total) ** -1.5


@input_gradient_staged.wrong("B2", step="dvar", looks_like=r"\*\*|/")
def power_minus_one_in_dvar(dx_hat, centred, total, dout):
    """You divide by (var + eps) in dvar, the power -1. A derivative lowers the power -1/2 by one, to -3/2."""
    return (dx_hat * centred).sum(axis=0) * -0.5 / total


@input_gradient_staged.wrong("B2", step="dvar")
def dvar_not_summed(dx_hat, centred, total, dout):
    """The sum over the batch is missing in dvar. One variance serves the whole batch, so the gradients of all
    examples add up: one number for each feature."""
    return dx_hat * centred * -0.5 * total**-1.5


@input_gradient_staged.wrong("B2", step="dvar", looks_like=r"sum.*sum")
def dvar_summed_too_early(dx_hat, centred, total, dout):
    """Your dvar is 0. So it is where x - mean is added over the batch first: distances from a mean add up to 0.
    Multiply dx_hat and x - mean example by example; then add."""
    return dx_hat.sum(axis=0) * centred.sum(axis=0) * -0.5 * total**-1.5


@input_gradient_staged.wrong("B2", step="dvar", looks_like=r"mean\(")
def dvar_averaged(dx_hat, centred, total, dout):
    """You average dvar over the batch. The gradients of all examples add up in it: it is a sum."""
    return (dx_hat * centred).mean(axis=0) * -0.5 * total**-1.5


@input_gradient_staged.wrong("B2", step="dvar", looks_like=r"axis\s*=\s*-?1")
def dvar_summed_over_the_features(dx_hat, centred, total, dout):
    """You add dvar over the features (axis 1). There is one variance for each feature: add over the batch (axis
    0)."""
    return (dx_hat * centred * -0.5 * total**-1.5).sum(axis=1)


@input_gradient_staged.wrong("B2", step="dvar")
def x_minus_mean_missing_in_dvar(dx_hat, centred, total, dout):
    """x - mean is missing in dvar. x_hat is (x - mean) times a power of the variance, so (x - mean) stays when that
    power is derived."""
    return dx_hat.sum(axis=0) * -0.5 * total**-1.5


@input_gradient_staged.wrong("B2", step="dvar", looks_like=r"x_hat\b|sqrt")
def x_hat_in_place_of_x_minus_mean_in_dvar(dx_hat, centred, total, dout):
    """You use x_hat in dvar where x - mean belongs. x_hat is divided by the root already, so the power -3/2 divides
    once too often."""
    return (dx_hat * centred / np.sqrt(total)).sum(axis=0) * -0.5 * total**-1.5


@input_gradient_staged.wrong("B3", step="dvar")
def dout_in_place_of_dx_hat_in_dvar(dx_hat, centred, total, dout):
    """You use dout in dvar where dx_hat belongs, so gamma is missing there."""
    return (dout * centred).sum(axis=0) * -0.5 * total**-1.5


@input_gradient_staged.wrong("B2", step="dmean")
def the_sign_of_dmean_turned(dx_hat, centred, total, dvar, dout):
    """dmean has the wrong sign. x_hat is (x - mean) over a root: it falls when the mean grows."""
    return (dx_hat / np.sqrt(total)).sum(axis=0)


@input_gradient_staged.wrong("B2", step="dmean")
def dmean_not_summed(dx_hat, centred, total, dvar, dout):
    """The sum over the batch is missing in dmean. One mean serves the whole batch, so the gradients of all examples
    add up: one number for each feature."""
    return -dx_hat / np.sqrt(total)


@input_gradient_staged.wrong("B2", step="dmean", looks_like=r"dmean\s*=|dvar\s*\*")
def the_second_term_of_dmean_not_summed(dx_hat, centred, total, dvar, dout):
    """The second term of dmean is not added up over the batch. It is dvar times the average of -2 (x - mean), one
    number for each feature, and that is 0."""
    return -(dx_hat / np.sqrt(total)).sum(axis=0) + dvar * -2 * centred / len(centred)


@input_gradient_staged.wrong("B2", step="dmean", looks_like=r"dmean\s*=|dvar\s*\*")
def the_first_term_of_dmean_dropped(dx_hat, centred, total, dvar, dout):
    """Your dmean is 0, as its path through the variance alone is. The mean is in x_hat too: the sum of -dx_hat over the
    root is missing."""
    return dvar * (-2 * centred).mean(axis=0)


@input_gradient_staged.wrong("B2", step="dmean", looks_like=r"mean\(")
def dmean_averaged(dx_hat, centred, total, dvar, dout):
    """You average dmean over the batch. The gradients of all examples add up in it: it is a sum."""
    return -(dx_hat / np.sqrt(total)).mean(axis=0)


@input_gradient_staged.wrong("B2", step="dmean", looks_like=r"axis\s*=\s*-?1")
def dmean_summed_over_the_features(dx_hat, centred, total, dvar, dout):
    """You add dmean over the features (axis 1). There is one mean for each feature: add over the batch (axis 0)."""
    return -(dx_hat / np.sqrt(total)).sum(axis=1)


@input_gradient_staged.wrong("F1", step="dmean", looks_like=r"/")
def dmean_divided_by_the_variance(dx_hat, centred, total, dvar, dout):
    """You divide by (var + eps) in dmean. x_hat has its root below the line, and so has dmean."""
    return -(dx_hat / total).sum(axis=0)


@input_gradient_staged.wrong("B2", step="dmean")
def the_root_missing_in_dmean(dx_hat, centred, total, dvar, dout):
    """dmean is not divided by the root of (var + eps). x_hat is, so its slope is -1 over that root."""
    return -dx_hat.sum(axis=0)


@input_gradient_staged.wrong("B3", step="dmean")
def dout_in_place_of_dx_hat_in_dmean(dx_hat, centred, total, dvar, dout):
    """You use dout in dmean where dx_hat belongs, so gamma is missing there."""
    return -(dout / np.sqrt(total)).sum(axis=0)


@input_gradient_staged.wrong("B1", step="dx", looks_like=r"dx\s*=|return")
def both_paths_dropped_in_dx(dx_hat, centred, total, dvar, dmean, dout):
    """dx holds the direct path alone, as if the mean and the variance were constants. Add the path through the
    variance and the path through the mean."""
    return dx_hat / np.sqrt(total)


@input_gradient_staged.wrong("B2", step="dx", looks_like=r"dx\s*=|return")
def variance_path_dropped_in_dx(dx_hat, centred, total, dvar, dmean, dout):
    """The path through the variance is missing in dx: dvar times the slope of the variance, 2 (x - mean) over the
    batch size."""
    return dx_hat / np.sqrt(total) + dmean / len(centred)


@input_gradient_staged.wrong("B2", step="dx", looks_like=r"dx\s*=|return")
def mean_path_dropped_in_dx(dx_hat, centred, total, dvar, dmean, dout):
    """The path through the mean is missing in dx: dmean times the slope of the mean, 1 over the batch size."""
    return dx_hat / np.sqrt(total) + dvar * 2 * centred / len(centred)


@input_gradient_staged.wrong("B2", step="dx", looks_like=r"dx\s*=|return")
def direct_path_dropped_in_dx(dx_hat, centred, total, dvar, dmean, dout):
    """The direct path is missing in dx: x is in x_hat itself, with the slope 1 over the root of (var + eps)."""
    return dvar * 2 * centred / len(centred) + dmean / len(centred)


@input_gradient_staged.wrong("B2", step="dx", looks_like=r"dx\s*=|return")
def batch_size_missing_in_both_paths(dx_hat, centred, total, dvar, dmean, dout):
    """The division by the batch size is missing in both paths of dx. In the mean, and in the
    variance, one example has a share of 1 over the batch size."""
    return dx_hat / np.sqrt(total) + dvar * 2 * centred + dmean


@input_gradient_staged.wrong("B2", step="dx", looks_like=r"dx\s*=|return")
def batch_size_missing_in_the_variance_path(dx_hat, centred, total, dvar, dmean, dout):
    """The division by the batch size is missing in the path through the variance: the slope of the variance is 2 (x -
    mean) over the batch size."""
    return dx_hat / np.sqrt(total) + dvar * 2 * centred + dmean / len(centred)


@input_gradient_staged.wrong("B2", step="dx", looks_like=r"dx\s*=|return")
def batch_size_missing_in_the_mean_path(dx_hat, centred, total, dvar, dmean, dout):
    """The division by the batch size is missing in the path through the mean: the slope of the mean is 1 over the
    batch size."""
    return dx_hat / np.sqrt(total) + dvar * 2 * centred / len(centred) + dmean


@input_gradient_staged.wrong("F5", step="dx", looks_like=r"-\s*1\b")
def one_less_than_the_batch_size_in_dx(dx_hat, centred, total, dvar, dmean, dout):
    """You divide by the batch size minus one in dx. The mean and the variance of batch norm divide by the batch size
    itself."""
    with np.errstate(all="ignore"):
        return dx_hat / np.sqrt(total) + (dvar * 2 * centred + dmean) / (np.float64(len(centred)) - 1)


@input_gradient_staged.wrong("F3", step="dx", looks_like=r"shape\[\s*-?1\s*\]|size")
def the_number_of_features_in_dx(dx_hat, centred, total, dvar, dmean, dout):
    """You divide by the number of features in dx. The mean and the variance divide by the batch size, x.shape[0]."""
    return dx_hat / np.sqrt(total) + (dvar * 2 * centred + dmean) / centred.shape[1]


@input_gradient_staged.wrong("B2", step="dx", looks_like=r"dx\s*=|return")
def the_factor_2_missing_in_dx(dx_hat, centred, total, dvar, dmean, dout):
    """The factor 2 is missing in the path through the variance: the slope of the square (x - mean)**2 is 2 (x -
    mean)."""
    return dx_hat / np.sqrt(total) + dvar * centred / len(centred) + dmean / len(centred)


@input_gradient_staged.wrong("B2", step="dx", looks_like=r"mean\s*-\s*x|-\s*dvar|-\s*2")
def variance_path_subtracted_in_dx(dx_hat, centred, total, dvar, dmean, dout):
    """You take the path through the variance away. All three paths are added; the minus is in dvar already."""
    return dx_hat / np.sqrt(total) - dvar * 2 * centred / len(centred) + dmean / len(centred)


@input_gradient_staged.wrong("B2", step="dx", looks_like=r"-\s*dmean")
def mean_path_subtracted_in_dx(dx_hat, centred, total, dvar, dmean, dout):
    """You take the path through the mean away. All three paths are added; the minus is in dmean already."""
    return dx_hat / np.sqrt(total) + dvar * 2 * centred / len(centred) - dmean / len(centred)


@input_gradient_staged.wrong("B2", step="dx", looks_like=r"dx\s*=|return")
def the_root_missing_in_dx(dx_hat, centred, total, dvar, dmean, dout):
    """The direct path is not divided by the root of (var + eps). x_hat is (x - mean) over that root, so its slope is
    1 over the root."""
    return dx_hat + dvar * 2 * centred / len(centred) + dmean / len(centred)


@input_gradient_staged.wrong("F1", step="dx", looks_like=r"dx\s*=|return")
def direct_path_divided_by_the_variance(dx_hat, centred, total, dvar, dmean, dout):
    """You divide the direct path by (var + eps). Divide by its root, as the forward pass does."""
    return dx_hat / total + dvar * 2 * centred / len(centred) + dmean / len(centred)


@input_gradient_staged.wrong("B3", step="dx", looks_like=r"dout\s*/")
def dout_in_place_of_dx_hat_in_dx(dx_hat, centred, total, dvar, dmean, dout):
    """You use dout in the direct path of dx where dx_hat belongs, so gamma is missing there."""
    return dout / np.sqrt(total) + dvar * 2 * centred / len(centred) + dmean / len(centred)
