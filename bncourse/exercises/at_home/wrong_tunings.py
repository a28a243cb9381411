"""Wrong and right ideas about fine-tuning."""

import numpy as np

from bncourse.backend import require_keras
from bncourse.exercises.at_home.fine_tune import fine_tune
from bncourse.exercises.at_home.tuning_parts import LOSS, fit, free_but_for_norms, norms, train_head

_wrong = fine_tune.wrong


@_wrong("K2", seen=r"never trained")
def nothing_is_trained(model, images, labels):
    """The model that was handed over is never trained. Call fit on it, twice."""
    model.compile("adam", LOSS)


@_wrong("K2", seen=r"another trained")
def a_copy_is_trained(model, images, labels):
    """In the end all weights of the model that was handed over are as they were. If you trained a copy, such as
    clone_model gives: it has weights of its own. Call fit on `model` itself."""
    copy = require_keras().models.clone_model(model)
    copy.set_weights(model.get_weights())
    train_head(copy, images, labels)


@_wrong("K2", seen=r"head not first; moved: kernels, gamma and beta, statistics;")
def all_at_once(model, images, labels):
    """All of the base moves, the moving statistics too, before the head is trained. First freeze the base
    (base.trainable = False, then compile) and train the head for about six epochs with Adam 0.01; an untrained head can
    send large, useless gradients into the base."""
    fit(model, images, labels, 0.01)


@_wrong("K2", seen=r"head not first; moved: kernels;")
def the_head_is_not_trained_first(model, images, labels):
    """The batch norms stay, but the kernels of the base move before the head is trained. Freeze the whole base for the
    first fit, of about six epochs with Adam 0.01."""
    free_but_for_norms(model.get_layer("base"))
    fit(model, images, labels, 0.001, epochs=12)


@_wrong("K2", seen=r"head first; moved: nothing;.*; trained$")
def the_base_is_never_unfrozen(model, images, labels):
    """Only the head is trained. After it, set base.trainable = True, freeze the batch norms again, compile, and fit."""
    train_head(model, images, labels)
    fit(model, images, labels, 0.001)


@_wrong("K2", seen=r"head not first; moved: nothing; near; poor; trained")
def the_head_alone_and_too_little(model, images, labels):
    """Only the head is trained, and it has learned little. Train it for about six epochs with a rate of 0.01, on the
    images and labels as they are handed over. Then comes the second phase, in which the kernels of the base learn."""
    model.get_layer("base").trainable = False
    fit(model, images, labels[::-1].copy(), 0.01, epochs=2)  # as where one of the two was shuffled


@_wrong("K2", seen=r"head first; moved: kernels, gamma and beta, statistics;")
def batch_norm_is_unfrozen_with_the_base(model, images, labels):
    """In the second phase batch norm is free: its statistics move to those of the new digits. base.trainable = True
    reaches every layer in the base; after it, set trainable = False on each BatchNormalization, then compile."""
    base = train_head(model, images, labels)
    base.trainable = True
    fit(model, images, labels, 0.001)


@_wrong("K1", seen=r"head first; moved: kernels, gamma and beta;")
def the_statistics_held_by_momentum_1(model, images, labels):
    """The statistics stay, but gamma and beta move. A momentum of 1, for one, keeps the statistics alone; trainable =
    False on each batch norm, then compile, keeps all four."""
    base = train_head(model, images, labels)
    base.trainable = True
    for layer in norms(base):
        layer.momentum = 1.0
    fit(model, images, labels, 0.001)


@_wrong("K2", seen=r"head first; moved: gamma and beta(, statistics)?;")
def batch_norm_alone_is_unfrozen(model, images, labels):
    """In the second phase batch norm moves and the kernels stay. It is the other way round: the kernels learn, batch
    norm keeps what it has."""
    base = train_head(model, images, labels)
    for layer in base.layers:
        layer.trainable = layer in norms(base)
    base._trainable = True  # without reaching into its layers
    fit(model, images, labels, 0.001)


@_wrong("K2", seen=r"head first; moved: kernels, statistics;")
def the_statistics_put_back_only_for_gamma(model, images, labels):
    """The moving statistics have moved, and gamma and beta have not. trainable = False on each batch norm, then
    compile, keeps all four."""
    base = train_head(model, images, labels)
    base.trainable = True
    kept = [layer.get_weights()[:2] for layer in norms(base)]
    fit(model, images, labels, 0.001)
    for layer, weights in zip(norms(base), kept, strict=True):
        layer.set_weights([*weights, *layer.get_weights()[2:]])


