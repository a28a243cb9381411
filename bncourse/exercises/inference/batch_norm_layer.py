"""Exercise batch_norm_layer. The whole layer: training with the batch, inference with the running statistics."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.checking.digits import differing
from bncourse.exercises.batches import affine, batch, by_hand, statistics, strided

_TRAINING, _INFERENCE = "while training", "after training"


def _layer_cases(rng):
    def inputs(x):
        return x, *affine(rng, x.shape[1]), *statistics(rng, x.shape[1])

    def options(training, momentum=0.7, eps=0.1):
        return {"momentum": momentum, "eps": eps, "training": training}

    yield Case("training, 7 examples with 5 features", inputs(batch(rng)), options(True), _TRAINING)
    yield Case("inference, 7 examples with 5 features", inputs(batch(rng)), options(False), _INFERENCE)
    x, gamma, beta, *_ = inputs(batch(rng, 4, 4))
    yield Case("training, the first batch", (x, gamma, beta, np.zeros(4), np.ones(4)), options(True, 0.8), _TRAINING)
    yield Case("inference, one example alone", inputs(batch(rng, 1, 3)), options(False), _INFERENCE)
    x, *others, _ = inputs(batch(rng, 6, 3, scale=3e-3, offset=0.1))
    tiny = 1e-5 * rng.uniform(0.5, 2.0, 3)
    yield Case("training, tiny variances, the defaults", (x, *others, tiny), {}, _TRAINING)
    yield Case("inference, tiny variances, the defaults", (x, *others, tiny), {"training": False}, _INFERENCE)
    yield Case("training, one example alone", inputs(batch(rng, 1, 3)), options(True), _TRAINING)
    yield Case("inference, an array with gaps in memory", inputs(strided(batch(rng, 6, 4))), options(False), _INFERENCE)


def _compose_batch_norm_layer(steps):
    def batch_norm_layer(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True):
        mean = x.mean(axis=0)
        var = steps.batch_variance(x, mean)
        used = steps.selected(training, (mean, var), (running_mean, running_var))
        apart = steps.normalize_in_training if training else steps.normalize_at_inference
        x_hat = (apart or steps.normalize)(x, *used, eps)
        apart = None if training else steps.scale_and_shift_at_inference
        y = (apart or steps.scale_and_shift)(x_hat, gamma, beta)
        if steps.updates(training):
            return y, *steps.moved((running_mean, running_var), (mean, var), momentum, x, eps, y)
        return y, running_mean, running_var

    return batch_norm_layer


def _moved(old, new, momentum, x, eps, y):
    return [momentum * a + (1 - momentum) * b for a, b in zip(old, new, strict=True)]


batch_norm_layer = Exercise(
    notebook="06-inference",
    reference=reference.batch_norm_layer,
    asks="write the whole layer with Keras's conventions: y, the running mean and the running variance, while training "
    "and after it; momentum is the weight of the old value, and the running variance takes in the biased one",
    cases=_layer_cases,
    points=4,
    section="The whole layer",
    returns=("y", "the running mean", "the running variance"),
    may_change=("running_mean", "running_var"),
    compose=_compose_batch_norm_layer,
    steps={
        "batch_variance": lambda x, mean: ((x - mean) ** 2).mean(axis=0),
        "selected": lambda training, own, running: own if training else running,
        "normalize": lambda x, mean, var, eps: (x - mean) / np.sqrt(var + eps),
        "normalize_in_training": None,  # where it is not another one in this mode
        "normalize_at_inference": None,
        "scale_and_shift": lambda x_hat, gamma, beta: gamma * x_hat + beta,
        "scale_and_shift_at_inference": None,
        "updates": lambda training: training,
        "moved": _moved,
    },
    example=by_hand([[2], [6]], [1], [0], [0], [1], momentum=0.75, eps=0.0, training=True),
    hints=(
        "Two things depend on the mode: which mean and variance are used, and whether the running ones move.",
        "While training: the batch's own mean and (biased) variance, and both are also mixed into the running ones. "
        "Afterwards: the running ones, which stay as they are. Epsilon, gamma and beta are the same in both modes.",
        "Choose the mean and the variance with an if. After it, normalize, scale and shift once, for both modes. "
        "Return y and the two running statistics: momentum times the old plus the rest times the new, while training.",
    ),
)


@batch_norm_layer.property("after training the running statistics should stay as they were")
def _state_stays(case, got):
    if case.options.get("training", True) or not (isinstance(got, tuple | list) and len(got) == 3):
        return None
    for name, before, after in zip(("mean", "variance"), case.arguments[3:5], got[1:], strict=True):
        if np.shape(after) not in (before.shape, (1, *before.shape)):
            return None
        if not np.allclose(before, after, rtol=1e-6):
            before, after = differing(before, np.reshape(after, before.shape))
            return f"running {name} {before}", f"running {name} {after}"
    return None


@batch_norm_layer.wrong("F3", looks_like=r"axis\s*=\s*-?1")
def a_layer_that_normalizes_each_example(
    x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True
):
    """You normalize each example over its features (axis 1). That is layer normalization, which needs no running
    statistics; batch norm normalizes each feature over the batch (axis 0)."""
    x_hat = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + eps)
    return gamma * x_hat + beta, running_mean, running_var


@batch_norm_layer.wrong("R2", looks_like=r"running_")
def training_with_the_statistics_after_the_update(
    x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True
):
    """While training you update the running statistics and then normalize with them. While training the batch is
    normalized with its own mean and variance."""
    if training:
        running_mean = momentum * running_mean + (1 - momentum) * x.mean(axis=0)
        running_var = momentum * running_var + (1 - momentum) * x.var(axis=0)
    return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta, running_mean, running_var


@batch_norm_layer.wrong("R2", looks_like=r"running_\w+\s*(\[.*\]\s*)?[-+*/]?=")
def running_statistics_moved_before_the_mode_is_looked_at(
    x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True
):
    """You move the running statistics in both modes, and after training you normalize with the moved ones. Only
    training moves them: put the update under `if training`."""
    mean, var = x.mean(axis=0), x.var(axis=0)
    running_mean = momentum * running_mean + (1 - momentum) * mean
    running_var = momentum * running_var + (1 - momentum) * var
    if not training:
        mean, var = running_mean, running_var
    return gamma * (x - mean) / np.sqrt(var + eps) + beta, running_mean, running_var


@batch_norm_layer.wrong("R2", looks_like=r"return")
def running_mean_and_variance_returned_exchanged(
    x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True
):
    """The running variance comes back before the running mean. The order is y, running mean, running variance."""
    y, mean, var = reference.batch_norm_layer(x, gamma, beta, running_mean, running_var, momentum, eps, training)
    return y, var, mean


@batch_norm_layer.wrong("R2", looks_like=r"reshape|newaxis|None\]|keepdims")
def running_statistics_in_the_wrong_shape(
    x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True
):
    """The running statistics come back as columns, of the shape (features, 1). They have one number for each feature,
    and the shape (features,): in any other they meet the wrong axis of the next batch."""
    y, mean, var = reference.batch_norm_layer(x, gamma, beta, running_mean, running_var, momentum, eps, training)
    return y, mean[:, None], var[:, None]


@batch_norm_layer.wrong("F7", looks_like=r"x\s*[-/*+]=|x\[.*\]\s*=[^=]")
def a_layer_that_overwrites_x(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True):
    """You change x in place, as `x -= ...` does. The backward pass needs x, and the caller's batch must stay as it was:
    `x = x - mean` makes a new array."""
    y, mean, var = reference.batch_norm_layer(x, gamma, beta, running_mean, running_var, momentum, eps, training)
    x -= x.mean(axis=0) if training else running_mean
    return y, mean, var


@batch_norm_layer.right
def a_layer_with_one_if(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True):
    mean, var = running_mean, running_var
    if training:
        mean, var = x.mean(0), x.var(0)
        running_mean = running_mean * momentum + mean * (1 - momentum)
        running_var = running_var * momentum + var * (1 - momentum)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta, running_mean, running_var


@batch_norm_layer.right
def a_layer_that_updates_in_place(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True):
    if not training:
        return (x - running_mean) * gamma * (running_var + eps) ** -0.5 + beta, running_mean, running_var
    mean, var = np.mean(x, axis=0), np.var(x, axis=0)
    running_mean += (1 - momentum) * (mean - running_mean)
    running_var += (1 - momentum) * (var - running_var)
    return (x - mean) * gamma * (var + eps) ** -0.5 + beta, running_mean, running_var


@batch_norm_layer.right
def a_layer_with_kept_axes(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True):
    running_mean, running_var = running_mean[None], running_var[None]
    mean = x.mean(axis=0, keepdims=True) if training else running_mean
    var = ((x - mean) ** 2).mean(axis=0, keepdims=True) if training else running_var
    if training:
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    return [gamma * (x - mean) / np.sqrt(var + eps) + beta, running_mean, running_var]


@batch_norm_layer.right
def a_layer_with_loops(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True):
    y, new_mean, new_var = np.zeros(x.shape), running_mean.copy(), running_var.copy()
    for k in range(x.shape[1]):
        mean, var = running_mean[k], running_var[k]
        if training:
            mean = sum(x[:, k]) / len(x)
            var = sum((value - mean) ** 2 for value in x[:, k]) / len(x)
            new_mean[k] = momentum * running_mean[k] + (1 - momentum) * mean
            new_var[k] = momentum * running_var[k] + (1 - momentum) * var
        y[:, k] = [gamma[k] * (value - mean) / (var + eps) ** 0.5 + beta[k] for value in x[:, k]]
    return y, new_mean, new_var


@batch_norm_layer.right
def a_layer_by_einsum(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True):
    old, new = running_mean.copy(), running_var.copy()
    if training:
        mean = np.einsum("nd->d", x) / len(x)
        var = np.einsum("nd,nd->d", x - mean, x - mean) / len(x)
        old, new = momentum * old + (1 - momentum) * mean, momentum * new + (1 - momentum) * var
    else:
        mean, var = running_mean, running_var
    scale = gamma / np.sqrt(var + eps)
    return np.einsum("nd,d->nd", x, scale) + (beta - mean * scale), old, new


@batch_norm_layer.right
def a_layer_in_float32(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True):
    x, gamma, beta, mean, var = (v.astype(np.float32) for v in (x, gamma, beta, running_mean, running_var))
    return a_layer_with_one_if(x, gamma, beta, mean, var, np.float32(momentum), np.float32(eps), training)
