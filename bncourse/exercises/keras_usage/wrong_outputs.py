"""Wrong ideas about a batch norm layer of one's own: frozen, epsilon, gamma and beta, the gradient."""

from bncourse.exercises.keras_usage.layer_parts import average, layer_with, of_each_feature, scaled
from bncourse.exercises.keras_usage.own_batch_normalization import OwnBatchNormalization

_wrong = OwnBatchNormalization.wrong


@_wrong("K2")
def a_frozen_layer_that_trains_on(momentum=0.99, epsilon=1e-3):
    """With trainable = False your layer still uses the batch and changes its moving statistics. Like the built-in
    one it must then run as at inference: look at `training and self.trainable`."""
    return layer_with(momentum, epsilon, mode=lambda layer, training: (bool(training), bool(training)))


@_wrong("F6", looks_like=r"sqrt\([^)]*\)\s*\+")
def epsilon_outside_the_root_of_the_layer(momentum=0.99, epsilon=1e-3):
    """You add epsilon to the standard deviation, outside the root. It belongs to the variance, inside the root."""
    return layer_with(
        momentum,
        epsilon,
        normalize=lambda layer, ops, x, mean, var: scaled(layer, (x - mean) / (ops.sqrt(var) + layer.epsilon)),
    )


@_wrong("F6", looks_like=r"sqrt|1e-")
def an_epsilon_of_the_layer_that_is_not_used(momentum=0.99, epsilon=1e-3):
    """A fixed epsilon of 1e-3 is used, not the `epsilon` that was passed."""
    return layer_with(
        momentum,
        epsilon,
        normalize=lambda layer, ops, x, mean, var: scaled(layer, (x - mean) / ops.sqrt(var + 1e-3)),
    )


@_wrong("F6", looks_like=r"sqrt")
def a_layer_without_epsilon(momentum=0.99, epsilon=1e-3):
    """Epsilon is left out. It is added to the variance, inside the root."""
    return layer_with(
        momentum, epsilon, normalize=lambda layer, ops, x, mean, var: scaled(layer, (x - mean) / ops.sqrt(var))
    )


@_wrong("F1", looks_like=r"/")
def a_layer_that_divides_by_the_variance(momentum=0.99, epsilon=1e-3):
    """You divide by the variance (plus epsilon); BN divides by its square root."""
    return layer_with(
        momentum,
        epsilon,
        normalize=lambda layer, ops, x, mean, var: scaled(layer, (x - mean) / (var + layer.epsilon)),
    )


@_wrong("F7", looks_like=r"return")
def gamma_and_beta_never_used(momentum=0.99, epsilon=1e-3):
    """Gamma and beta are there, but call does not use them: scale by gamma, then add beta, in training and after
    it."""
    return layer_with(
        momentum,
        epsilon,
        normalize=lambda layer, ops, x, mean, var: (x - mean) / ops.sqrt(var + layer.epsilon),
    )


@_wrong("F7", looks_like=r"return")
def a_layer_without_beta(momentum=0.99, epsilon=1e-3):
    """You scale by gamma, and do not add beta."""
    return layer_with(
        momentum,
        epsilon,
        normalize=lambda layer, ops, x, mean, var: layer.gamma * (x - mean) / ops.sqrt(var + layer.epsilon),
    )


@_wrong("F7", looks_like=r"return")
def gamma_and_beta_left_out_after_training(momentum=0.99, epsilon=1e-3):
    """While training you scale and shift; with training=False gamma and beta are left out. They belong to both."""

    def normalize(layer, ops, x, mean, var):
        x_hat = (x - mean) / ops.sqrt(var + layer.epsilon)
        return x_hat if mean is layer.moving_mean else scaled(layer, x_hat)

    return layer_with(momentum, epsilon, normalize=normalize)


@_wrong("F7")
def gamma_and_beta_that_are_not_trained(momentum=0.99, epsilon=1e-3):
    """gamma and beta have trainable=False, so training leaves them as they are. Only the two moving statistics are
    not trained."""

    def weights(layer, shape):
        for name, start in (
            ("gamma", "ones"),
            ("beta", "zeros"),
            ("moving_mean", "zeros"),
            ("moving_variance", "ones"),
        ):
            setattr(layer, name, layer.add_weight(shape=shape, initializer=start, trainable=False, name=name))

    return layer_with(momentum, epsilon, weights=weights)


@_wrong("B1", looks_like=r"stop_gradient|detach")
def statistics_without_a_gradient(momentum=0.99, epsilon=1e-3):
    """Your layer stops the gradient of the mean and the variance of the batch (stop_gradient). They depend on the
    inputs, and the gradient goes through them."""

    def statistics(ops, x):
        return tuple(map(ops.stop_gradient, of_each_feature(ops, x)))

    return layer_with(momentum, epsilon, statistics=statistics)


@_wrong("R2", looks_like=r"epsilon")
def epsilon_averaged_too(momentum=0.99, epsilon=1e-3):
    """The variance that you average already holds epsilon. Average the variance alone; epsilon comes in each time the
    layer normalizes."""
    return layer_with(
        momentum,
        epsilon,
        update=lambda layer, mean, var, examples: average(layer, mean, var + layer.epsilon, layer.momentum),
    )


@_wrong("K2")
def a_frozen_layer_that_still_uses_the_batch(momentum=0.99, epsilon=1e-3):
    """With trainable = False and training=True your layer still normalizes with the statistics of the batch. Like the
    built-in one, a frozen layer uses the moving ones: look at `training and self.trainable`."""
    return layer_with(
        momentum, epsilon, mode=lambda layer, training: (bool(training), bool(training and layer.trainable))
    )


@_wrong("F7", looks_like=r"beta\s*\*|\*\s*(self\.)?beta")
def gamma_and_beta_of_the_layer_swapped(momentum=0.99, epsilon=1e-3):
    """gamma and beta have changed places: gamma scales, beta is added."""
    return layer_with(
        momentum,
        epsilon,
        normalize=lambda layer, ops, x, mean, var: (
            layer.beta * (x - mean) / ops.sqrt(var + layer.epsilon) + layer.gamma
        ),
    )
