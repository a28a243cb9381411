"""Exercise build_model. The notes' model as one writes it today."""

from bncourse import reference
from bncourse.backend import require_keras
from bncourse.checking import Case, Exercise


def _build_model_cases(rng):
    yield Case("its layers and parameters", ("layers",), part="its layers and parameters")
    x = rng.standard_normal((6, 128))
    seed = int(rng.integers(1_000_000))
    yield Case("its outputs on 6 rows, with given weights", ("outputs", x, seed), part="its outputs")
    yield Case("how it is compiled", ("compiled",), part="how it is compiled")


build_model = Exercise(
    notebook="07-keras",
    reference=reference.build_model,
    asks=(
        "return the notes' model, written for Keras 3: keras.Input((128,)), no bias before BN, BN before ReLU, "
        "10 outputs with softmax, compiled with Adam and the categorical crossentropy"
    ),
    cases=_build_model_cases,
    points=3,
    section="As one writes it today",
    returns=("the model",),
    shows=("the layers",),
    driver="bncourse.drivers.keras_objects:describe_model",
    rtol=1e-4,
    atol=1e-5,
    seconds=60.0,
    hints=(
        "In Keras 3 the shape of the input has a line of its own, before the first layer.",
        "Between a Dense layer and its ReLU comes BN. So the Dense layer gets no activation; and no bias, as BN "
        "subtracts it again.",
        "In a row: Input, then twice (Dense without bias, BatchNormalization, ReLU) with 64 and 32 units, then "
        "Dense(10) with its bias and softmax. Compile, and return the model.",
    ),
)


def _model(hidden=None, last=None, compiled=("adam", "categorical_crossentropy")):
    """Build the model with other hidden blocks, another end, or compiled in another way."""
    keras = require_keras()
    hidden, last = hidden or _block, last or _end
    stack = [*hidden(keras.layers, 64), *hidden(keras.layers, 32), *last(keras.layers)]
    for layer in stack:  # the check gives the weights, and to draw them takes a compilation for each new shape
        if isinstance(layer, keras.layers.Dense):
            layer.kernel_initializer = keras.initializers.Zeros()
    model = keras.Sequential([keras.Input((128,)), *stack])
    if compiled:
        model.compile(*compiled)
    return model


def _block(layers, units, **options):
    return [layers.Dense(units, use_bias=False, **options), layers.BatchNormalization(), layers.ReLU()]


def _bn_with(**options):
    def block(layers, units):
        dense, _, relu = _block(layers, units)
        return [dense, layers.BatchNormalization(**options), relu]

    return _model(block)


def _end(layers):
    return [layers.Dense(10, activation="softmax")]


@build_model.wrong("K4", looks_like=r"relu|ReLU")
def relu_before_bn():
    """ReLU is applied before BN; Dense(..., activation="relu") does that too. This task has the order Dense, BN,
    ReLU: give Dense no activation, and put a ReLU layer after BN."""
    return _model(lambda layers, units: _block(layers, units, activation="relu")[:2])


@build_model.wrong("K4", looks_like=r"Dense\((?!.*use_bias)")
def the_bias_kept():
    """The Dense layers before BN keep their biases. BN subtracts the mean, and the bias with it: use_bias=False."""
    return _model(lambda layers, units: [layers.Dense(units), *_block(layers, units)[1:]])


@build_model.wrong("K4")
def one_bias_kept():
    """One of the two Dense layers before BN keeps its bias. BN subtracts the mean, and the bias with it: both get
    use_bias=False."""
    return _model(lambda layers, units: [layers.Dense(units, use_bias=units == 32), *_block(layers, units)[1:]])


@build_model.wrong("K4")
def the_units_swapped():
    """Your hidden layers have 32 units, then 64. The order is 64, then 32."""
    return _model(lambda layers, units: _block(layers, 96 - units))


@build_model.wrong("K4")
def no_relu_after_the_second_layer():
    """The second hidden layer has no activation. A ReLU comes after each BatchNormalization."""
    return _model(lambda layers, units: _block(layers, units)[: 3 if units == 64 else 2])


