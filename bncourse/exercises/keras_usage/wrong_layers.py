"""Wrong ideas about a batch norm layer of one's own: its weights, its statistics, and which it uses when."""

from bncourse.exercises.keras_usage.layer_parts import add_weights, average, layer_with, of_each_feature, scaled
from bncourse.exercises.keras_usage.own_batch_normalization import OwnBatchNormalization

_wrong = OwnBatchNormalization.wrong


@_wrong("K3")
def moving_statistics_that_are_trainable(momentum=0.99, epsilon=1e-3):
    """The moving mean and variance are trainable weights here, and no gradient reaches them: only assign may move them.
    Give their add_weight trainable=False."""
    return layer_with(momentum, epsilon, weights=lambda layer, shape: add_weights(layer, shape, trainable=True))


@_wrong("K3", looks_like=r"moving_(mean|variance)\s*=")
def moving_statistics_that_are_no_weights(momentum=0.99, epsilon=1e-3):
    """The moving mean and variance are plain attributes, so they are neither counted nor saved with the model. Make
    them in build with self.add_weight(..., trainable=False)."""

    def weights(layer, shape):
        layer.gamma = layer.add_weight(shape=shape, initializer="ones", name="gamma")
        layer.beta = layer.add_weight(shape=shape, initializer="zeros", name="beta")
        layer.moving_mean, layer.moving_variance = 0.0, 1.0

    return layer_with(momentum, epsilon, weights=weights)


@_wrong("F7")
def a_gamma_that_starts_at_0(momentum=0.99, epsilon=1e-3):
    """Gamma starts at 0, so the layer gives beta alone. It starts at 1: initializer="ones"."""
    return layer_with(momentum, epsilon, weights=lambda layer, shape: add_weights(layer, shape, gamma="zeros"))


@_wrong("R2")
def a_moving_variance_that_starts_at_0(momentum=0.99, epsilon=1e-3):
    """The moving variance starts at 0. It starts at 1, so that an untrained layer leaves its input nearly as it is:
    initializer="ones"."""
    return layer_with(
        momentum, epsilon, weights=lambda layer, shape: add_weights(layer, shape, moving_variance="zeros")
    )


@_wrong("F3", looks_like=r"axis\s*=\s*-?1")
def statistics_of_each_example(momentum=0.99, epsilon=1e-3):
    """You take the mean and the variance of each example (axis 1 or -1). That is layer normalization; BN takes
    them of each feature, over the batch (axis 0)."""

    def over_features(ops, x):
        return ops.mean(x, axis=-1, keepdims=True), ops.var(x, axis=-1, keepdims=True)

    # the averages are left alone: their shape would not fit
    return layer_with(momentum, epsilon, statistics=over_features, update=lambda *_: None)


@_wrong("F3", looks_like=r"mean\(\s*\w+\s*\)|var\(\s*\w+\s*\)")
def one_mean_for_all_features(momentum=0.99, epsilon=1e-3):
    """You take one mean and one variance of the whole batch. BN has one of each for every feature: axis=0."""
    return layer_with(momentum, epsilon, statistics=lambda ops, x: (ops.mean(x), ops.var(x)))


@_wrong("F5", looks_like=r"-\s*1\)|ddof")
def normalizes_with_the_unbiased_variance(momentum=0.99, epsilon=1e-3):
    """You normalize with the unbiased variance (divided by the batch size less one). BN normalizes with the
    biased one, which ops.var gives."""

    def unbiased(ops, x):
        mean, var = of_each_feature(ops, x)
        return mean, var * (x.shape[0] / (x.shape[0] - 1))

    return layer_with(momentum, epsilon, statistics=unbiased)


@_wrong("R1", looks_like=r"momentum")
def the_momentum_the_wrong_way_round(momentum=0.99, epsilon=1e-3):
    """momentum weighs the new value in your layer. In Keras it weighs the old one: momentum * old + (1 -
    momentum) * new."""
    return layer_with(
        momentum,
        epsilon,
        update=lambda layer, mean, var, examples: average(layer, mean, var, 1 - layer.momentum),
    )


