"""Watch a learner's fine-tuning: hand over a small model, keep what moved when, and let the judge look at the weights.

The model is trained where the learner's function lives. What comes from there is arrays alone: the weights when the
base had not moved yet, and those of the end. The judge has the same model, and finds out by itself what has moved and
how many digits it names right.
"""

import numpy as np

from bncourse.backend import require_keras
from bncourse.drivers.precision import in_single_precision
from bncourse.tuned_model import HEAD, digits, handed_model, watched

LABELLED = 300
STAYED = 1e-4  # what differs less is as it was: a step changes more, rounding less
FAR = 0.2  # of the length of the kernels: farther goes who trains the base at the rate of a new head
ENOUGH = 0.9
_ROLES = {"gamma": "gamma and beta", "beta": "gamma and beta", "moving": "statistics", "kernel": "kernels"}


@in_single_precision
def export_fine_tuning(fine_tune):
    """Let a learner fine-tune the model, and tell its weights.

    Parameters
    ----------
    fine_tune : callable
        ``fine_tune(model, images, labels)``.

    Returns
    -------
    dict
        "head alone", the weights when those of the base had not moved yet, the latest such; "end"; and "calls", how
        many times its weights were trained or assigned.
    """
    told = {"calls": 0}

    def watch(trained):
        try:
            now = _weights(trained)
        except Exception:  # while a backend traces a function, a weight has no numbers
            return
        told["calls"] += 1
        base, head = range(len(start) - HEAD), range(len(start) - HEAD, len(start))
        if not _moved(start, now, base) and _moved(start, now, head):  # else nothing is trained, perhaps but in a copy
            told["head alone"] = now

    model = handed_model()
    start = told["head alone"] = _weights(model)
    images, labels = digits(new=True)
    require_keras().utils.set_random_seed(11)
    with watched(model, watch):
        fine_tune(model, images[:LABELLED].copy(), labels[:LABELLED].copy())
    return {**told, "end": _weights(model)}


def read_fine_tuning(told, *_):
    """Read what `export_fine_tuning` told, and refuse what is no set of weights of this model.

    Parameters
    ----------
    told : object
        Data from a session: anything.

    Returns
    -------
    dict

    Raises
    ------
    TypeError
        If it is anything else.
    """
    shapes = [weight.shape for weight in _weights(handed_model())]
    if not isinstance(told, dict) or type(told.get("calls")) is not int:
        raise TypeError("What was told of the fine-tuning cannot be read.")
    for name in ("head alone", "end"):
        weights = told.get(name)
        if not isinstance(weights, list | tuple) or len(weights) != len(shapes):
            raise TypeError("What was told of the model's weights cannot be read.")
        for weight, shape in zip(weights, shapes, strict=True):
            if not isinstance(weight, np.ndarray) or weight.shape != shape or weight.dtype != np.float32:
                raise TypeError("What was told of the model's weights cannot be read.")
    return {name: told[name] for name in ("calls", "head alone", "end")}


@in_single_precision
def judge_fine_tuning(fine_tune, what="weights"):
    """Say what a fine-tuning moved, and how good the model is on digits that it has not seen.

    Parameters
    ----------
    fine_tune : callable
        A function without parameters that gives what `read_fine_tuning` read; a check makes it of the learner's.
    what : {"weights"}

    Returns
    -------
    dict of str
        What a right answer is measured by, and "seen", in which wrong ones are told apart.
    """
    told = fine_tune()
    model = handed_model()
    start, end, early = _weights(model), told["end"], told["head alone"]
    if _moved(start, early, range(len(start) - HEAD)):
        early = start  # it is told to be the head alone, and is not
    places = {role: _places(model, role) for role in ("kernels", "gamma and beta", "statistics")}
    moved = {role: _moved(start, end, of_role) for role, of_role in places.items()}
    length = _length(start, places["kernels"])
    far = _length([a - b for a, b in zip(start, end, strict=True)], places["kernels"]) / length
    images, labels = digits(new=True)
    trained, right = (_accuracy(model, weights, images[LABELLED:], labels[LABELLED:]) for weights in (early, end))
    said = {True: "have moved", False: "are as they were"}
    return {
        "when the base moved first, the head": "was trained" if trained > 0.6 else "was not trained yet",
        "the kernels of the base in the end": said[moved["kernels"]],
        "how far the kernels went": "a little" if far < FAR else "far",
        "gamma and beta of the base in the end": said[moved["gamma and beta"]],
        "the moving statistics in the end": said[moved["statistics"]],
        "the accuracy on other digits": "enough" if right > ENOUGH else f"{right:.2f}",
        "seen": f"head {'first' if trained > 0.6 else 'not first'}; moved: "
        + ", ".join([role for role, did in moved.items() if did] or ["nothing"])
        + f"; {'near' if far < FAR else 'far'}; {'good' if right > ENOUGH else 'poor'}; "
        + (_trained(_moved(start, end, range(len(start)))) if told["calls"] else "never trained"),
    }


def _trained(handed_has_moved):
    return "trained" if handed_has_moved else "another trained"


# a test trains the reference, and compares
judge_fine_tuning.known = {
    "when the base moved first, the head": "was trained",
    "the kernels of the base in the end": "have moved",
    "how far the kernels went": "a little",
    "gamma and beta of the base in the end": "are as they were",
    "the moving statistics in the end": "are as they were",
    "the accuracy on other digits": "enough",
    "seen": "head first; moved: kernels; near; good; trained",
}
judge_fine_tuning.rebuilds = read_fine_tuning
judge_fine_tuning.exports = export_fine_tuning
judge_fine_tuning.call_of = lambda *_, **__: dict(
    zip(("model", "images", "labels"), (handed_model(), *(each[:LABELLED] for each in digits(new=True))), strict=True)
)


def _weights(model):
    keras = require_keras()
    return [np.array(keras.ops.convert_to_numpy(weight.value)) for weight in model.weights]


def _places(model, role):
    """Return the places of the base's weights that have a role; the bias of the stem counts as a kernel."""
    base = model.weights[:-HEAD]
    return [k for k, w in enumerate(base) if _ROLES.get(w.name.split("_")[0], "kernels") == role]


def _moved(before, after, places):
    # a weight that is no number any more has moved too
    return not all(float(np.abs(before[k] - after[k]).max()) <= STAYED for k in places)


def _length(weights, places):
    return float(np.sqrt(sum(np.sum(np.square(weights[k], dtype=np.float64)) for k in places)))


def _accuracy(model, weights, images, labels):
    if not all(np.isfinite(weight).all() for weight in weights):
        return 0.0
    for weight, value in zip(model.weights, weights, strict=True):
        weight.assign(value)
    answers = require_keras().ops.convert_to_numpy(model(images, training=False))
    return float((answers.argmax(axis=1) == labels).mean())
