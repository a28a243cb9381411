"""What goes wrong in the steps of input_gradient: the root, x_hat, the two paths, and the scale in front."""

import numpy as np

from bncourse.exercises.backward.input_gradient import input_gradient


@input_gradient.wrong("F6", step="root", looks_like=r"sqrt|\*\*\s*\(?-?0?\.5|std")
def epsilon_forgotten_on_the_way_back(x, eps):
    """Epsilon is left out of the root. The forward pass divides by the root of (var + eps), and the backward pass
    must use the same."""
    with np.errstate(all="ignore"):
        return np.sqrt(x.var(axis=0))


@input_gradient.wrong("F6", step="root")
def epsilon_outside_the_root_on_the_way_back(x, eps):
    """You add epsilon to the standard deviation, outside the root. The forward pass adds it to the variance, inside
    the root."""
    return np.sqrt(x.var(axis=0)) + eps


@input_gradient.wrong("F6", step="root", looks_like=r"1e-\d|0\.0+1", name="epsilon fixed at 1e-3 on the way back")
def epsilon_fixed_on_the_way_back(x, eps):
    """An epsilon of 1e-3 is used, whatever `eps` was passed: it is written into the code, or `eps` is not handed on.
    The backward pass must use the one of the forward pass."""
    return np.sqrt(x.var(axis=0) + 1e-3)


@input_gradient.wrong("F6", step="root", looks_like=r"1e-\d|0\.0+1", name="epsilon fixed at 1e-5 on the way back")
def epsilon_fixed_as_in_pytorch_on_the_way_back(x, eps):
    """A fixed epsilon of 1e-5 is used, not the `eps` that was passed; the backward pass must use the one of the
    forward pass."""
    return np.sqrt(x.var(axis=0) + 1e-5)


@input_gradient.wrong("F1", step="root")
def the_variance_in_place_of_its_root(x, eps):
    """You divide by the variance (plus epsilon). Divide by its square root, as the forward pass does."""
    return x.var(axis=0) + eps


@input_gradient.wrong("F5", step="root", looks_like=r"ddof|-\s*1")
def the_unbiased_variance_on_the_way_back(x, eps):
    """You divide the variance by the batch size minus one. The forward pass normalizes with the biased variance,
    divided by the batch size."""
    with np.errstate(all="ignore"):
        return np.sqrt(((x - x.mean(axis=0)) ** 2).sum(axis=0) / (np.float64(len(x)) - 1) + eps)


@input_gradient.wrong("B2", step="normalized", looks_like=r"x\s*/|\*\s*x\b")
def x_where_x_hat_belongs(x, root):
    """You use x / root where x_hat belongs: the mean is not taken off."""
    return x / root


@input_gradient.wrong("B2", step="normalized", looks_like=r"x\s*-")
def the_centred_x_where_x_hat_belongs(x, root):
    """You use x - mean where x_hat belongs: it is not divided by the root of (var + eps)."""
    return x - x.mean(axis=0)


@input_gradient.wrong("B2", step="mean_path", looks_like=r"return")
def path_through_the_mean_dropped(dout, x_hat):
    """The path through the mean is missing. x[i] moves the mean, and the mean moves every example: the batch mean of
    dout is taken away."""
    return 0.0


@input_gradient.wrong("B2", step="mean_path", looks_like=r"sum")
def sum_of_dout_in_place_of_its_mean(dout, x_hat):
    """You take the sum of dout away where its mean belongs: 1 over the batch size is missing in the path through the
    mean."""
    return dout.sum(axis=0)


@input_gradient.wrong("B2", step="mean_path")
def path_through_the_mean_added(dout, x_hat):
    """You add the path through the mean; it is taken away, because x_hat falls when the mean grows."""
    return -dout.mean(axis=0)


@input_gradient.wrong("F3", step="mean_path", looks_like=r"mean\(\s*\)|mean\(\s*dout\s*\)")
def one_mean_of_dout_for_all(dout, x_hat):
    """You take one mean of dout over the whole array. Each feature needs its own, over the batch (axis 0)."""
    return dout.mean()


@input_gradient.wrong("F5", step="mean_path", looks_like=r"-\s*1")
def mean_of_dout_divided_by_one_less(dout, x_hat):
    """You divide the sum of dout by the batch size minus one. The mean of a batch divides by the batch size."""
    with np.errstate(all="ignore"):
        return dout.sum(axis=0) / (np.float64(len(dout)) - 1)


