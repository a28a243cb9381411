"""What right and wrong fine-tunings are made of."""

from bncourse.backend import require_keras

LOSS = "sparse_categorical_crossentropy"


def fit(model, images, labels, rate, epochs=6):
    """Compile a model with Adam and train it."""
    model.compile(require_keras().optimizers.Adam(rate), LOSS)
    model.fit(images, labels, batch_size=32, epochs=epochs, verbose=0)


def norms(base):
    """Return the batch norms of a base."""
    return [layer for layer in base.layers if isinstance(layer, require_keras().layers.BatchNormalization)]


def train_head(model, images, labels):
    """Freeze the base and train the head; give the base."""
    base = model.get_layer("base")
    base.trainable = False
    fit(model, images, labels, 0.01)
    return base


def free_but_for_norms(base):
    """Unfreeze a base, and freeze its batch norms."""
    base.trainable = True
    for layer in norms(base):
        layer.trainable = False
