"""What goes wrong in the formula that the normalizers share, whatever axes their statistics are taken over.

`share` declares these wrong ideas for an exercise that is made of the three steps below.
"""

import numpy as np

STEPS = {
    "normalize": lambda x, mean, var, eps: (x - mean) / np.sqrt(var + eps),
    "scale_and_shift": lambda x_hat, gamma, beta: gamma * x_hat + beta,
}
_IDEAS = []


def share(exercise):
    """Declare the wrong ideas about the shared steps for an exercise."""
    for code, step, looks_like, function in _IDEAS:
        exercise.wrong(code, step=step, looks_like=looks_like)(function)


def _idea(code, step, looks_like):
    def declare(function):
        _IDEAS.append((code, step, looks_like, function))
        return function

    return declare


@_idea("F1", "normalize", r"/")
def divides_by_the_variance(x, mean, var, eps):
    """You divide by the variance (plus epsilon). Divide by its square root, the standard deviation."""
    return (x - mean) / (var + eps)


@_idea("F2", "normalize", r"\*\*\s*2|square\(")
def squares_where_the_root_belongs(x, mean, var, eps):
    """You square (var + eps) where its square root belongs."""
    return (x - mean) / (var + eps) ** 2


@_idea("F6", "normalize", r"sqrt\([^)]*\)\s*\+|std\([^)]*\)\s*\+|\+\s*np\.sqrt")
def epsilon_outside_the_root(x, mean, var, eps):
    """You add epsilon to the standard deviation, outside the root. It belongs to the variance, inside the root."""
    return (x - mean) / (np.sqrt(var) + eps)


@_idea("F6", "normalize", r"sqrt|std\(|\*\*\s*\(?-?0?\.5")
def no_epsilon(x, mean, var, eps):
    """Epsilon is left out. It is added to the variance, inside the root, so that equal numbers do not lead to a
    division by zero."""
    with np.errstate(all="ignore"):
        return (x - mean) / np.sqrt(var)


@_idea("F6", "normalize", r"1e-\d|0\.0+1")
def the_epsilon_of_keras_written_into_the_code(x, mean, var, eps):
    """A fixed epsilon of 1e-3 is used (Keras's default), not the `eps` that was passed."""
    return (x - mean) / np.sqrt(var + 1e-3)


@_idea("F6", "normalize", r"1e-\d|0\.0+1")
def the_epsilon_of_pytorch_written_into_the_code(x, mean, var, eps):
    """A fixed epsilon of 1e-5 is used (PyTorch's default), not the `eps` that was passed."""
    return (x - mean) / np.sqrt(var + 1e-5)


@_idea("F6", "normalize", r"-\s*eps")
def epsilon_subtracted(x, mean, var, eps):
    """You subtract epsilon. It is added, so that the root is never zero."""
    with np.errstate(all="ignore"):
        return (x - mean) / np.sqrt(var - eps)


@_idea("F6", "normalize", r"eps\s*\*\*\s*2|eps\s*\*\s*eps")
def epsilon_squared(x, mean, var, eps):
    """You add the square of epsilon. Add epsilon itself to the variance."""
    return (x - mean) / np.sqrt(var + eps**2)


@_idea("F6", "normalize", r"\+\s*eps")
def epsilon_added_after_the_division(x, mean, var, eps):
    """You add epsilon to the result of the division. It belongs to the variance, inside the root."""
    with np.errstate(all="ignore"):
        return (x - mean) / np.sqrt(var) + eps


@_idea("F1", "normalize", r"-\s*mean\s*/|-\s*\w+\s*/")
def only_the_mean_is_divided(x, mean, var, eps):
    """Division comes before subtraction, so only the mean is divided. Put brackets around x - mean."""
    return x - mean / np.sqrt(var + eps)


@_idea("F1", "normalize", r"\*\s*np\.sqrt")
def multiplies_by_the_deviation(x, mean, var, eps):
    """You multiply by the standard deviation; to normalize, divide by it."""
    return (x - mean) * np.sqrt(var + eps)


@_idea("F1", "normalize", r"/")
def the_mean_is_not_subtracted(x, mean, var, eps):
    """You divide by the standard deviation, but do not subtract the mean first."""
    return x / np.sqrt(var + eps)


@_idea("F1", "normalize", r"\+\s*mean|mean\s*\+")
def the_mean_is_added(x, mean, var, eps):
    """You add the mean. Subtract it, so that the normalized numbers have the mean 0."""
    return (x + mean) / np.sqrt(var + eps)


@_idea("F1", "normalize", r"mean\s*-\s*x")
def the_difference_the_other_way_round(x, mean, var, eps):
    """The sign is turned: you compute mean - x. It is x - mean."""
    return (mean - x) / np.sqrt(var + eps)


@_idea("F1", "normalize", r"-")
def only_centres(x, mean, var, eps):
    """You subtract the mean, but do not divide by the standard deviation."""
    return (x - mean) * np.ones_like(var)


@_idea("F7", "scale_and_shift", r"beta")
def gamma_and_beta_swapped(x_hat, gamma, beta):
    """gamma and beta have changed places: gamma multiplies, beta is added."""
    return beta * x_hat + gamma


@_idea("F7", "scale_and_shift", r"\+\s*beta\s*\)")
def the_shift_is_scaled_too(x_hat, gamma, beta):
    """You add beta before you multiply by gamma, so beta is scaled too. Multiply first, then add beta."""
    return gamma * (x_hat + beta)


@_idea("F7", "scale_and_shift", r"return")
def no_scale_and_shift(x_hat, gamma, beta):
    """The numbers are normalized, but not scaled and shifted: gamma and beta are missing."""
    return x_hat


@_idea("F7", "scale_and_shift", r"gamma")
def no_shift(x_hat, gamma, beta):
    """beta is missing: after the scale by gamma, add it."""
    return gamma * x_hat


@_idea("F7", "scale_and_shift", r"beta")
def no_scale(x_hat, gamma, beta):
    """gamma is missing: multiply the normalized numbers by it before you add beta."""
    return x_hat + beta


@_idea("F7", "scale_and_shift", r"gamma\s*\[|beta\s*\[")
def one_gamma_and_beta_for_all(x_hat, gamma, beta):
    """You use the first gamma and beta for all features. Each feature (channel) has its own pair, along the last
    axis."""
    return gamma[0] * x_hat + beta[0]


@_idea("F7", "scale_and_shift", r"gamma\.mean|beta\.mean|mean\(\s*gamma|mean\(\s*beta")
def the_mean_of_gamma_and_beta_for_all(x_hat, gamma, beta):
    """You average gamma and beta over the features. Each feature (channel) keeps its own pair, along the last axis."""
    return gamma.mean() * x_hat + beta.mean()


@_idea("F7", "scale_and_shift", r"-\s*beta")
def the_shift_is_subtracted(x_hat, gamma, beta):
    """You subtract beta; it is added."""
    return gamma * x_hat - beta
