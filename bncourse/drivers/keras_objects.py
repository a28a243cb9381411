"""Handle a learner's Keras model or layer: build it, give it weights and inputs, and bring plain values back."""

import contextlib
import re
import tempfile
import warnings
from pathlib import Path

import numpy as np

from bncourse.backend import require_keras
from bncourse.drivers.exported_model import export_model
from bncourse.drivers.layer_weights import array_of, give_weights, moving_statistics, weights_of
from bncourse.drivers.model_layers import layers_in_words
from bncourse.drivers.own_steps import with_own_steps
from bncourse.drivers.precision import in_single_precision
from bncourse.drivers.rebuilt_model import rebuild_model


@in_single_precision
def describe_model(build_model, what, x=None, seed=0):
    """Build a model and say what it is, or what it answers.

    However the model is built (Sequential or functional, an activation as a layer or as an argument), the
    same model gives the same values.

    Parameters
    ----------
    build_model : callable
        Called without arguments; gives a `keras.Model`.
    what : {"layers", "outputs", "compiled"}
    x : ndarray of shape (batch, features), optional
        For "outputs": the inputs. The weights are drawn from `seed`, the same for the same kind and shape.
    seed : int

    Returns
    -------
    dict
    """
    model = build_model()
    if not isinstance(model, require_keras().Model):
        raise TypeError(f"build_model gives {_kind(model)}; it must return the model, a keras.Model.")
    if what == "compiled":
        optimizer = getattr(model, "optimizer", None)
        return {
            "the optimizer": type(optimizer).__name__.lower() if optimizer else "none: the model is not compiled",
            "the loss": _loss(getattr(model, "loss", None)) if optimizer else "none: the model is not compiled",
            "the loss of two rows": _loss_of_two_rows(model) if optimizer else float("inf"),
        }
    if not model.built:
        raise ValueError("The model does not know its input yet; begin it with keras.Input((128,)).")
    if what == "layers":
        return {
            "the shape of the input": str(tuple(model.input_shape)),
            "the shape of the output": str(tuple(model.output_shape)),
            "the number of parameters": model.count_params(),
            "the number of trainable ones": sum(int(np.prod(w.shape)) for w in model.trainable_weights),
            "the shapes of the weights": " ".join(str(tuple(w.shape)) for w in model.weights),
            "the layers": layers_in_words(model),
        }
    for weight in model.weights:
        weight.assign(_drawn(weight.name, tuple(weight.shape), seed))
    x = np.asarray(x, np.float32)
    inference = array_of(model(x, training=False))
    training = array_of(model(x, training=True))
    moved = [array_of(w) for w in model.non_trainable_weights if "seed" not in w.name]
    return {
        "the output after training (training=False)": inference,
        "the output while training (training=True)": training,
        "the moving statistics after one batch": np.concatenate(moved) if moved else np.zeros(0, np.float32),
        "the layers": layers_in_words(model),
    }


# Behind a wall the model crosses as plain data; the judge makes it again, and finds out what it is and gives.
describe_model.rebuilds = rebuild_model
describe_model.exports = export_model
describe_model.call_of = lambda *_, **__: {}  # build_model takes nothing


@in_single_precision
@with_own_steps
def drive_layer(layer_class, what, x, momentum, epsilon, gamma, beta, moving_mean, moving_variance):
    """Make a batch norm layer, give it weights, and bring back what it does with a batch.

    Parameters
    ----------
    layer_class : callable
        ``layer_class(momentum=..., epsilon=...)`` gives a `keras.layers.Layer`.
    what : {"weights", "training", "fit", "inference", "moving statistics", "frozen", "config"}
    x : ndarray of shape (batch, features), or (steps, batch, features) for "moving statistics"
    momentum, epsilon : float
    gamma, beta, moving_mean, moving_variance : ndarray of shape (features,)

    Returns
    -------
    dict
    """
    keras = require_keras()
    if isinstance(layer_class, keras.layers.Layer):
        raise TypeError("The check received a layer. Give it the class, the name alone with no brackets after it.")
    layer = layer_class(momentum=momentum, epsilon=epsilon)
    if not isinstance(layer, keras.layers.Layer):
        raise TypeError(f"The check received {_kind(layer)}; the class must be made from keras.layers.Layer.")
    x = np.asarray(x, np.float32)
    first = x if x.ndim == 2 else x[0]
    if what == "weights":
        layer.build(first.shape)  # no call: who has written build alone is told that it holds
        return weights_of(layer)
    with _no_numpy():
        layer(first, training=False)
    give_weights(layer, (gamma, beta, moving_mean, moving_variance))
    if what == "training":
        return {"y while training": array_of(layer(x, training=True))}
    if what == "fit":
        with _no_numpy():
            return {"the weights before the layer, after a step of fit": _stepped(keras, layer, x)}
    if what == "moving statistics":
        for batch in x:
            layer(batch, training=True)
        return moving_statistics(layer)
    if what == "inference":
        y, again = layer(x, training=False), layer(x)
        return {
            "y after training": array_of(y),
            "y where nobody says which": array_of(again),
            **moving_statistics(layer),
        }
    if what == "frozen":
        layer.trainable = False
        y = array_of(layer(x, training=True))
        return {
            "y of a frozen layer": y,
            **moving_statistics(layer),
            "the number of trainable weights": len(layer.trainable_weights),
        }
    with _no_numpy():
        return _config_and_copies(keras, layer, x, layer_class)


