"""Exercise label_shift_weights. How much more of each class does the target hold? Black box shift estimation."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.checking.digits import differing
from bncourse.exercises.batches import by_hand


def _confusion(rng, classes):
    """Draw p(predicted i, true j) in the source: a fair classifier, unequal classes, mistakes of unequal kinds."""
    prior = rng.permutation(np.linspace(1.0, 2.5, classes))
    mistakes = rng.uniform(0.05, 0.3, (classes, classes)) / classes
    given = mistakes + np.diag(rng.uniform(0.6, 0.9, classes))
    joint = given / given.sum(axis=0) * (prior / prior.sum())
    return joint, joint.sum(axis=0)


def _shifted(rng, classes, lowest=0.3, low=1):
    """Draw a confusion matrix, and predictions that come from weights of which one, or more, are the lowest."""
    joint, prior = _confusion(rng, classes)
    weights = rng.permutation(np.concatenate([np.full(low, lowest), rng.uniform(0.6, 2.5, classes - low)]))
    predicted = joint @ (weights / (prior @ weights))
    # predictions are shares: where a low weight makes one fall below 0, another is drawn
    return (joint, predicted) if predicted.min() >= 0 else _shifted(rng, classes, lowest, low)


def _without_the_first(joint):
    """Let examples of the first class be predicted as the last: the first number of the matrix is then 0."""
    joint = np.array(joint)
    joint[-1, 0] += joint[0, 0]
    joint[0, 0] = 0.0
    return joint, joint @ np.linspace(0.5, 1.5, len(joint))


def _label_shift_cases(rng):
    yield Case("3 classes", _shifted(rng, 3))
    yield Case("2 classes", _shifted(rng, 2))
    yield Case("3 classes, one solution below 0: its weight is 0", _shifted(rng, 3, lowest=-0.05))
    yield Case("4 classes, two solutions below 0", _shifted(rng, 4, lowest=-0.05, low=2))
    joint, _ = _confusion(rng, 3)
    yield Case("no shift: every weight is 1", (joint, joint.sum(axis=1)))
    joint, predicted = _shifted(rng, 3)
    yield Case("a first class that is never predicted as itself", _without_the_first(joint))
    joint, predicted = _shifted(rng, 4)
    yield Case("4 classes, an array stored column by column", (np.asfortranarray(joint), predicted))


def _compose_label_shift(steps):
    def label_shift_weights(confusion, predicted):
        return steps.cut(steps.solve(confusion, predicted))

    return label_shift_weights


label_shift_weights = Exercise(
    notebook="02-correcting-covariate-shift",
    reference=reference.label_shift_weights,
    asks="find the weight p_target(y) / p_source(y) of each class: solve confusion @ weights = predicted, with the "
    "joint shares confusion[i, j] = p_source(predicted i, true j), and set solutions below 0 to 0",
    cases=_label_shift_cases,
    points=2,
    section="Label shift: weights for the classes",
    returns=("the array of weights",),
    rows=False,
    compose=_compose_label_shift,
    steps={
        "solve": lambda confusion, predicted: np.linalg.solve(confusion, predicted),
        "cut": lambda weights: np.maximum(weights, 0.0),
    },
    example=by_hand([[0.4, 0.1], [0.1, 0.4]], [0.65, 0.35]),
    hints=(
        "In the target, class j occurs weights[j] times as often as in the source. So does its column of the confusion "
        "matrix. What do the columns add up to?",
        "The weighted columns add up to the shares of the predictions: as many linear equations as there are classes. "
        "NumPy's linalg solves such a system.",
        "Solve the system of the matrix and the predicted shares as they are. Noise can make a solution negative, "
        "and a weight cannot be: replace such numbers by 0.",
    ),
)


@label_shift_weights.property("no weight should be below 0")
def _not_negative(case, got):
    return None if np.all(got >= 0) else ("0 or more", f"the smallest is {float(got.min()):.6g}")


@label_shift_weights.property("the weighted columns of confusion should add up to predicted")
def _mixes_to_predicted(case, got):
    confusion, predicted = case.arguments
    if np.any(np.linalg.solve(confusion, predicted) < 1e-9):
        return None  # where a solution was set to 0, the equations hold no more
    mixed = confusion @ got
    if np.abs(mixed - predicted).max() < 1e-5:
        return None
    return differing(predicted, mixed)


def _cut(weights):
    return np.maximum(weights, 0.0)


@label_shift_weights.wrong("C2", step="solve", looks_like=r"\.T|transpose")
def the_matrix_transposed(confusion, predicted):
    """Your weights solve confusion.T @ weights = predicted. The rows are the predictions already, confusion[i, j] =
    p(predicted i, true j): solve confusion @ weights = predicted."""
    return np.linalg.solve(confusion.T, predicted)


@label_shift_weights.wrong("C2", step="solve", looks_like=r"/=\s*\w+\[|/\s*\w+\[")
def elimination_without_a_pivot(confusion, predicted):
    """You divide by a number on the diagonal that may be 0, though the matrix can be inverted. Exchange two rows first,
    or let np.linalg.solve do it."""
    table = np.column_stack([confusion, predicted])
    with np.errstate(all="ignore"):
        for k in range(len(table)):
            table[k] /= table[k, k]
            for i in range(len(table)):
                if i != k:
                    table[i] -= table[i, k] * table[k]
    return table[:, -1]


@label_shift_weights.wrong("C2", step="solve", looks_like=r"axis\s*=\s*0|sum\(\s*0|keepdims")
def columns_that_sum_to_1(confusion, predicted):
    """Your weights are p_target(y), the shares themselves: that is what comes out where each column is divided by its
    sum, or the solution is multiplied by it. With the joint shares as they are, the solution is the ratio of the shares
    to those of the source, which is asked."""
    return np.linalg.solve(confusion / confusion.sum(axis=0), predicted)


@label_shift_weights.wrong("C2", step="solve", looks_like=r"axis\s*=\s*-?1|sum\(\s*1|keepdims")
def rows_that_sum_to_1(confusion, predicted):
    """You divide each row by its sum, p(true given predicted). That changes in a label shift; solve with the joint
    shares as they are."""
    return np.linalg.solve(confusion / confusion.sum(axis=1, keepdims=True), predicted)


@label_shift_weights.wrong("C2", step="cut")
def negative_weights_kept(weights):
    """You keep solutions below 0. A weight is a ratio of shares and cannot be negative: set such numbers to 0."""
    return weights


@label_shift_weights.wrong("C2", step="cut", looks_like=r"abs")
def negative_weights_turned_positive(weights):
    """You turn solutions below 0 into positive ones (abs). A number below 0 says that the class is rare or missing: set
    it to 0."""
    return np.abs(weights)


@label_shift_weights.wrong("C2", step="cut", looks_like=r"sum|mean")
def weights_rescaled_at_the_end(weights):
    """You rescale the weights at the end, to the mean 1. The solution of the equations is the ratio itself: leave its
    scale."""
    weights = _cut(weights)
    return weights / weights.mean()


@label_shift_weights.wrong("C2", step="cut", looks_like=r"sum")
def weights_rescaled_to_the_sum_1(weights):
    """You rescale the weights at the end, to the sum 1. Shares sum to 1; their ratios do not: leave the scale of the
    solution."""
    weights = _cut(weights)
    return weights / weights.sum()


@label_shift_weights.wrong("C2", step="solve", looks_like=r"sum\(\s*(?:axis\s*=\s*)?-?1")
def the_ratio_of_the_predicted_shares(confusion, predicted):
    """You divide the predicted shares of the target by those of the source. The classifier errs, and its errors blur
    the ratio: solve the equations, which take them into account."""
    return predicted / confusion.sum(axis=1)


@label_shift_weights.wrong("C2", step="solve", looks_like=r"sum\(\s*(?:axis\s*=\s*)?0")
def predicted_shares_divided_by_true_shares(confusion, predicted):
    """You divide the predicted shares of the target by the true shares of the source. The predictions hold mistakes:
    solve the equations, which take them into account."""
    return predicted / confusion.sum(axis=0)


@label_shift_weights.wrong("C2", step="solve", looks_like=r"diag")
def only_the_right_predictions(confusion, predicted):
    """You use the diagonal only, as if the classifier made no mistakes. Solve the equations with the whole matrix."""
    return predicted / np.diag(confusion)


@label_shift_weights.wrong("C2", step="solve", looks_like=r"/\s*confusion|confusion")
def a_division_element_by_element(confusion, predicted):
    """You divide element by element. confusion @ weights is a product of a matrix and a vector; to undo it, solve the
    equations."""
    return (predicted[:, None] / confusion).sum(axis=1)


@label_shift_weights.wrong("C2", step="solve", looks_like=r"@|dot|matmul")
def multiplied_and_not_solved(confusion, predicted):
    """You multiply confusion by predicted. The weights are what confusion must be multiplied by to give predicted:
    solve the equations."""
    return confusion @ predicted


@label_shift_weights.wrong("C2", looks_like=r"1(?:\.0)?\s*/|solve")
def the_weights_upside_down(confusion, predicted):
    """Your weights are upside down, p_source(y) / p_target(y). A class that the target has more of has a weight above
    1."""
    with np.errstate(all="ignore"):
        return 1 / _cut(np.linalg.solve(confusion, predicted))


@label_shift_weights.wrong("C2", looks_like=r"sum|prior")
def the_shares_of_the_target(confusion, predicted):
    """You multiply the weights by the source's shares, which gives p_target(y), scaled to the sum 1. The ratio to the
    source is asked: the solution of the equations itself."""
    shares = _cut(np.linalg.solve(confusion, predicted)) * confusion.sum(axis=0)
    return shares / shares.sum()


@label_shift_weights.right
def weights_from_the_inverse(confusion, predicted):
    return np.clip(np.linalg.inv(confusion) @ predicted, 0, None)


@label_shift_weights.right
def weights_by_least_squares(confusion, predicted):
    weights, *_ = np.linalg.lstsq(confusion, predicted, rcond=None)
    return np.where(weights < 0, 0, weights)


@label_shift_weights.right
def weights_from_the_target_shares(confusion, predicted):
    prior = confusion.sum(axis=0)
    return np.maximum(np.linalg.solve(confusion / prior, predicted) / prior, 0)


@label_shift_weights.right
def weights_by_elimination(confusion, predicted):
    table = np.column_stack([confusion, predicted])
    for k in range(len(table)):
        pivot = k + np.argmax(np.abs(table[k:, k]))
        table[[k, pivot]] = table[[pivot, k]]
        table[k] /= table[k, k]
        for i in range(len(table)):
            if i != k:
                table[i] -= table[i, k] * table[k]
    return np.array([max(value, 0.0) for value in table[:, -1]])


@label_shift_weights.right
def weights_cut_in_place(confusion, predicted):
    weights = np.linalg.pinv(confusion).dot(predicted)
    weights[weights < 0] = 0
    return weights


@label_shift_weights.right
def weights_in_float32(confusion, predicted):
    return np.maximum(np.linalg.solve(confusion.astype(np.float32), predicted.astype(np.float32)), 0)