@build_model.wrong("K4", looks_like=r"Dense\(.*activation\s*=\s*.relu")
def the_bias_kept_and_the_activation_inside():
    """Two things: Dense(..., activation="relu") applies ReLU before BN, so leave it out there and put a ReLU
    layer after BN; and the bias before BN is redundant: use_bias=False."""
    return _model(lambda layers, units: [layers.Dense(units, activation="relu"), layers.BatchNormalization()])


@build_model.wrong("K4")
def bn_on_the_softmax():
    """The output layer has a BN: after the softmax, or between Dense(10) and the softmax. After BN the probabilities
    no longer add up to 1, or are other ones. The notes' model has BN after the two hidden layers only."""
    return _model(last=lambda layers: [*_end(layers), layers.BatchNormalization()])


def _bn_before_the_softmax_with_a_bias():
    return _model(last=lambda layers: [layers.Dense(10), layers.BatchNormalization(), layers.Softmax()])


@build_model.wrong("K4", forms=(_bn_before_the_softmax_with_a_bias,))
def bn_before_the_softmax():
    """The last Dense layer has a BN too. The notes' model has BN after the two hidden layers only."""
    return _model(last=lambda layers: [layers.Dense(10, use_bias=False), layers.BatchNormalization(), layers.Softmax()])


@build_model.wrong("K4", looks_like=r"Dense\(")
def no_bn_at_all():
    """There is no BN in the model. It belongs between each hidden Dense layer and its ReLU."""
    return _model(lambda layers, units: [layers.Dense(units, activation="relu")])


@build_model.wrong("K4", looks_like=r"Dense\(")
def no_bn_and_no_bias():
    """The biases are gone, but there is no BN whose beta would replace them. BN belongs between each hidden Dense
    layer and its ReLU."""
    return _model(lambda layers, units: [layers.Dense(units, use_bias=False, activation="relu")])


@build_model.wrong("K4")
def bn_after_the_first_layer_only():
    """Only the first hidden layer has a BN. The second, Dense(32), gets one too, before its ReLU."""
    return _model(
        lambda layers, units: [b for b in _block(layers, units) if units == 64 or "Batch" not in str(type(b))]
    )


@build_model.wrong("K4")
def no_relu():
    """There is no activation after BN. Put a ReLU layer after each BatchNormalization."""
    return _model(lambda layers, units: _block(layers, units)[:2])


@build_model.wrong("K4")
def bn_before_the_dense_layer():
    """BN comes before each hidden Dense layer and normalizes its inputs. Here it normalizes the weighted sums: put it
    after the Dense layer, before ReLU."""
    return _model(lambda layers, units: [_block(layers, units)[i] for i in (1, 0, 2)])


@build_model.wrong("K4", looks_like=r"Dense\(\s*10")
def the_last_bias_left_out_too():
    """The last Dense layer has lost its bias too. No BN follows there, so that bias is needed."""
    return _model(last=lambda layers: [layers.Dense(10, use_bias=False, activation="softmax")])


@build_model.wrong("K4", looks_like=r"Dense\(\s*10")
def no_softmax():
    """The last layer has no softmax: its outputs are no probabilities. Give Dense(10) the activation softmax."""
    return _model(last=lambda layers: [layers.Dense(10)])


@build_model.wrong("R1", looks_like=r"momentum")
def the_momentum_of_pytorch():
    """BN has the momentum 0.1. That is PyTorch's number, the weight of the new value; Keras's momentum weighs the old
    one, and its default, 0.99, is right here."""
    return _bn_with(momentum=0.1)


@build_model.wrong("K4", looks_like=r"return|model")
def not_compiled():
    """The model is not compiled. Call model.compile with the optimizer and the loss before you return it."""
    return _model(compiled=None)


@build_model.wrong("K4", looks_like=r"sparse")
def the_sparse_loss():
    """The loss is for labels that are whole numbers. The labels here are one-hot rows: categorical_crossentropy,
    without sparse."""
    return _model(compiled=("adam", "sparse_categorical_crossentropy"))


