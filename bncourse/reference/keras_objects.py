"""The notes' model in Keras 3, and a batch norm layer of one's own. Keras is loaded when they are called."""


def build_model():
    """Build the notes' model as one writes it today.

    128 inputs, then twice a dense layer without a bias, batch norm and ReLU (64 units, then 32), then a
    dense layer with 10 units and softmax. The bias before batch norm is left out, for batch norm subtracts
    the mean, and a bias with it; the last layer keeps its own. 10,954 parameters.

    Returns
    -------
    keras.Model
        Compiled with Adam and the categorical crossentropy.

    Raises
    ------
    Trouble
        If Keras or its backend is missing.

    References
    ----------
    Ioffe and Szegedy (2015), section 3.2, on the bias and the place before the activation.
    https://arxiv.org/abs/1502.03167
    """
    from bncourse.backend import require_keras

    keras = require_keras()
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((128,)),
            layers.Dense(64, use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Dense(32, use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def OwnBatchNormalization(momentum=0.99, epsilon=1e-3, **options):
    """Make a batch norm layer from ``keras.layers.Layer``, equal to the built-in one on batches of rows.

    It is written as a class inside this function, so that Keras is loaded only when it is called.
    Conventions are Keras's: `momentum` is the weight of the old statistic; the moving variance is the
    average of *biased* variances; a layer with ``trainable = False`` runs in inference mode, whatever
    `training` says.

    Parameters
    ----------
    momentum : float, default 0.99
    epsilon : float, default 1e-3
        Added to the variance, inside the root.
    **options
        For ``keras.layers.Layer``, such as `name`.

    Returns
    -------
    keras.layers.Layer
        With the trainable weights `gamma` and `beta` and the others `moving_mean` and `moving_variance`,
        each of shape (features,). Its input has the shape (batch, features).

    Raises
    ------
    Trouble
        If Keras or its backend is missing.

    References
    ----------
    Keras, BatchNormalization, https://keras.io/api/layers/normalization_layers/batch_normalization/
    """
    from bncourse.backend import require_keras

    keras = require_keras()
    ops = keras.ops

    class OwnBatchNormalization(keras.layers.Layer):
        def __init__(self, momentum=0.99, epsilon=1e-3, **options):
            super().__init__(**options)
            self.momentum = momentum
            self.epsilon = epsilon

        def build(self, input_shape):
            shape = (input_shape[-1],)
            self.gamma = self.add_weight(shape=shape, initializer="ones", name="gamma")
            self.beta = self.add_weight(shape=shape, initializer="zeros", name="beta")
            self.moving_mean = self.add_weight(shape=shape, initializer="zeros", trainable=False, name="moving_mean")
            self.moving_variance = self.add_weight(
                shape=shape, initializer="ones", trainable=False, name="moving_variance"
            )

        def call(self, x, training=None):
            if training and self.trainable:
                mean = ops.mean(x, axis=0)
                var = ops.var(x, axis=0)
                self.moving_mean.assign(self.momentum * self.moving_mean + (1 - self.momentum) * mean)
                self.moving_variance.assign(self.momentum * self.moving_variance + (1 - self.momentum) * var)
            else:
                mean, var = self.moving_mean, self.moving_variance
            return self.gamma * (x - mean) / ops.sqrt(var + self.epsilon) + self.beta

        def get_config(self):
            return {**super().get_config(), "momentum": self.momentum, "epsilon": self.epsilon}

    return OwnBatchNormalization(momentum=momentum, epsilon=epsilon, **options)
