"""A Keras model made again from what a session tells of it, out of a closed list of layers, with bounded sizes.

What comes is read here before Keras sees any of it: the kinds are looked up in lists of this course, each option has a
type and a range, and shapes are followed step by step, so that no layer is made that would be large. No loader of
Keras is used, because a configuration can name functions, and the loader of some versions calls them.
"""

import math

from bncourse.backend import require_keras
from bncourse.drivers.exported_model import ACTIVATIONS, LAYERS, LOSSES, OPERATIONS

MOST_STEPS = 40  # layers; the model that is asked for has eight
MOST_UNITS = 4_096
MOST_WEIGHTS = 5_000_000
MOST_NUMBERS = 20_000  # of one example between two layers
_TYPES = ("float32", "float64", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16")
_INPUTS = ("float32", "float64", "float16", "bfloat16", "int32", "int64", "uint8")
_REDUCTIONS = ("sum", "sum_over_batch_size", "mean", "mean_with_sample_weight", "none", None)
OPTIMIZERS = (
    "Adadelta", "Adafactor", "Adagrad", "Adam", "Adamax", "AdamW", "Ftrl", "Lamb", "Lion", "Muon", "Nadam", "RMSprop",
    "SGD",
)  # fmt: skip
FUNCTIONS = (
    "binary_crossentropy", "categorical_crossentropy", "categorical_hinge", "hinge", "huber", "kl_divergence",
    "log_cosh", "mean_absolute_error", "mean_squared_error", "poisson", "sparse_categorical_crossentropy",
    "squared_hinge",
)  # fmt: skip


class RefusedModel(TypeError):
    """A model that is not made again; the text says why, to the learner."""

    def __init__(self, why):
        super().__init__(f"The model cannot be checked: {why}. Build it from layers as the task names them.")


def rebuild_model(told, what="layers"):
    """Make a model from what `bncourse.drivers.exported_model.export_model` told.

    Parameters
    ----------
    told : object
        Data from a session: anything.
    what : str
        What is asked of it, see `bncourse.drivers.keras_objects.describe_model`. How a model is compiled can be said
        of one whose layers are not known.

    Returns
    -------
    keras.Model

    Raises
    ------
    RefusedModel
        If it holds what is not in the lists, or is too large.
    ValueError
        If it does not know its input yet.
    """
    if not isinstance(told, dict):
        raise RefusedModel("what was told of it is no model")
    if told.get("built") is not True:
        raise ValueError("The model does not know its input yet; begin it with keras.Input((128,)).")
    keras = require_keras()
    try:
        model = _model(keras, told)
    except RefusedModel:
        if what != "compiled":
            raise
        inputs = keras.Input((1,))
        model = keras.Model(inputs, keras.layers.Dense(_whole(told.get("outputs"), 1, MOST_UNITS))(inputs))
    if told.get("compiled") is not None and what == "compiled":
        _compile(keras, model, told["compiled"])
    return model


def _model(keras, told):
    if "untold" in told:
        raise RefusedModel(_text(told["untold"], 200))
    inputs = _input(keras, told.get("input"))
    values, layers, weights = [inputs], {}, 0
    steps = told.get("steps")
    if not isinstance(steps, list) or len(steps) > MOST_STEPS:
        raise RefusedModel(f"it has more than {MOST_STEPS} layers")
    for step in steps:
        if not isinstance(step, dict) or not isinstance(step.get("takes"), list) or len(step["takes"]) > 8:
            raise RefusedModel("one of its layers is told in no order")
        takes = [_value(place, values) for place in step["takes"]]
        weights += _weights(step, takes)
        if weights > MOST_WEIGHTS:
            raise RefusedModel(f"it has more than {MOST_WEIGHTS:,} parameters")
        values.append(_called(keras, step, takes, layers))
    return keras.Model(inputs, values[_whole(told.get("gives"), 0, len(steps))])


def _input(keras, told):
    if not isinstance(told, dict) or not isinstance(told.get("shape"), tuple):
        raise RefusedModel("its input is not known")
    shape = tuple(_whole(length, 1, MOST_NUMBERS) for length in told["shape"][:5])
    if len(told["shape"]) > 4 or math.prod(shape) > MOST_NUMBERS:
        raise RefusedModel(f"its input has more than {MOST_NUMBERS:,} numbers")
    return keras.Input(shape, dtype=_one_of(told.get("dtype"), _INPUTS, "type of numbers"))


def _value(place, values):
    """Return what a step takes: a value by its number, or a plain number."""
    if type(place) is float and math.isfinite(place):
        return place
    return values[_whole(place, 0, len(values) - 1)]


def _weights(step, takes):
    """Return the most weights that a layer can make of its inputs."""
    sizes = [_size(value) for value in takes]
    last = max((value.shape[-1] or 0 for value in takes if not isinstance(value, float)), default=0)
    if step.get("kind") == "Dense":
        return (last + 1) * _whole(_options(step).get("units"), 1, MOST_UNITS)
    return 4 * sum(sizes)


def _size(value):
    return 1 if isinstance(value, float) else math.prod(length or 1 for length in value.shape[1:])


def _called(keras, step, takes, layers):
    """Make a layer of the list, or take it once more, and call it; refuse what would become large."""
    if not takes or all(isinstance(value, float) for value in takes):
        raise RefusedModel("one of its layers takes no tensor")
    if sum(map(_size, takes)) > MOST_NUMBERS:
        raise RefusedModel(f"more than {MOST_NUMBERS:,} numbers come out of one of its layers")
    kind, of = step.get("kind"), step.get("of")
    number = _whole(step.get("layer"), 0, MOST_STEPS)
    try:
        if of == "operation":
            _one_of(kind, OPERATIONS, "operation")
            _joins(takes)
            made = _operation(keras, kind)(*takes, **_options(step))
        else:
            kind = _one_of(kind, LAYERS, "layer")
            if number not in layers:
                layers[number] = _layer(keras, kind, step)
            if type(layers[number]).__name__ != kind:
                raise RefusedModel("one of its layers is told in two ways")
            training = step.get("training")
            more = {"training": training} if isinstance(training, bool) and kind == "BatchNormalization" else {}
            if len(takes) > 1:
                _joins(takes)
            made = layers[number](takes if kind in ("Add", "Concatenate", "Multiply", "Subtract") else takes[0], **more)
    except RefusedModel:
        raise
    except (TypeError, ValueError, IndexError, ZeroDivisionError, OverflowError) as error:
        raise RefusedModel(f"{kind} does not fit what comes before it ({str(error).splitlines()[0][:120]})") from error
    if _size(made) > MOST_NUMBERS:
        raise RefusedModel(f"more than {MOST_NUMBERS:,} numbers come out of one of its layers")
    return made


def _joins(takes):
    """Refuse tensors that would make a large one where they meet."""
    shapes = [value.shape[1:] for value in takes if not isinstance(value, float)]
    longest = max(map(len, shapes))
    met = [max((shape[::-1][axis] or 1) for shape in shapes if axis < len(shape)) for axis in range(longest)]
    if math.prod(met) > MOST_NUMBERS:
        raise RefusedModel(f"more than {MOST_NUMBERS:,} numbers come out of one of its layers")


def _operation(keras, kind):
    named = {"LeakyRelu": "leaky_relu", "LogSoftmax": "log_softmax", "HardSigmoid": "hard_sigmoid"}
    named |= {"TrueDivide": "true_divide", "LogSigmoid": "log_sigmoid"}
    if kind == "ReLU":  # what keras.activations.relu makes; its options are those of the layer
        return keras.activations.relu
    return getattr(keras.ops, named.get(kind, kind.lower()))


def _layer(keras, kind, step):
    options = _options(step)
    for name, value in options.items():
        if name.endswith("_regularizer") and value is not None:
            options[name] = keras.regularizers.L1L2(**value)
    if kind == "Dense":  # the check gives the weights, and drawing them takes a compilation for each shape
        options["kernel_initializer"] = "zeros"
    layer = getattr(keras.layers, kind)(dtype=_one_of(step.get("dtype"), _TYPES, "type of numbers"), **options)
    layer.trainable = step.get("trainable") is not False
    return layer


def _options(step):
    """Read the options of a layer, an operation or a loss: only those of its list, each of its type, in its range."""
    tables = {"layer": LAYERS, "operation": OPERATIONS, "class": LOSSES}
    names = tables.get(step.get("of"), {}).get(step.get("kind"), ())
    told = step.get("options")
    if not isinstance(told, dict) or len(told) > len(names) or any(name not in names for name in told):
        raise RefusedModel("one of its layers has options that are not known")
    return {name: _option(name, value) for name, value in told.items()}


def _option(name, value):
    if name.endswith("_regularizer"):
        if value is None:
            return None
        if not isinstance(value, dict) or set(value) != {"l1", "l2"}:
            raise RefusedModel("one of its regularizers is not known")
        return {part: _number(value[part], 0.0, 1e6) for part in ("l1", "l2")}
    if name == "activation":
        return None if value is None else _one_of(value, ACTIVATIONS, "activation")
    if name == "reduction":
        return _one_of(value, _REDUCTIONS, "reduction")
    if name in ("use_bias", "center", "scale", "from_logits", "approximate") and isinstance(value, bool):
        return value
    if name == "units":
        return _whole(value, 1, MOST_UNITS)
    if name == "target_shape":
        if not isinstance(value, tuple) or len(value) > 4:
            raise RefusedModel("it is reshaped to a shape that is not known")
        return tuple(_whole(length, -1, MOST_NUMBERS) for length in value)
    if name == "axis":
        if isinstance(value, list | tuple):
            if not 1 <= len(value) <= 4:
                raise RefusedModel("a layer has axes that are not known")
            return [_whole(axis, -5, 5) for axis in value]
        return _whole(value, -5, 5)
    if name in ("max_value", "ignore_class") and value is None:
        return None
    if name == "ignore_class":
        return _whole(value, -1, MOST_UNITS)
    if name in ("rate", "label_smoothing"):
        return _number(value, 0.0, 1.0)
    return _number(value, -1e6, 1e6)


def _compile(keras, model, told):
    """Compile as was told: the optimizer of that name with its usual settings, and the loss with its options."""
    if not isinstance(told, dict):
        raise RefusedModel("how it is compiled is not known")
    optimizer = _one_of(told.get("optimizer"), OPTIMIZERS, "optimizer")
    if not hasattr(keras.optimizers, optimizer):
        raise RefusedModel(f"this Keras has no optimizer {optimizer}")
    weight = told.get("weight")
    model.compile(
        getattr(keras.optimizers, optimizer)(),
        _loss(keras, told),
        loss_weights=None if weight is None else [_number(weight, -1e6, 1e6)],
    )


def _loss(keras, told):
    if told.get("of") == "none":
        return None
    if told.get("of") == "function":
        kind = _one_of(told.get("kind"), FUNCTIONS, "loss")
        if not hasattr(keras.losses, kind):
            raise RefusedModel(f"this Keras has no loss {kind}")
        return getattr(keras.losses, kind)
    if told.get("of") != "class":
        raise RefusedModel("its loss is a function of your own")
    return getattr(keras.losses, _one_of(told.get("kind"), LOSSES, "loss"))(**_options(told))


def _one_of(value, known, what):
    if not isinstance(value, str | None) or value not in known:
        said = value if isinstance(value, str) else type(value).__name__
        raise RefusedModel(f"it holds a kind of {what} that the check does not know, {said[:60]}")
    return value


def _whole(value, least, most):
    if type(value) is not int or not least <= value <= most:
        said = value if type(value) is int and abs(value) < 10**12 else "something else"
        raise RefusedModel(f"a size in it must be from {least:,} to {most:,}, and it is {said}")
    return value


def _number(value, least, most):
    if type(value) not in (int, float) or not least <= value <= most:
        raise RefusedModel(f"a number in it must be from {least:g} to {most:g}")
    return float(value)


def _text(value, most):
    return value[:most] if isinstance(value, str) else "it cannot be read"