@input_gradient.wrong("B2", step="variance_path", looks_like=r"return")
def path_through_the_variance_dropped(dout, x_hat):
    """The path through the variance is missing (or its sums are taken before multiplying, which makes it 0): x_hat
    times the batch mean of dout * x_hat is taken away."""
    return 0.0


@input_gradient.wrong("B2", step="variance_path", looks_like=r"sum")
def sum_where_the_mean_belongs_in_the_variance_path(dout, x_hat):
    """You take x_hat times the sum of dout * x_hat away where the mean belongs: 1 over the batch size is missing in
    the path through the variance."""
    return x_hat * (dout * x_hat).sum(axis=0)


@input_gradient.wrong("B2", step="variance_path", looks_like=r"x_hat")
def the_sum_over_the_batch_missing(dout, x_hat):
    """In the path through the variance the average over the batch is missing. The variance gathers the gradients of
    all examples before it hands them on: average dout * x_hat over the batch first."""
    return x_hat * dout * x_hat


@input_gradient.wrong("B2", step="variance_path", looks_like=r"x_hat")
def the_sum_over_the_batch_too_late(dout, x_hat):
    """In the path through the variance you multiply by x_hat twice and then average. Average dout * x_hat over the
    batch first; then multiply by x_hat."""
    return (dout * x_hat * x_hat).mean(axis=0)


@input_gradient.wrong("B2", step="variance_path", looks_like=r"mean|sum")
def x_hat_missing_after_the_average(dout, x_hat):
    """In the path through the variance the average of dout * x_hat is not multiplied by x_hat again, so every example
    gets the same share. An example far from the mean moves the variance most."""
    return (dout * x_hat).mean(axis=0)


@input_gradient.wrong("B2", step="variance_path", looks_like=r"mean|sum")
def x_hat_missing_inside_the_average(dout, x_hat):
    """In the path through the variance you average dout alone. Average dout * x_hat, and multiply by x_hat."""
    return x_hat * dout.mean(axis=0)


@input_gradient.wrong("B2", step="variance_path")
def path_through_the_variance_added(dout, x_hat):
    """You add the path through the variance; it is taken away, because x_hat shrinks when the variance grows."""
    return -x_hat * (dout * x_hat).mean(axis=0)


@input_gradient.wrong("B2", step="variance_path", looks_like=r"2|0?\.5")
def a_factor_of_two_in_the_variance_path(dout, x_hat):
    """The path through the variance is twice too large. The 2 of the square and the 1/2 of the root cancel."""
    return 2 * x_hat * (dout * x_hat).mean(axis=0)


@input_gradient.wrong("B2", step="variance_path", looks_like=r"2|0?\.5")
def a_factor_of_one_half_in_the_variance_path(dout, x_hat):
    """The path through the variance is half as large as it should be. The 2 of the square and the 1/2 of the root
    cancel."""
    return 0.5 * x_hat * (dout * x_hat).mean(axis=0)


@input_gradient.wrong("B3", step="scaled", looks_like=r"return")
def gamma_missing_in_dx(inner, gamma, root):
    """gamma is missing in dx. y is gamma times x_hat, so every gradient behind it is multiplied by gamma; a test with
    gamma = 1 does not see it."""
    return inner / root


@input_gradient.wrong("B3", step="scaled", looks_like=r"/\s*\(?\s*gamma")
def divided_by_gamma(inner, gamma, root):
    """You divide by gamma. y is gamma times x_hat, so its gradient is multiplied by gamma."""
    return inner / root / gamma


@input_gradient.wrong("B2", step="scaled", looks_like=r"gamma")
def the_root_missing_in_front(inner, gamma, root):
    """The bracket is not divided by the root of (var + eps). x_hat is (x - mean) over that root, so dx is divided by
    it too."""
    return gamma * inner


@input_gradient.wrong("B2", step="scaled", looks_like=r"sqrt|root|std")
def multiplied_by_the_root(inner, gamma, root):
    """You multiply by the root of (var + eps). x_hat is divided by it, and so is dx."""
    return gamma * root * inner


@input_gradient.wrong("B3", step="scaled", looks_like=r"gamma")
def one_gamma_for_all_in_dx(inner, gamma, root):
    """You use one gamma for all features. Each feature has its own."""
    return gamma[0] / root * inner