@_wrong("K2", seen=r"head first; moved: kernels; far;")
def the_large_rate_for_the_base_too(model, images, labels):
    """The kernels of the base have gone far from where they were. Take a smaller learning rate in the second phase,
    such as 0.001, and a few epochs."""
    base = train_head(model, images, labels)
    free_but_for_norms(base)
    fit(model, images, labels, 0.02)


@_wrong("K2", seen=r"head first; moved: kernels; near; poor;")
def too_little_training(model, images, labels):
    """What moved is right, but the model names fewer of the other digits than it could. Train the head for about six
    epochs with a rate of 0.01, and look whether the images and the labels are still in the same order."""
    base = model.get_layer("base")
    base.trainable = False
    fit(model, images, labels, 0.001, epochs=1)
    free_but_for_norms(base)
    fit(model, images, labels, 0.0002, epochs=1)


@fine_tune.right
def tuned_layer_by_layer(model, images, labels):
    base = model.get_layer("base")
    for layer in base.layers:
        layer.trainable = False
    fit(model, images, labels, 0.01, epochs=8)
    for layer in base.layers:
        layer.trainable = not isinstance(layer, require_keras().layers.BatchNormalization)
    fit(model, images, labels, 0.001, epochs=8)


@fine_tune.right
def tuned_with_one_hot_labels(model, images, labels):
    keras = require_keras()
    one_hot = np.eye(5, dtype="float32")[labels]
    base = model.layers[0]
    base.trainable = False
    for rate in (0.01, 0.001):
        model.compile(optimizer=keras.optimizers.Adam(learning_rate=rate), loss="categorical_crossentropy")
        model.fit(images, one_hot, epochs=5, batch_size=16, verbose=0)
        free_but_for_norms(base)


@fine_tune.right
def tuned_with_plain_gradient_descent(model, images, labels):
    keras = require_keras()
    base = model.get_layer("base")
    base.trainable = False
    model.compile(keras.optimizers.SGD(0.05), LOSS, metrics=["accuracy"])
    model.fit(images, labels, batch_size=32, epochs=8, verbose=0)
    free_but_for_norms(base)
    model.compile(keras.optimizers.SGD(0.01), LOSS, metrics=["accuracy"])
    model.fit(images, labels, batch_size=32, epochs=8, verbose=0, validation_split=0.1)


@fine_tune.right
def tuned_step_by_step(model, images, labels):
    rng = np.random.default_rng(0)
    base = model.get_layer("base")
    for frozen, rate in ((True, 0.01), (False, 0.001)):
        if frozen:
            base.trainable = False
        else:
            free_but_for_norms(base)
        model.compile(require_keras().optimizers.Adam(rate), LOSS)
        for _ in range(60):
            rows = rng.choice(len(images), 32, replace=False)
            model.train_on_batch(images[rows], labels[rows])


@fine_tune.right
def tuned_in_three_phases(model, images, labels):
    base = train_head(model, images, labels)
    for chosen in (("conv_1",), ("conv_0", "conv_1")):
        base.trainable = True
        for layer in base.layers:
            layer.trainable = layer.name in chosen
        fit(model, images, labels, 0.001, epochs=4)
    return model


@fine_tune.right
def tuned_on_features(model, images, labels):
    keras = require_keras()
    base, head = model.get_layer("base"), model.get_layer("head")
    base.trainable = False
    features = base.predict(images, verbose=0)
    fit(keras.Sequential([keras.Input(features.shape[1:]), head]), features, labels, 0.01)
    free_but_for_norms(base)
    fit(model, images, labels, 0.001)


@fine_tune.right
def tuned_in_another_model(model, images, labels):
    keras = require_keras()
    base, head = model.get_layer("base"), model.get_layer("head")
    inputs = keras.Input((8, 8, 1))
    whole = keras.Model(inputs, head(base(inputs)))
    base.trainable = False
    fit(whole, images, labels, 0.01)
    free_but_for_norms(base)
    fit(whole, images, labels, 0.001)


@fine_tune.right
def tuned_with_a_head_in_numpy(model, images, labels):
    base = model.get_layer("base")
    features = np.asarray(base.predict(images, verbose=0), np.float64)
    kernel, bias = np.zeros((features.shape[1], 5)), np.zeros(5)
    for _ in range(300):
        scores = features @ kernel + bias
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        error = chances / chances.sum(axis=1, keepdims=True) - np.eye(5)[labels]
        kernel -= 0.05 * features.T @ error / len(labels)
        bias -= 0.05 * error.mean(axis=0)
    model.get_layer("head").set_weights([kernel.astype("float32"), bias.astype("float32")])
    free_but_for_norms(base)
    fit(model, images, labels, 0.001)