@build_model.wrong("K4", looks_like=r"mse|mean_squared|sgd|SGD|rmsprop")
def sgd_in_place_of_adam():
    """The optimizer is SGD. The task asks for Adam."""
    return _model(compiled=("sgd", "categorical_crossentropy"))


@build_model.wrong("K4", looks_like=r"from_logits")
def a_loss_that_takes_the_softmax_again():
    """The loss has from_logits=True, which is for a model without a softmax at its end. This one gives probabilities:
    leave from_logits out."""
    loss = require_keras().losses.CategoricalCrossentropy(from_logits=True)
    return _model(compiled=("adam", loss))


@build_model.wrong("K4", looks_like=r"label_smoothing")
def a_loss_that_smooths_the_labels():
    """The loss smooths the labels. The task asks for the categorical crossentropy as it is: leave label_smoothing
    out."""
    return _model(compiled=("adam", require_keras().losses.CategoricalCrossentropy(label_smoothing=0.1)))


@build_model.wrong("K4", looks_like=r"momentum|epsilon")
def an_epsilon_of_ones_own():
    """BN has another epsilon than Keras's default, 1e-3. The task leaves BN as Keras makes it."""
    return _bn_with(epsilon=1e-5)


@build_model.right
def a_model_with_the_loss_named_as_a_class():
    model = _model(compiled=None)
    model.compile("Adam", "CategoricalCrossentropy")
    return model


@build_model.right
def a_model_of_functional_calls():
    keras = require_keras()
    inputs = x = keras.Input((128,), name="features")
    for units in (64, 32):
        x = keras.layers.Dense(units, use_bias=False)(x)
        x = keras.layers.BatchNormalization()(x)
        x = keras.layers.Activation("relu")(x)
    model = keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(x), name="notes")
    model.compile(optimizer=keras.optimizers.Adam(), loss=keras.losses.CategoricalCrossentropy())
    return model


@build_model.right
def a_model_that_is_added_to():
    keras = require_keras()
    model = keras.models.Sequential()
    model.add(keras.layers.InputLayer(shape=(128,)))
    for units in (64, 32):
        model.add(keras.layers.Dense(units, use_bias=False))
        model.add(keras.layers.BatchNormalization())
        model.add(keras.layers.ReLU())
    model.add(keras.layers.Dense(10))
    model.add(keras.layers.Softmax())
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


@build_model.right
def a_model_with_the_loss_as_a_function():
    keras = require_keras()
    model = _model(compiled=None)
    model.compile(keras.optimizers.Adam(learning_rate=1e-3), keras.losses.categorical_crossentropy)
    return model


@build_model.right
def a_model_with_the_activation_as_a_function():
    keras = require_keras()
    inputs = keras.Input(shape=(128,))
    x = keras.layers.BatchNormalization()(keras.layers.Dense(64, use_bias=False)(inputs))
    x = keras.layers.BatchNormalization()(keras.layers.Dense(32, use_bias=False)(keras.ops.relu(x)))
    outputs = keras.ops.softmax(keras.layers.Dense(10)(keras.ops.relu(x)))
    model = keras.Model(inputs=inputs, outputs=outputs)
    model.compile("adam", "categorical_crossentropy")
    return model


@build_model.right
def a_model_with_the_old_argument():
    import warnings

    keras = require_keras()
    layers = keras.layers
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras 3 advises against input_shape, but builds the same model
        first = layers.Dense(64, use_bias=False, input_shape=(128,))
    model = keras.Sequential([first, *_block(layers, 64)[1:], *_block(layers, 32), *_end(layers)])
    model.compile("adam", "categorical_crossentropy")
    return model


@build_model.right
def a_model_with_the_activations_of_keras():
    keras = require_keras()
    inputs = keras.Input((128,))
    x = keras.layers.BatchNormalization()(keras.layers.Dense(64, use_bias=False)(inputs))
    x = keras.layers.Dense(32, use_bias=False)(keras.activations.relu(x))
    x = keras.ops.maximum(keras.layers.BatchNormalization()(x), 0.0)
    model = keras.Model(inputs, keras.activations.softmax(keras.layers.Dense(10)(x)))
    model.compile("adam", "categorical_crossentropy")
    return model
