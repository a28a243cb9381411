"""The layers of a Keras model in words, in their order."""

_OPTIONS = {"momentum": 0.99, "epsilon": 1e-3, "center": True, "scale": True}  # Keras's own, of a batch norm
_ACTIVATIONS = {"ReLU": "relu", "Relu": "relu", "Softmax": "softmax"}
_MOST = 40


def layers_in_words(model):
    """Name the input and the layers of a model, with what they are made with, an activation as a step of its own.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    tuple of str
        Such as ``("Input(128,)", "Dense(64, no bias)", "BatchNormalization", "relu")``.
    """
    shape = getattr(model, "input_shape", None)
    said = [f"Input{tuple(shape[1:])}"] if isinstance(shape, tuple) else []
    for layer in model.layers[:_MOST]:
        kind, traits = type(layer).__name__, []
        if kind == "InputLayer":
            continue
        traits += [str(layer.units)] if hasattr(layer, "units") else []
        traits += ["no bias"] if getattr(layer, "use_bias", True) is False else []
        traits += _options(layer) if kind == "BatchNormalization" else []
        if kind not in ("Activation", *_ACTIVATIONS):
            said.append(f"{kind}({', '.join(traits)})" if traits else kind)
        activation = _ACTIVATIONS.get(kind) or getattr(getattr(layer, "activation", None), "__name__", "linear")
        said += [activation] if activation != "linear" else []
    return tuple(said)


def _options(layer):
    values = {name: getattr(layer, name) for name, usual in _OPTIONS.items() if getattr(layer, name) != usual}
    return [f"{name}={value if isinstance(value, bool) else format(value, 'g')}" for name, value in values.items()]