@_wrong("R1", looks_like=r"0?\.99|0?\.01")
def a_momentum_written_into_the_code(momentum=0.99, epsilon=1e-3):
    """You average with 0.99 and not with the momentum that was passed."""
    return layer_with(momentum, epsilon, update=lambda layer, mean, var, examples: average(layer, mean, var, 0.99))


@_wrong("R2")
def moving_statistics_never_updated(momentum=0.99, epsilon=1e-3):
    """The moving mean and variance stay as they were. While training, call must .assign the averages to them."""
    return layer_with(momentum, epsilon, update=lambda *_: None)


@_wrong("R2")
def moving_statistics_replaced_by_those_of_the_batch(momentum=0.99, epsilon=1e-3):
    """You store the statistics of the last batch. The moving ones are averages: momentum times the old value, and
    1 - momentum times that of the batch."""
    return layer_with(momentum, epsilon, update=lambda layer, mean, var, examples: average(layer, mean, var, 0.0))


@_wrong("R2")
def the_deviation_averaged(momentum=0.99, epsilon=1e-3):
    """You average the standard deviation into moving_variance. It holds an average of variances."""
    return layer_with(
        momentum,
        epsilon,
        update=lambda layer, mean, var, examples: average(layer, mean, var**0.5, layer.momentum),
    )


@_wrong("R5", looks_like=r"-\s*1\)")
def the_unbiased_variance_averaged(momentum=0.99, epsilon=1e-3):
    """You average the unbiased variance, as PyTorch does. Keras averages the biased one, with which it also
    normalizes."""
    return layer_with(
        momentum,
        epsilon,
        update=lambda layer, mean, var, examples: average(
            layer, mean, var * (examples / (examples - 1)), layer.momentum
        ),
    )


@_wrong("R2")
def only_the_mean_updated(momentum=0.99, epsilon=1e-3):
    """moving_mean is updated, moving_variance is not. Both follow the batches."""

    def update(layer, mean, var, examples):
        average(layer, mean, layer.moving_variance, layer.momentum)

    return layer_with(momentum, epsilon, update=update)


@_wrong("R3", looks_like=r"training")
def the_batch_at_inference(momentum=0.99, epsilon=1e-3):
    """You normalize with the statistics of the batch after training too. With training=False the moving ones are
    used, so that one row's output does not depend on the others."""
    return layer_with(momentum, epsilon, mode=lambda layer, training: (True, bool(training and layer.trainable)))


@_wrong("R3", looks_like=r"training")
def training_mode_at_inference(momentum=0.99, epsilon=1e-3):
    """As long as it is trainable, your layer does the same whatever `training` is: it uses the batch and changes its
    moving statistics even at inference. Only with training=True may it do so."""
    return layer_with(momentum, epsilon, mode=lambda layer, training: (True, True))


@_wrong("R3", looks_like=r"not\s+training|training\s*(?:is|==)\s*False")
def training_the_wrong_way_round(momentum=0.99, epsilon=1e-3):
    """Your layer has the two modes the wrong way round: it uses the batch and moves its statistics where `training` is
    false, and uses the moving ones where it is true."""
    return layer_with(momentum, epsilon, mode=lambda layer, training: (not training, not training))


@_wrong("R3", looks_like=r"training\s*=\s*True|is not False|is None")
def training_when_nobody_says_so(momentum=0.99, epsilon=1e-3):
    """Where nobody says whether it is training (training=None), your layer trains. Like the built-in one, it must
    then use the moving statistics."""

    def mode(layer, training):
        training = training is not False and layer.trainable
        return training, training

    return layer_with(momentum, epsilon, mode=mode)


@_wrong("R3", looks_like=r"moving_")
def the_moving_statistics_while_training(momentum=0.99, epsilon=1e-3):
    """You normalize with the moving statistics while training too. With training=True those of the batch are used."""

    def call_with_moving(layer, ops, x, mean, var):
        return scaled(layer, (x - layer.moving_mean) / ops.sqrt(layer.moving_variance + layer.epsilon))

    return layer_with(momentum, epsilon, normalize=call_with_moving)
