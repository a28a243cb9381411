"""A residual network of equal blocks in Keras, for 8 x 8 images; how many blocks is a parameter."""

from functools import cache

from bncourse.backend import require_keras

# What stands at the end of each residual branch, behind its convolution.
KINDS = ("nothing", "batch norm", "gamma 0", "a scalar 0", "layer norm")
# A control: nothing ends the branch, and each sum is divided. With He's weights a block multiplies the mean square by
# 1.69, the square of 1.3 (`bncourse.experiments.residual.signal`), so this takes the growth away (on average), and
# leaves each branch as large a part of its sum as it was.
DIVIDED = "nothing, sum / 1.3"
_DIVISOR = 1.3
_EPS = 1e-3
_AXES = {"batch norm": (0, 1, 2), "gamma 0": (0, 1, 2), "layer norm": (1, 2, 3)}


def residual_network(blocks, kind, channels=8, init=1.0):
    """Build a network for images of 8 x 8 pixels and ten classes.

    A convolution with stride 2 makes maps of 4 x 4 positions. Then come equal blocks, ``x + branch(x)``, where a branch
    is ReLU, a 3 x 3 convolution, and what `kind` says. The last layer starts at 0, so that every network begins
    with the same loss.

    Parameters
    ----------
    blocks : int
    kind : str
        One of `KINDS`, or `DIVIDED`: "nothing"; "batch norm"; "gamma 0", a batch norm whose gamma starts at 0;
        "a scalar 0", one number that starts at 0 and is learned (SkipInit); "layer norm", over a whole map;
        "nothing, sum / 1.3", nothing, and the sum of skip and branch divided by 1.3.
    channels : int, default 8
    init : float, default 1.0
        The kernels of the branches start with this times the standard deviation of He and others (2015).

    Returns
    -------
    keras.Model
        Not compiled; it gives logits. Its batch norms have the statistics of the batch in training, and no others.

    Raises
    ------
    ValueError
        If there is no such kind.

    References
    ----------
    De and Smith (2020), introduction, for the scalar. https://arxiv.org/abs/2002.10444
    """
    keras = require_keras()
    layers = keras.layers
    inputs = keras.Input((8, 8, 1))
    x = layers.Conv2D(channels, 3, strides=2, padding="same", kernel_initializer="he_normal", name="stem")(inputs)
    x = stack_of_blocks()(blocks, kind, channels, init, name="blocks")(x)
    return keras.Model(inputs, layers.Dense(10, kernel_initializer="zeros", name="head")(layers.Flatten()(x)))


@cache
def stack_of_blocks():
    """Return the class of a layer that holds all blocks, and compiles one of them for all.

    A model with 50 separate blocks gives the same numbers, and takes a minute to compile.

    Returns
    -------
    type
        ``StackOfBlocks(blocks, kind, channels, init)``.
    """
    keras = require_keras()
    ops = keras.ops

    class StackOfBlocks(keras.layers.Layer):
        def __init__(self, blocks, kind, channels, init, **options):
            super().__init__(**options)
            if kind not in (*KINDS, DIVIDED):
                raise ValueError(f"there is no kind {kind!r}; the kinds are {'; '.join((*KINDS, DIVIDED))}")
            self.blocks, self.kind, self.channels, self.init = blocks, kind, channels, init

        def build(self, input_shape):
            blocks, channels = self.blocks, self.channels
            spread = keras.initializers.RandomNormal(stddev=self.init * (2 / (9 * channels)) ** 0.5)
            self.kernel = self.add_weight(shape=(blocks, 9 * channels, channels), initializer=spread, name="kernel")
            first = "zeros" if self.kind == "gamma 0" else "ones"
            self.gamma = self.add_weight(
                shape=(blocks, channels), initializer=first, trainable=self.kind in _AXES, name="gamma"
            )
            self.beta = self.add_weight(shape=(blocks, channels), initializer="zeros", name="beta")
            scalar = self.kind == "a scalar 0"
            self.scalar = self.add_weight(
                shape=(blocks,), initializer="zeros" if scalar else "ones", trainable=scalar, name="scalar"
            )

        def call(self, x):
            _, height, width, channels = x.shape
            divisor = _DIVISOR if self.kind == DIVIDED else 1.0

            def block(x, weights):
                kernel, gamma, beta, scalar = weights
                padded = ops.pad(ops.relu(x), ((0, 0), (1, 1), (1, 1), (0, 0)))
                # a convolution as one matrix product: nine shifted copies side by side, much faster in a loop
                shifted = [padded[:, i : i + height, j : j + width] for i in range(3) for j in range(3)]
                patches = ops.reshape(ops.concatenate(shifted, axis=-1), (-1, 9 * channels))
                y = ops.reshape(ops.matmul(patches, kernel), (-1, height, width, channels))
                if axes := _AXES.get(self.kind):
                    mean = ops.mean(y, axis=axes, keepdims=True)
                    var = ops.mean(ops.square(y - mean), axis=axes, keepdims=True)
                    y = gamma * (y - mean) / ops.sqrt(var + _EPS)
                y = (x + scalar * (y + beta)) / divisor
                return y, y  # what is collected has the shape of what is carried: TensorFlow's scan asks for that

            weights = tuple(map(ops.convert_to_tensor, (self.kernel, self.gamma, self.beta, self.scalar)))
            return ops.scan(block, x, weights)[0]

    return StackOfBlocks
