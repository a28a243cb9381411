"""Black box shift estimation: from a classifier's predictions to the shares of the classes, without target labels.

A seed in, numbers and arrays out; nothing is drawn.
"""

import numpy as np

from bncourse import data, reference

SHARES = np.array([1, 1, 1, 1, 1, 2, 3, 4, 5, 6]) / 25  # of the digits 0 to 9 in the target


def digit_shares(seed, learned=200):
    """Estimate how frequent each digit is, where the shares changed and where the images did.

    A logistic regression learns a few MNIST digits of 8 x 8 pixels, so that it errs now and then; 2,800 others give
    its confusion matrix. Targets: 1,000 digits drawn from the rest with the shares `SHARES` (a label shift), and
    1,000 of scikit-learn's digits (other images, nearly equal shares).

    Parameters
    ----------
    seed : int
        Which digits.
    learned : int, default 200
        How many it learns.

    Returns
    -------
    dict of str to dict
        For "label shift" and "other images": "true", "counted" (the share of each prediction) and "estimated" by
        black box shift estimation, each of shape (10,) and with the sum 1; "accuracy" of the classifier there.
    """
    from sklearn.linear_model import LogisticRegression  # here, because it takes a second to load

    rng = np.random.default_rng(seed)
    x, y = data.mnist_64()
    order = rng.permutation(len(x))
    train, held_out, rest = order[:learned], order[learned : learned + 2800], order[learned + 2800 :]
    model = LogisticRegression(max_iter=1000).fit(x[train], y[train])
    confusion = np.zeros((10, 10))
    np.add.at(confusion, (model.predict(x[held_out]), y[held_out]), 1 / len(held_out))
    digit = rng.choice(10, 1000, p=SHARES)
    shifted = np.array([rng.choice(rest[y[rest] == d]) for d in digit])
    other_x, other_y = data.digits()
    drawn = rng.choice(len(other_x), 1000, replace=False)
    found = {}
    for name, inputs, labels in (
        ("label shift", x[shifted], y[shifted]),
        ("other images", other_x[drawn], other_y[drawn]),
    ):
        said = model.predict(inputs)
        counted = np.bincount(said.astype(np.intp), minlength=10) / len(said)
        shares = reference.label_shift_weights(confusion, counted) * confusion.sum(axis=0)
        found[name] = {
            "true": np.bincount(labels.astype(np.intp), minlength=10) / len(labels),
            "counted": counted,
            "estimated": shares / shares.sum(),
            "accuracy": float((said == labels).mean()),
        }
    return found


def share_errors(seed, runs=5, learned=200):
    """Measure `digit_shares`: by how much the shares are wrong, added up over the digits.

    Parameters
    ----------
    seed, learned
        Of `digit_shares`.
    runs : int, default 5
        How many to average.

    Returns
    -------
    dict of float
        "label shift counted", "label shift estimated", "other images counted", "other images estimated": the
        mean of 5 runs of the sum of absolute differences from the true shares, from 0 to 2.
    """
    found = [digit_shares([seed, run], learned) for run in range(runs)]
    return {
        f"{name} {how}": float(np.mean([np.abs(one[name][how] - one[name]["true"]).sum() for one in found]))
        for name in ("label shift", "other images")
        for how in ("counted", "estimated")
    }
