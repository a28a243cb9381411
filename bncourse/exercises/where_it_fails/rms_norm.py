"""Exercise rms_norm. Layer norm without the mean."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import affine, batch, by_hand, strided


def _cases(rng):
    def gamma(features):
        return affine(rng, features)[0]

    yield Case("7 examples with 5 features, eps 0.1", (batch(rng), gamma(5)), {"eps": 0.1})
    yield Case("4 examples with 4 features, eps 0.1", (batch(rng, 4, 4), gamma(4)), {"eps": 0.1})
    yield Case("tiny numbers, the default eps", (batch(rng, 6, 3, scale=1e-3, offset=0.0), gamma(3)))
    x = batch(rng, 3, 5)
    x[1] = 0.0
    yield Case("an example of zeros: it stays zero", (x, gamma(5)))
    yield Case("a batch of one, eps 0.5", (batch(rng, 1, 4), gamma(4)), {"eps": 0.5})
    yield Case("an array with gaps in memory", (strided(batch(rng, 3, 6)), gamma(6)), {"eps": 0.1})


def _compose(steps):
    def rms_norm(x, gamma, eps=1e-6):
        return steps.scale(steps.divide(x, steps.mean_square(x), eps), gamma)

    return rms_norm


rms_norm = Exercise(
    notebook="09-where-it-fails",
    reference=reference.rms_norm,
    asks="divide each example by the root of the mean of its squares (plus eps), then scale each feature by gamma",
    cases=_cases,
    section="RMS norm",
    returns=("y",),
    compose=_compose,
    steps={
        "mean_square": lambda x: (x**2).mean(axis=1, keepdims=True),
        "divide": lambda x, mean_square, eps: x / np.sqrt(mean_square + eps),
        "scale": lambda x_hat, gamma: gamma * x_hat,
    },
    example=by_hand([[1, 7]], [1, 10], eps=0.0),
    hints=(
        "Take layer norm, and leave out whatever has to do with the mean and with beta.",
        "RMS is short for the root of the mean of the squares: read it from its end. The mean is over the features "
        "of an example.",
        "Square x, average each row and keep the axis. Add eps, take the root, divide x itself by it, then scale.",
    ),
)


@rms_norm.property("an example should keep its signs, unless gamma turns them")
def _keeps_signs(case, got):
    x, gamma = case.arguments
    turned = np.argwhere(np.sign(got) * np.sign(x) * np.sign(gamma) < 0)
    if len(turned):
        i, k = turned[0]
        return f"row {i}, feature {k}: the sign of {x[i, k] * gamma[k]:.4g}", f"{got[i, k]:.4g}"
    return None


@rms_norm.wrong("F1", looks_like=r"-")
def the_mean_is_subtracted(x, gamma, eps=1e-6):
    """You subtract the mean of the example. That is layer norm (without beta); RMS norm divides x as it is."""
    x_hat = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + eps)
    return gamma * x_hat


@rms_norm.wrong("F1", looks_like=r"-")
def the_mean_is_subtracted_above_the_line(x, gamma, eps=1e-6):
    """You subtract the mean before you divide by the root of the mean square. RMS norm divides x as it is."""
    x_hat = (x - x.mean(axis=1, keepdims=True)) / np.sqrt((x**2).mean(axis=1, keepdims=True) + eps)
    return gamma * x_hat


@rms_norm.wrong("F1", step="mean_square", looks_like=r"var\(|std\(")
def the_variance_and_not_the_mean_square(x):
    """You use the variance (or the standard deviation), which takes the mean off first. RMS norm uses the mean of the
    squares of x itself."""
    return x.var(axis=1, keepdims=True)


@rms_norm.wrong("F3", step="mean_square", looks_like=r"sum\(|norm\(")
def the_sum_of_the_squares(x):
    """You add the squares and do not divide by the number of features: so each example is divided by its length (l2),
    but for epsilon. RMS norm takes the mean of the squares."""
    return (x**2).sum(axis=1, keepdims=True)


@rms_norm.wrong("F1", step="mean_square", looks_like=r"mean\([^)]*\)\s*\*\*\s*2")
def the_square_of_the_mean(x):
    """You average first and then square. Square each number first, then average."""
    return x.mean(axis=1, keepdims=True) ** 2


@rms_norm.wrong("F1", step="mean_square", looks_like=r"abs")
def the_mean_of_the_absolute_values(x):
    """You average the absolute values. Average the squares."""
    return np.abs(x).mean(axis=1, keepdims=True)


@rms_norm.wrong("F1", name="divides by the mean of the absolute values")
def divides_by_the_mean_of_the_absolute_values(x, gamma, eps=1e-6):
    """You divide by the mean of the absolute values. RMS is the root of the mean of the squares: square, average, take
    the root."""
    with np.errstate(all="ignore"):
        return gamma * x / (np.abs(x).mean(axis=1, keepdims=True) + eps)


@rms_norm.wrong("F3", step="mean_square", looks_like=r"axis\s*=\s*0|\.mean\(\s*0\s*\)")
def the_mean_square_over_the_batch(x):
    """You average over the batch (axis 0). RMS norm looks at one example at a time: average over axis 1."""
    return (x**2).mean(axis=0)


@rms_norm.wrong("F3", step="mean_square", looks_like=r"mean\(\s*\)|mean\(\s*x\s*\*\*\s*2\s*\)|mean\(np\.square\(x\)\)")
def one_mean_square_for_the_whole_array(x):
    """You use one mean square for the whole array. Each example has its own (axis 1)."""
    return (x**2).mean()


@rms_norm.wrong("F3", step="mean_square", looks_like=r"mean\(|sum\(")
def the_averaged_axis_is_not_kept(x):
    """The mean square of each example has the shape (batch,), and NumPy lays it along the features. Keep the averaged
    axis (keepdims=True)."""
    return (x**2).mean(axis=1)


@rms_norm.wrong("F3", step="mean_square", looks_like=r"len\(|shape\[\s*0\s*\]")
def divided_by_the_batch_size(x):
    """You divide the sum of the squares by the batch size. Divide by the number of features."""
    return (x**2).sum(axis=1, keepdims=True) / len(x)


@rms_norm.wrong("F5", step="mean_square", looks_like=r"-\s*1")
def divided_by_one_less(x):
    """You divide the sum of the squares by one less than the number of features. No mean was taken off, so nothing is
    to be corrected: divide by their number."""
    return (x**2).sum(axis=1, keepdims=True) / (x.shape[1] - 1)


@rms_norm.wrong("F1", step="divide", looks_like=r"/")
def the_root_is_left_out(x, mean_square, eps):
    """You divide by the mean square. Divide by its root."""
    return x / (mean_square + eps)


@rms_norm.wrong("F6", step="divide", looks_like=r"sqrt")
def epsilon_outside_the_root(x, mean_square, eps):
    """You add epsilon to the root. It belongs to the mean square, inside the root."""
    return x / (np.sqrt(mean_square) + eps)


@rms_norm.wrong("F6", step="divide", looks_like=r"sqrt")
def no_epsilon(x, mean_square, eps):
    """Epsilon is left out. It is added to the mean square, inside the root, so that an example of zeros does not divide
    by zero."""
    with np.errstate(all="ignore"):
        return x / np.sqrt(mean_square)


@rms_norm.wrong("F6", step="divide", looks_like=r"1e-\d|0\.0+1")
def the_default_epsilon_written_into_the_code(x, mean_square, eps):
    """A fixed epsilon of 1e-6 is used, not the `eps` that was passed."""
    return x / np.sqrt(mean_square + 1e-6)


@rms_norm.wrong("F6", step="divide", looks_like=r"1e-\d|0\.0+1")
def another_epsilon_written_into_the_code(x, mean_square, eps):
    """A fixed epsilon of 1e-5 is used, not the `eps` that was passed."""
    return x / np.sqrt(mean_square + 1e-5)


@rms_norm.wrong("F6", step="divide", looks_like=r"-\s*eps")
def epsilon_subtracted(x, mean_square, eps):
    """You subtract epsilon. It is added, so that the root is never zero."""
    with np.errstate(all="ignore"):
        return x / np.sqrt(mean_square - eps)


@rms_norm.wrong("F1", step="divide", looks_like=r"\*")
def multiplies_by_the_root(x, mean_square, eps):
    """You multiply by the root of the mean square; divide by it."""
    return x * np.sqrt(mean_square + eps)


@rms_norm.wrong("F7", step="scale", looks_like=r"return")
def no_scale(x_hat, gamma):
    """gamma is missing: multiply each feature by its gamma."""
    return x_hat


@rms_norm.wrong("F7", step="scale", looks_like=r"1\s*\+\s*gamma|gamma\s*\+\s*1|1\.0\s*\+")
def one_plus_gamma(x_hat, gamma):
    """You scale by 1 + gamma. Some models store gamma that way, starting from 0; here gamma itself is the scale."""
    return (1 + gamma) * x_hat


@rms_norm.wrong("F7", step="scale", looks_like=r"gamma\s*\[")
def one_gamma_for_all(x_hat, gamma):
    """You use the first gamma for all features. Each feature has its own."""
    return gamma[0] * x_hat


@rms_norm.wrong("F7", step="scale", looks_like=r"reshape|None|newaxis")
def gamma_for_each_example(x_hat, gamma):
    """You lay gamma along the batch. It belongs to the features, the last axis."""
    return gamma.reshape(-1, 1) * x_hat


@rms_norm.wrong("F7", looks_like=r"[*/]=|\[.*\]\s*=[^=]")
def an_rms_norm_that_overwrites_x(x, gamma, eps=1e-6):
    """You change x in place, as `x /= ...` does. The caller's batch must stay as it was: `x = x / ...` makes a new
    array."""
    x /= np.sqrt((x**2).mean(axis=1, keepdims=True) + eps)
    return gamma * x


@rms_norm.right
def rms_norm_with_a_power(x, gamma, eps=1e-6):
    return x * (np.mean(x * x, axis=-1, keepdims=True) + eps) ** -0.5 * gamma


@rms_norm.right
def rms_norm_with_loops(x, gamma, eps=1e-6):
    y = np.zeros_like(x)
    for i, row in enumerate(x):
        rms = (sum(value**2 for value in row) / len(row) + eps) ** 0.5
        for k, value in enumerate(row):
            y[i, k] = gamma[k] * value / rms
    return y


@rms_norm.right
def rms_norm_by_einsum(x, gamma, eps=1e-6):
    rms = np.sqrt(np.einsum("nd,nd->n", x, x) / x.shape[1] + eps)
    return np.einsum("nd,d,n->nd", x, gamma, 1 / rms)


@rms_norm.right
def rms_norm_of_the_transpose(x, gamma, eps=1e-6):
    return (x.T / np.sqrt((x.T**2).mean(axis=0) + eps)).T * gamma


@rms_norm.right
def rms_norm_by_the_norm(x, gamma, eps=1e-6):
    return gamma * x / np.sqrt(np.linalg.norm(x, axis=1, keepdims=True) ** 2 / x.shape[1] + eps)


@rms_norm.right
def rms_norm_by_moments(x, gamma, eps=1e-6):
    mean, var = x.mean(axis=1)[:, None], x.var(axis=1)[:, None]
    return gamma[None] * x / np.sqrt(var + mean**2 + eps)


@rms_norm.right
def rms_norm_in_float32(x, gamma, eps=1e-6):
    x, gamma = x.astype(np.float32), gamma.astype(np.float32)
    return gamma * x / np.sqrt((x**2).mean(axis=1, keepdims=True) + np.float32(eps))
