"""A learner's Keras model as plain data: layers, how they are joined, and how the model is compiled.

This runs where the model lives. It tells kinds, options and shapes in a small grammar of this course's own, and neither
weights nor initializers, because a check gives the weights. `bncourse.drivers.rebuilt_model` reads it on the other side
of the wall; nothing here is believed there.
"""

from bncourse.backend import require_keras
from bncourse.drivers.precision import in_single_precision

# What is told of a layer or an operation of Keras, by its class.
LAYERS = {
    "Activation": ("activation",),
    "Add": (),
    "AlphaDropout": ("rate",),
    "BatchNormalization": ("axis", "momentum", "epsilon", "center", "scale", "beta_regularizer", "gamma_regularizer"),
    "Concatenate": ("axis",),
    "Dense": ("units", "activation", "use_bias", "kernel_regularizer", "bias_regularizer", "activity_regularizer"),
    "Dropout": ("rate",),
    "ELU": ("alpha",),
    "Flatten": (),
    "GaussianDropout": ("rate",),
    "GaussianNoise": ("stddev",),
    "Identity": (),
    "LayerNormalization": ("axis", "epsilon", "center", "scale"),
    "LeakyReLU": ("negative_slope",),
    "Multiply": (),
    "ReLU": ("max_value", "negative_slope", "threshold"),
    "Rescaling": ("scale", "offset"),
    "Reshape": ("target_shape",),
    "Softmax": ("axis",),
    "Subtract": (),
}
OPERATIONS = {
    "Add": (), "Celu": ("alpha",), "Clip": ("x_min", "x_max"), "Divide": (), "Elu": ("alpha",), "Exp": (),
    "Gelu": ("approximate",), "HardSigmoid": (), "LeakyRelu": ("negative_slope",), "LogSigmoid": (),
    "LogSoftmax": ("axis",), "Maximum": (), "Minimum": (), "Multiply": (),
    "ReLU": ("max_value", "negative_slope", "threshold"), "Relu": (), "Relu6": (), "Selu": (), "Sigmoid": (),
    "Silu": (), "Softmax": ("axis",), "Softplus": (), "Softsign": (), "Subtract": (), "Tanh": (), "TrueDivide": (),
}  # fmt: skip
ACTIVATIONS = (
    "elu", "exponential", "gelu", "hard_sigmoid", "leaky_relu", "linear", "log_softmax", "mish", "relu", "relu6",
    "selu", "sigmoid", "silu", "softmax", "softplus", "softsign", "tanh",
)  # fmt: skip
LOSSES = {
    "BinaryCrossentropy": ("from_logits", "label_smoothing", "axis", "reduction"),
    "BinaryFocalCrossentropy": ("alpha", "gamma", "from_logits", "label_smoothing", "axis", "reduction"),
    "CategoricalCrossentropy": ("from_logits", "label_smoothing", "axis", "reduction"),
    "CategoricalFocalCrossentropy": ("alpha", "gamma", "from_logits", "label_smoothing", "axis", "reduction"),
    "CategoricalHinge": ("reduction",),
    "CosineSimilarity": ("axis", "reduction"),
    "Hinge": ("reduction",),
    "Huber": ("delta", "reduction"),
    "KLDivergence": ("reduction",),
    "LogCosh": ("reduction",),
    "MeanAbsoluteError": ("reduction",),
    "MeanSquaredError": ("reduction",),
    "Poisson": ("reduction",),
    "SparseCategoricalCrossentropy": ("from_logits", "ignore_class", "axis", "reduction"),
    "SquaredHinge": ("reduction",),
}
_OWN = "a class of your own"
_MOST_STEPS = 500  # no more are told; far fewer are accepted


@in_single_precision
def export_model(build_model):
    """Build a model and tell what it is.

    Parameters
    ----------
    build_model : callable

    Returns
    -------
    dict
        built, outputs, input, steps, gives, compiled; see `bncourse.drivers.rebuilt_model`.
    """
    keras = require_keras()
    model = build_model()
    if not isinstance(model, keras.Model):
        kind = "None" if model is None else f"an object of the type {type(model).__name__}"
        raise TypeError(f"build_model gives {kind}; it must return the model, a keras.Model.")
    told = {"built": bool(model.built), "compiled": _compiled(keras, model)}
    if not told["built"]:
        return told
    shape = getattr(model, "output_shape", None)
    told["outputs"] = shape[-1] if isinstance(shape, tuple) and shape else None
    try:
        told |= _joined(keras, model)
    except _Untold as untold:
        told["untold"] = str(untold)
    return told


class _Untold(Exception):
    """Something of the model that has no place in the grammar."""


def _joined(keras, model):
    """Tell the input, the layers in the order in which they are called, and which value comes out."""
    if not isinstance(model, keras.Sequential) and not hasattr(model, "operations"):
        raise _Untold("it is a keras.Model of a class of your own")
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise _Untold("it has more than one input or output")
    steps, numbers = [], {}
    gives = _walk(keras, model, 0, steps, numbers)
    shape = tuple(model.inputs[0].shape)[1:]
    return {"input": {"shape": shape, "dtype": str(model.inputs[0].dtype)}, "steps": steps, "gives": gives}


