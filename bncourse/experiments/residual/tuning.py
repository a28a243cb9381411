"""Fine-tuning a residual base: what moves, with batch norm frozen and with batch norm left free."""

import numpy as np

from bncourse import reference
from bncourse.backend import require_keras
from bncourse.experiments.claim import Claim
from bncourse.tuned_model import digits, handed_model


def tuned(fine_tune, seed, labelled=300):
    """Fine-tune the model of the exercise, and say what moved and how good it is.

    Parameters
    ----------
    fine_tune : callable
        ``fine_tune(model, images, labels)``.
    seed : int
        Of which digits have a label, and of the order of training.
    labelled : int, default 300
        How many have one.

    Returns
    -------
    dict of float
        "accuracy", on the digits 5 to 9 without a label; "statistics", "gamma and beta", "kernels", the largest change
        of one in the base.
    """
    keras = require_keras()
    images, labels = digits(new=True)
    order = np.random.default_rng(seed).permutation(len(images))
    images, labels = images[order], labels[order]
    keras.utils.set_random_seed(seed)
    model = handed_model()
    base = model.get_layer("base")
    before = base.get_weights()
    fine_tune(model, images[:labelled], labels[:labelled])
    changes = {"statistics": 0.0, "gamma and beta": 0.0, "kernels": 0.0}
    for weight, old, new in zip(base.weights, before, base.get_weights(), strict=True):
        kind = "statistics" if "moving" in weight.name else "gamma and beta"
        kind = kind if weight.name in ("gamma", "beta") or "moving" in weight.name else "kernels"
        changes[kind] = max(changes[kind], float(np.abs(new - old).max()))
    answers = keras.ops.convert_to_numpy(model(images[labelled:], training=False)).argmax(axis=1)
    return {"accuracy": float((answers == labels[labelled:]).mean()), **changes}


def leave_free(model, images, labels):
    """Fine-tune as the reference does, but leave batch norm free in the second phase."""
    keras = require_keras()
    base = model.get_layer("base")
    for trainable, rate in ((False, 0.01), (True, 0.001)):
        base.trainable = trainable
        model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
        model.fit(images, labels, batch_size=32, epochs=6, verbose=0)


def frozen_and_free(seed, labelled=300):
    """Measure `tuned` with batch norm frozen, and left free."""
    ways = (("frozen", reference.fine_tune), ("free", leave_free))
    return {f"{name} {key}": value for name, way in ways for key, value in tuned(way, seed, labelled).items()}


CLAIMS = {
    "residual_tuning": Claim(
        "a residual base fine-tuned on 200 or 300 digits: with batch norm frozen more than 0.85 of the others are "
        "right, no statistic moves and the kernels do; with batch norm free the statistics move by more than 0.02",
        frozen_and_free,
        lambda n: (
            n["frozen accuracy"] > 0.85
            and n["frozen statistics"] == 0
            and n["frozen gamma and beta"] == 0
            and n["frozen kernels"] > 0.005
            and n["free statistics"] > 0.02
        ),
        over={"labelled": (200, 300)},
        notebook="11",
        cells=("tuned",),
    ),
}