drive_layer.calculates_in_single = True
drive_layer.explains = (
    r"hands a tensor to NumPy|an earlier call has kept|no longer a weight|has no weight|the task asks for"
)
drive_layer.call_of = lambda what, x, momentum, epsilon, *weights: {"momentum": momentum, "epsilon": epsilon}


def _stepped(keras, layer, x):
    """Return the weights of a dense layer before this one, after one step of gradient descent, as fit makes it."""
    inputs, units = x.shape[1], array_of(layer.gamma).size
    start = np.cos(np.arange(inputs * units, dtype=np.float32)).reshape(inputs, units)
    wanted = np.sin(np.arange(x.size, dtype=np.float32)).reshape(x.shape)
    if keras.backend.backend() == "jax":
        return _stepped_on_jax(layer, x, start, wanted)
    dense = keras.layers.Dense(units, use_bias=False, kernel_initializer=lambda *_, **__: start)
    model = keras.Sequential([keras.Input((inputs,)), dense, layer])
    model.compile(keras.optimizers.SGD(1.0), "mse", run_eagerly=True, jit_compile=False)
    with warnings.catch_warnings():
        # as below, on PyTorch: it is Keras that reads its own variables so
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
        model.train_on_batch(x, wanted)
    return array_of(dense.kernel)


def _stepped_on_jax(layer, x, start, wanted):
    """Do the same without an optimizer and its metrics, which JAX would compile for a second when first used.

    As in fit there are no numbers while it is traced. What is computed is not compiled as a whole: a layer, and each
    wrong one that it is compared with, would be compiled anew.
    """
    import jax

    weights = [[variable.value for variable in group] for group in _variables(layer)]

    def loss(kernel):
        y, _ = layer.stateless_call(*weights, x @ kernel, training=True)
        return ((y - wanted) ** 2).mean()

    kept = dict(vars(layer))
    jax.eval_shape(loss, start)
    vars(layer).update(kept)  # a layer that keeps a tensor without numbers in itself would find it again
    return np.array(start - jax.grad(loss)(start))


def _variables(layer):
    return layer.trainable_variables, layer.non_trainable_variables


@contextlib.contextmanager
def _no_numpy():
    """Say what stops a layer that hands tensors to NumPy; each backend says it in words of its own."""
    try:
        yield
    except Exception as error:
        if re.search("UnexpectedTracer", type(error).__name__):
            raise TypeError(
                "call uses a tensor that an earlier call has kept, in self or outside; it has no numbers any more. "
                "What must stay from call to call belongs into a weight, by assign."
            ) from error
        if not re.search(
            r"Tracer|Concretization|KerasTensor|_error_repr|symbolic|numpy\(\)", f"{type(error).__name__} {error}"
        ):
            raise
        raise TypeError(
            "call hands a tensor to NumPy, or asks for its numbers. Inside fit there are none yet: compute with "
            "keras.ops, such as ops.mean(x, axis=0), and write no np. in call."
        ) from error


def _config_and_copies(keras, layer, x, make):
    config, usual = layer.get_config(), make().get_config()
    copy = type(layer).from_config(config)
    copied = array_of(copy(x, training=True))  # gamma 1 and beta 0, so what differs is epsilon
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # NumPy 2 warns about the way in which Keras reads its variables when it saves; the learner cannot mend it
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
        path = Path(folder) / "model.keras"
        keras.Sequential([keras.Input(x.shape[1:]), layer]).save(path)
        saved = keras.models.load_model(path, custom_objects={type(layer).__name__: type(layer)})
    return {
        **{f"{key} in get_config()": _kept(config, key) for key in ("momentum", "epsilon")},
        **{f"{key} where none is passed": _kept(usual, key) for key in ("momentum", "epsilon")},
        "the name in get_config()": "that of the layer" if config.get("name") == layer.name else _kept(config, "name"),
        "y of the layer that from_config gives": copied,
        "y of the layer saved and loaded": array_of(saved(x, training=False)),
    }


def _kept(config, key):
    return config.get(key, f"none: the key {key!r} is not in get_config()")


def _drawn(name, shape, seed):
    rng = np.random.default_rng([seed, *name.encode(), *shape])
    values = rng.standard_normal(shape)
    if "variance" in name:
        values = np.exp(values)
    elif len(shape) == 2:
        values = values / np.sqrt(shape[0])
    return values.astype(np.float32)


def _loss(loss):
    if loss is None:
        return "none: compile was given no loss"
    found = require_keras().losses.get(loss)  # "CategoricalCrossentropy" names the same one
    return (getattr(found, "name", None) or getattr(found, "__name__", _kind(found))).lower()


def _loss_of_two_rows(model):
    """Return the loss of probabilities that are not sure; its options, such as from_logits, change it."""
    outputs = model.output_shape[-1]
    label, said = np.eye(outputs, dtype=np.float32)[[0, outputs - 1]], np.full((2, outputs), 0.5, np.float32)
    said[:, 0] = 1.0
    said /= said.sum(axis=1, keepdims=True)
    if "sparse" in _loss(model.loss):
        label = label.argmax(axis=1)
    return float(array_of(model.compute_loss(x=None, y=label, y_pred=require_keras().ops.convert_to_tensor(said))))


def _kind(value):
    return "None" if value is None else f"an object of the type {type(value).__name__}"
