"""Wrong ideas about what a layer of one's own keeps: its configuration, and what fit changes of it."""

from bncourse.exercises.keras_usage.layer_parts import layer_with, scaled
from bncourse.exercises.keras_usage.own_batch_normalization import OwnBatchNormalization

_wrong = OwnBatchNormalization.wrong


@_wrong("K5")
def a_config_without_its_numbers(momentum=0.99, epsilon=1e-3):
    """get_config does not name momentum and epsilon, so a saved layer comes back with the defaults. Add both to what
    super().get_config() gives."""
    return layer_with(momentum, epsilon, config=lambda layer, above: above)


@_wrong("K5")
def a_config_without_epsilon(momentum=0.99, epsilon=1e-3):
    """get_config does not name epsilon, so a saved layer comes back with the default. Name momentum and epsilon
    both."""
    return layer_with(momentum, epsilon, config=lambda layer, above: {**above, "momentum": layer.momentum})


@_wrong("K5")
def a_config_without_momentum(momentum=0.99, epsilon=1e-3):
    """get_config does not name momentum, so a saved layer comes back with the default. Name momentum and epsilon
    both."""
    return layer_with(momentum, epsilon, config=lambda layer, above: {**above, "epsilon": layer.epsilon})


@_wrong("K5")
def a_config_without_the_name_of_the_layer(momentum=0.99, epsilon=1e-3):
    """get_config does not give the layer's name. super().get_config() has it: begin with that, and add momentum and
    epsilon."""
    return layer_with(
        momentum, epsilon, config=lambda layer, above: {"momentum": layer.momentum, "epsilon": layer.epsilon}
    )


@_wrong("K5")
def a_config_with_the_defaults(momentum=0.99, epsilon=1e-3):
    """get_config names 0.99 and 1e-3, and not the momentum and the epsilon of this layer: self.momentum and
    self.epsilon."""
    return layer_with(momentum, epsilon, config=lambda layer, above: {**above, "momentum": 0.99, "epsilon": 1e-3})


@_wrong("R2")
def y_by_the_moving_statistics_after_the_update(momentum=0.99, epsilon=1e-3):
    """While training you move the statistics first, and then normalize with the moving ones. While training y comes
    from the mean and the variance of the batch."""

    def normalize(layer, ops, x, mean, var):
        if mean is not layer.moving_mean:
            mean = layer.momentum * layer.moving_mean + (1 - layer.momentum) * mean
            var = layer.momentum * layer.moving_variance + (1 - layer.momentum) * var
        return scaled(layer, (x - mean) / ops.sqrt(var + layer.epsilon))

    return layer_with(momentum, epsilon, normalize=normalize)


@_wrong("F7")
def gamma_or_beta_not_trained(momentum=0.99, epsilon=1e-3):
    """gamma or beta has trainable=False, so training leaves it as it is. Only the two moving statistics are not
    trained."""

    def weights(layer, shape):
        for name, start, trained in (
            ("gamma", "ones", False),
            ("beta", "zeros", True),
            ("moving_mean", "zeros", False),
            ("moving_variance", "ones", False),
        ):
            setattr(layer, name, layer.add_weight(shape=shape, initializer=start, trainable=trained, name=name))

    return layer_with(momentum, epsilon, weights=weights)


@_wrong("F3", looks_like=r"input_shape\[0\]|batch")
def weights_as_long_as_the_batch(momentum=0.99, epsilon=1e-3):
    """The weights have one number for each example of the batch: input_shape[0]. They have one for each feature, and
    input_shape[-1] says how many there are."""
    return layer_with(momentum, epsilon, shape=lambda input_shape: (input_shape[0],))


@_wrong("F3", looks_like=r"tuple\(input_shape\)|shape\s*=\s*input_shape\b(?!\[)")
def weights_in_the_shape_of_the_input(momentum=0.99, epsilon=1e-3):
    """The weights have the shape of the input, batch and all. They have one number for each feature: the shape is
    (input_shape[-1],)."""
    return layer_with(momentum, epsilon, shape=lambda input_shape: tuple(input_shape))


@_wrong("F7", looks_like=r"1\s*,")
def weights_with_an_axis_of_length_1(momentum=0.99, epsilon=1e-3):
    """The weights have the shape (1, features). The task asks for (features,), as Keras's own layer has them."""
    return layer_with(momentum, epsilon, shape=lambda input_shape: (1, input_shape[-1]))
