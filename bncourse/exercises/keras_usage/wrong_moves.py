"""Wrong ideas about how a layer of one's own moves its statistics, and what it leaves out after training."""

from bncourse.exercises.keras_usage.layer_parts import add_weights, average, layer_with, scaled, while_training
from bncourse.exercises.keras_usage.own_batch_normalization import OwnBatchNormalization

_wrong = OwnBatchNormalization.wrong


@_wrong("R2")
def the_mean_averaged_into_moving_variance(momentum=0.99, epsilon=1e-3):
    """You average the mean of the batch into moving_variance, too. Its average is that of the variances."""

    def update(layer, mean, var, examples):
        for weight in (layer.moving_mean, layer.moving_variance):
            weight.assign(layer.momentum * weight + (1 - layer.momentum) * mean)

    return layer_with(momentum, epsilon, update=update)


@_wrong("R2")
def the_step_alone_is_assigned(momentum=0.99, epsilon=1e-3):
    """You assign the step alone, (1 - momentum) * (new - old). assign puts its value in the place of the old one, so
    give it old + step."""

    def update(layer, mean, var, examples):
        for weight, new in ((layer.moving_mean, mean), (layer.moving_variance, var)):
            weight.assign((1 - layer.momentum) * (new - weight))

    return layer_with(momentum, epsilon, update=update)


@_wrong("R2")
def the_new_part_alone_is_assigned(momentum=0.99, epsilon=1e-3):
    """You assign (1 - momentum) * new alone. The average also has momentum * old."""

    def update(layer, mean, var, examples):
        layer.moving_mean.assign((1 - layer.momentum) * mean)
        layer.moving_variance.assign((1 - layer.momentum) * var)

    return layer_with(momentum, epsilon, update=update)


@_wrong("R2")
def the_mean_moved_twice(momentum=0.99, epsilon=1e-3):
    """moving_mean moves twice in each training step. Once is right, as moving_variance does."""

    def update(layer, mean, var, examples):
        for weight, new in ((layer.moving_mean, mean), (layer.moving_mean, mean), (layer.moving_variance, var)):
            weight.assign(layer.momentum * weight + (1 - layer.momentum) * new)

    return layer_with(momentum, epsilon, update=update)


@_wrong("R2")
def a_variance_around_the_moving_mean(momentum=0.99, epsilon=1e-3):
    """Your variance is taken around moving_mean, after that has moved. The variance of the batch is taken around the
    mean of the batch."""

    def normalize(layer, ops, x, mean, var):
        if mean is not layer.moving_mean:
            layer.moving_mean.assign(layer.momentum * layer.moving_mean + (1 - layer.momentum) * mean)
            var = ops.mean(ops.square(x - layer.moving_mean), axis=0)
            layer.moving_variance.assign(layer.momentum * layer.moving_variance + (1 - layer.momentum) * var)
        return scaled(layer, (x - mean) / ops.sqrt(var + layer.epsilon))

    return layer_with(momentum, epsilon, normalize=normalize, update=lambda *_: None)


@_wrong("R3", looks_like=r"training")
def a_frozen_layer_whose_statistics_move(momentum=0.99, epsilon=1e-3):
    """With trainable = False your statistics still move. They may only while training and self.trainable are true."""

    def mode(layer, training):
        layer.moves_frozen = bool(training) and not layer.trainable
        return while_training(layer, training)

    def normalize(layer, ops, x, mean, var):
        if layer.moves_frozen:
            average(layer, ops.mean(x, axis=0), ops.var(x, axis=0), layer.momentum)
        return scaled(layer, (x - mean) / ops.sqrt(var + layer.epsilon))

    return layer_with(momentum, epsilon, mode=mode, normalize=normalize)


@_wrong("F7", looks_like=r"ones.*beta|beta.*ones")
def a_beta_that_starts_at_1(momentum=0.99, epsilon=1e-3):
    """Beta starts at 1. It starts at 0: initializer="zeros"."""
    return layer_with(momentum, epsilon, weights=lambda layer, shape: add_weights(layer, shape, beta="ones"))


@_wrong("F6")
def no_epsilon_after_training(momentum=0.99, epsilon=1e-3):
    """After training you divide by the root of moving_variance without epsilon. It is added there, too."""

    def normalize(layer, ops, x, mean, var):
        added = 0 if mean is layer.moving_mean else layer.epsilon
        return scaled(layer, (x - mean) / ops.sqrt(var + added))

    return layer_with(momentum, epsilon, normalize=normalize)


@_wrong("F7")
def gamma_left_out_after_training(momentum=0.99, epsilon=1e-3):
    """After training x_hat is not multiplied by gamma. It is scaled and shifted in both modes."""

    def normalize(layer, ops, x, mean, var):
        x_hat = (x - mean) / ops.sqrt(var + layer.epsilon)
        return x_hat + layer.beta if mean is layer.moving_mean else scaled(layer, x_hat)

    return layer_with(momentum, epsilon, normalize=normalize)


@_wrong("F7")
def beta_left_out_after_training(momentum=0.99, epsilon=1e-3):
    """After training beta is not added. x_hat is scaled and shifted in both modes."""

    def normalize(layer, ops, x, mean, var):
        x_hat = (x - mean) / ops.sqrt(var + layer.epsilon)
        return layer.gamma * x_hat if mean is layer.moving_mean else scaled(layer, x_hat)

    return layer_with(momentum, epsilon, normalize=normalize)


@_wrong("F7")
def gamma_times_all_of_it(momentum=0.99, epsilon=1e-3):
    """You multiply beta by gamma, too. y is gamma * x_hat + beta."""

    def normalize(layer, ops, x, mean, var):
        return layer.gamma * ((x - mean) / ops.sqrt(var + layer.epsilon) + layer.beta)

    return layer_with(momentum, epsilon, normalize=normalize)


@_wrong("K5", looks_like=r"momentum|epsilon")
def a_config_with_its_numbers_exchanged(momentum=0.99, epsilon=1e-3):
    """get_config gives momentum under the name epsilon, and epsilon under the name momentum. Exchange them."""

    def config(layer, above):
        return {**above, "momentum": layer.epsilon, "epsilon": layer.momentum}

    return layer_with(momentum, epsilon, config=config)


@_wrong("K5", looks_like=r"momentum")
def a_config_with_momentum_twice(momentum=0.99, epsilon=1e-3):
    """get_config gives momentum under the name epsilon, too. There belongs self.epsilon."""
    return layer_with(
        momentum, epsilon, config=lambda layer, above: {**above, "momentum": layer.momentum, "epsilon": layer.momentum}
    )


@_wrong("K5", looks_like=r"momentum|epsilon")
def momentum_and_epsilon_exchanged(momentum=0.99, epsilon=1e-3):
    """__init__ keeps momentum under the name epsilon, and epsilon under the name momentum. Exchange them."""
    return layer_with(momentum, epsilon, settings=lambda momentum, epsilon: (epsilon, momentum))
