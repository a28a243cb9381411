"""The four weights of a learner's batch norm layer: what they are like, and values for them."""

import warnings

import numpy as np

from bncourse.backend import require_keras

ROLES = ("gamma", "beta", "moving_mean", "moving_variance")


def give_weights(layer, values):
    """Assign values to the four weights of a layer.

    A weight of as many numbers in another shape gets them too, so that what the layer does with it is still looked at.

    Parameters
    ----------
    layer : keras.layers.Layer
    values : tuple of ndarray of shape (features,)
        In the order of `ROLES`.

    Raises
    ------
    AttributeError
        If the layer has no such weight.
    ValueError
        If a weight has another number of numbers.
    """
    for name, value in zip(ROLES, values, strict=True):
        weight = _weight(layer, name)
        if np.prod(weight.shape) != np.size(value):
            raise ValueError(
                f"`{name}` has the shape {tuple(weight.shape)}, and the task asks for {np.shape(value)}: one number "
                "for each feature. build makes it."
            )
        weight.assign(np.reshape(np.asarray(value, np.float32), weight.shape))


def weights_of(layer):
    """Return how many weights a layer has, and the shape and the values of the four that the task names."""
    found = {name: getattr(layer, name, None) for name in ROLES}
    start = {
        f"{name} at the start": array_of(weight) if _is_weight(weight) else f"none: the layer has no weight {name}"
        for name, weight in found.items()
    }
    missing = "none: the layer has no weight"
    shapes = {
        f"the shape of {name}": str(array_of(weight).shape) if _is_weight(weight) else f"{missing} {name}"
        for name, weight in found.items()
    }
    return {
        "the number of trainable weights": len(layer.trainable_weights),
        "the number of other weights": len(layer.non_trainable_weights),
        **shapes,
        **start,
    }


def _is_weight(value):
    return hasattr(value, "assign")


def moving_statistics(layer):
    """Return the moving mean and the moving variance, as rows of numbers."""
    return {name: array_of(_weight(layer, name)).ravel() for name in ROLES[2:]}


def _weight(layer, name):
    weight = getattr(layer, name, None)
    if weight is not None and not hasattr(weight, "assign"):
        raise AttributeError(
            f"self.{name} is no longer a weight, or never was one. Make it in build with self.add_weight(...), and "
            f"change it with self.{name}.assign(value): `self.{name} = value` puts a plain array in its place."
        )
    if weight is None:
        raise AttributeError(
            f"The layer has no weight {name}. Make it in build: self.{name} = self.add_weight(...); "
            "the four are gamma, beta, moving_mean and moving_variance."
        )
    return weight


def array_of(tensor):
    """Return the numbers of a tensor or a variable of Keras."""
    keras = require_keras()
    # NumPy warns when it reads a Keras variable, but not when it reads the tensor inside
    inner = tensor.value if isinstance(tensor, keras.Variable) else tensor
    with warnings.catch_warnings():
        # on TensorFlow and PyTorch it warns about the tensor too; the learner cannot mend it
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
        return np.array(keras.ops.convert_to_numpy(inner))
