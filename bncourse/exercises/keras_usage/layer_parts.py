"""Batch norm layers with one part exchanged: what the wrong ideas about a layer of one's own are made of."""

from bncourse.backend import require_keras


def layer_with(momentum, epsilon, **parts):
    """Make a batch norm layer in which some parts are replaced.

    Parameters
    ----------
    momentum, epsilon : float
    **parts : callable
        ``settings(momentum, epsilon)`` (what ``__init__`` keeps), ``shape(input_shape)``, ``weights(layer, shape)``,
        ``mode(layer, training)`` (uses the batch, updates), ``statistics(ops, x)``,
        ``update(layer, mean, var, examples)``, ``normalize(layer, ops, x, mean, var)``, ``config(layer, above)``.

    Returns
    -------
    keras.layers.Layer
    """
    keras = require_keras()
    parts = {**RIGHT_PARTS, **parts}

    class Layer(keras.layers.Layer):
        def __init__(self, momentum=0.99, epsilon=1e-3, **options):
            super().__init__(**options)
            self.momentum, self.epsilon = parts["settings"](momentum, epsilon)

        def build(self, input_shape):
            parts["weights"](self, parts["shape"](input_shape))

        def call(self, x, training=None):
            uses_batch, updates = parts["mode"](self, training)
            mean, var = parts["statistics"](keras.ops, x) if uses_batch else (self.moving_mean, self.moving_variance)
            y = parts["normalize"](self, keras.ops, x, mean, var)
            if updates:
                parts["update"](self, mean, var, x.shape[0])
            return y

        def get_config(self):
            return parts["config"](self, super().get_config())

    return Layer(momentum=momentum, epsilon=epsilon)


def add_weights(layer, shape, gamma="ones", beta="zeros", moving_variance="ones", trainable=False):
    """Add the four weights."""
    layer.gamma = layer.add_weight(shape=shape, initializer=gamma, name="gamma")
    layer.beta = layer.add_weight(shape=shape, initializer=beta, name="beta")
    layer.moving_mean = layer.add_weight(shape=shape, initializer="zeros", trainable=trainable, name="moving_mean")
    layer.moving_variance = layer.add_weight(
        shape=shape, initializer=moving_variance, trainable=trainable, name="moving_variance"
    )


def while_training(layer, training):
    """Say that the batch is used and the statistics are updated in training only, unless the layer is frozen."""
    training = bool(training and layer.trainable)
    return training, training


def of_each_feature(ops, x):
    """Return the mean and the biased variance of each feature."""
    return ops.mean(x, axis=0), ops.var(x, axis=0)


def average(layer, mean, var, old):
    """Move the moving statistics, with the weight `old` for the old ones."""
    layer.moving_mean.assign(old * layer.moving_mean + (1 - old) * mean)
    layer.moving_variance.assign(old * layer.moving_variance + (1 - old) * var)


def scaled(layer, x_hat):
    """Scale and shift."""
    return layer.gamma * x_hat + layer.beta


RIGHT_PARTS = {
    "settings": lambda momentum, epsilon: (momentum, epsilon),
    "shape": lambda input_shape: (input_shape[-1],),
    "weights": add_weights,
    "mode": while_training,
    "statistics": of_each_feature,
    "update": lambda layer, mean, var, examples: average(layer, mean, var, layer.momentum),
    "normalize": lambda layer, ops, x, mean, var: scaled(layer, (x - mean) / ops.sqrt(var + layer.epsilon)),
    "config": lambda layer, above: {**above, "momentum": layer.momentum, "epsilon": layer.epsilon},
}
