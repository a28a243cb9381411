"""Fine-tuning with batch norm frozen, in Keras 3. Keras is loaded when it is called."""


def fine_tune(model, images, labels):
    """Fine-tune a model that has a base and a new head: the head first, then the base without its batch norms.

    Parameters
    ----------
    model : keras.Model
        With the layers "base", a model that was trained on another task, and "head". It need not be compiled. It is
        changed in place.
    images : ndarray of shape (examples, height, width, channels)
    labels : ndarray of shape (examples,)
        Whole numbers.

    Raises
    ------
    Trouble
        If Keras or its backend is missing.

    References
    ----------
    Keras, Transfer learning and fine-tuning, https://keras.io/guides/transfer_learning/
    """
    from bncourse.backend import require_keras

    keras = require_keras()
    base = model.get_layer("base")
    base.trainable = False
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    model.fit(images, labels, batch_size=32, epochs=6, verbose=0)
    base.trainable = True  # reaches every layer in it, so batch norm comes after
    for layer in base.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    model.compile(keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy")
    model.fit(images, labels, batch_size=32, epochs=6, verbose=0)