def _walk(keras, model, value, steps, numbers):
    """Add the steps of a model that is called with a value; give the number of the value that comes out."""
    if isinstance(model, keras.Sequential):
        for layer in model.layers:
            value = _step(keras, layer, [value], {}, steps, numbers)
        return value
    # made anew of the same tensors: a class of one's own, with a constructor of its own, does not tell how it is joined
    config = keras.Model(model.inputs, model.outputs).get_config()
    operations = {operation.name: operation for operation in model.operations}
    values = {(_first(config["input_layers"])[0], 0): value}
    waiting = [
        (layer["name"], number, node)
        for layer in config["layers"]
        for number, node in enumerate(layer["inbound_nodes"])
        if type(operations[layer["name"]]) is not keras.layers.InputLayer
    ]
    while waiting:
        left = []
        for name, number, node in waiting:
            takes = [_taken(argument, values) for argument in _arguments(node)]
            if None in takes:
                left.append((name, number, node))
            else:
                values[name, number] = _step(keras, operations[name], takes, node["kwargs"], steps, numbers)
        if len(left) == len(waiting):
            raise _Untold("its layers are joined in a way that the check does not read")
        waiting = left
    name, number = _first(config["output_layers"])[:2]
    return values[name, number]


def _first(found):
    """Return the first of the places of a configuration; where there is one, some versions of Keras give it alone."""
    while isinstance(found, dict):  # inputs or outputs with names
        found = next(iter(found.values()))
    return found if isinstance(found[0], str) else found[0]


def _arguments(node):
    """Yield what a layer is called with: what is passed without a name, then by the name of an input, x1 before x2."""
    named = (node["kwargs"][name] for name in ("inputs", "x", "x1", "x2") if name in node["kwargs"])
    for argument in (*node["args"], *named):
        if isinstance(argument, list | tuple):  # Add and Concatenate take one list
            yield from argument
        else:
            yield argument


def _taken(argument, values):
    if isinstance(argument, dict) and "config" in argument:
        name, number = argument["config"]["keras_history"][:2]
        return values.get((name, number))
    if isinstance(argument, int | float):
        return float(argument)
    raise _Untold("a layer takes something that is no tensor and no number")


def _step(keras, layer, takes, options, steps, numbers):
    if isinstance(layer, keras.Model):
        if len(takes) != 1:
            raise _Untold("a model within it has more than one input")
        return _walk(keras, layer, takes[0], steps, numbers)
    if len(steps) >= _MOST_STEPS:
        raise _Untold(f"it has more than {_MOST_STEPS} layers")
    kind = type(layer).__name__
    if type(layer) is getattr(keras.layers, kind, None):
        if kind == "InputLayer":
            return takes[0]
        known, of = LAYERS, "layer"
    elif type(layer).__module__.startswith("keras.") and not isinstance(layer, keras.layers.Layer):
        known, of = OPERATIONS, "operation"
    else:
        raise _Untold(f"it holds a layer of {_OWN}, {kind}")
    told = {"of": of, "kind": kind, "takes": takes, "layer": numbers.setdefault(id(layer), len(numbers))}
    told["options"] = {name: _option(keras, getattr(layer, name, None)) for name in known.get(kind, ())}
    if of == "layer":
        told |= {"trainable": bool(layer.trainable), "dtype": str(layer.dtype_policy.name)}
        told["training"] = options.get("training") if isinstance(options.get("training"), bool) else None
        if getattr(layer, "renorm", False):
            raise _Untold("its batch norm renormalizes (renorm=True)")
    steps.append(told)
    return len(steps)


def _option(keras, value):
    """Return an option as plain data: an activation by its name, a regularizer by its two numbers."""
    if type(value) is keras.layers.Activation:
        value = value.activation
    if isinstance(value, keras.regularizers.Regularizer):
        if type(value) not in (keras.regularizers.L1, keras.regularizers.L2, keras.regularizers.L1L2):
            raise _Untold(f"it holds a regularizer that the check does not know, {type(value).__name__}")
        return {"l1": float(getattr(value, "l1", 0.0)), "l2": float(getattr(value, "l2", 0.0))}
    if isinstance(value, list | tuple):
        return tuple(int(item) for item in value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    name = getattr(value, "__name__", type(value).__name__)
    if any(getattr(place, name, None) is value for place in (keras.activations, keras.ops, keras.ops.nn)):
        return name
    for kind in (keras.layers.ReLU, keras.layers.Softmax):  # whose own options are those of the function of that name
        if type(value) is kind and value.get_config() == kind(name=value.name, dtype=value.dtype_policy).get_config():
            return kind.__name__.lower()
    raise _Untold(f"it holds an activation that the check does not know, {name}")


def _compiled(keras, model):
    """Tell the optimizer by its name, and the loss by its class and options; None where it is not compiled."""
    if not getattr(model, "optimizer", None):
        return None
    loss, weights = getattr(model, "loss", None), None
    if isinstance(loss, dict | list | tuple) and len(loss) == 1:  # of the one output
        [loss] = loss.values() if isinstance(loss, dict) else loss
    if isinstance(loss, str):
        loss = keras.losses.get(loss)
    told = {"optimizer": type(model.optimizer).__name__, "name": str(getattr(loss, "name", "")), "options": {}}
    kind = getattr(loss, "__name__", type(loss).__name__)
    if isinstance(loss, keras.losses.Loss) and type(loss) is getattr(keras.losses, kind, None):
        config = loss.get_config()
        told |= {"of": "class", "kind": kind}
        told["options"] = {name: config[name] for name in LOSSES.get(kind, ()) if name in config}
    elif loss is not None and getattr(keras.losses, kind, None) is loss:
        told |= {"of": "function", "kind": kind}
    else:
        told |= {"of": "none" if loss is None else "own", "kind": kind}
    try:
        weights = (model.get_compile_config() or {}).get("loss_weights")
    except Exception:  # of a model that cannot be saved nothing is told
        weights = None
    weights = weights[0] if isinstance(weights, list | tuple) and len(weights) == 1 else weights
    told["weight"] = float(weights) if isinstance(weights, int | float) else None
    return told
