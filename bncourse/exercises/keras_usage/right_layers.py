"""Batch norm layers of one's own that are right, each written in another way."""

import numpy as np

from bncourse.backend import require_keras
from bncourse.exercises.keras_usage.layer_parts import add_weights, layer_with, scaled
from bncourse.exercises.keras_usage.own_batch_normalization import OwnBatchNormalization


@OwnBatchNormalization.right
def a_layer_with_moments(momentum=0.99, epsilon=1e-3):
    return layer_with(momentum, epsilon, statistics=lambda ops, x: ops.moments(x, axes=0))


@OwnBatchNormalization.right
def a_layer_that_moves_by_the_difference(momentum=0.99, epsilon=1e-3):
    def update(layer, mean, var, examples):
        layer.moving_mean.assign(layer.moving_mean + (1 - layer.momentum) * (mean - layer.moving_mean))
        layer.moving_variance.assign_add((1 - layer.momentum) * (var - layer.moving_variance))

    return layer_with(momentum, epsilon, update=update)


@OwnBatchNormalization.right
def a_layer_with_kept_axes_and_rsqrt(momentum=0.99, epsilon=1e-3):
    def statistics(ops, x):
        mean = ops.mean(x, axis=0, keepdims=True)
        return mean[0], ops.mean(ops.square(x - mean), axis=0)

    def normalize(layer, ops, x, mean, var):
        scale = layer.gamma * ops.rsqrt(var + layer.epsilon)
        return x * scale + (layer.beta - mean * scale)

    return layer_with(momentum, epsilon, statistics=statistics, normalize=normalize)


@OwnBatchNormalization.right
def a_layer_with_the_operation_of_keras(momentum=0.99, epsilon=1e-3):
    def normalize(layer, ops, x, mean, var):
        return ops.batch_normalization(x, mean, var, -1, layer.beta, layer.gamma, layer.epsilon)

    return layer_with(momentum, epsilon, normalize=normalize)


@OwnBatchNormalization.right
def a_layer_whose_weights_have_no_names(momentum=0.99, epsilon=1e-3):
    keras = require_keras()

    class BN(keras.layers.Layer):
        def __init__(self, epsilon=1e-3, momentum=0.99, **others):
            super().__init__(**others)
            self.e, self.m = epsilon, momentum

        def build(self, shape):
            self.moving_variance = self.add_weight(shape=shape[1:], initializer="ones", trainable=False)
            self.moving_mean = self.add_weight(shape=shape[1:], initializer="zeros", trainable=False)
            self.beta = self.add_weight(shape=shape[1:], initializer=keras.initializers.Constant(0.0))
            self.gamma = self.add_weight(shape=shape[1:], initializer=keras.initializers.Ones())

        def call(self, x, training=False):
            mean, var = self.moving_mean, self.moving_variance
            if training and self.trainable:
                mean, var = keras.ops.mean(x, 0), keras.ops.std(x, 0) ** 2
                for moving, value in ((self.moving_mean, mean), (self.moving_variance, var)):
                    moving.assign(moving * self.m + value * (1 - self.m))
            return (x - mean) * self.gamma / (var + self.e) ** 0.5 + self.beta

        def get_config(self):
            config = super().get_config()
            config.update(epsilon=self.e, momentum=self.m)
            return config

    return BN(epsilon, momentum)


@OwnBatchNormalization.right
def a_layer_made_in_another_order(momentum=0.99, epsilon=1e-3):
    def weights(layer, shape):
        add_weights(layer, tuple(int(n) for n in np.asarray(shape)))

    def normalize(layer, ops, x, mean, var):
        return scaled(layer, ops.divide(ops.subtract(x, mean), ops.power(ops.add(var, layer.epsilon), 0.5)))

    return layer_with(momentum, epsilon, weights=weights, normalize=normalize)
