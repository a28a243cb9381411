"""Losses of a batch: each gives a number, and its gradient with respect to the network's output."""

import numpy as np


def cross_entropy(logits, labels):
    """Return the mean softmax cross-entropy of a batch, and its gradient with respect to the logits.

    Parameters
    ----------
    logits : ndarray of shape (batch, classes)
        The output of the network.
    labels : ndarray of int of shape (batch,)
        The right classes.

    Returns
    -------
    loss : float
    dlogits : ndarray of shape (batch, classes)

    Examples
    --------
    >>> loss, dlogits = cross_entropy(np.zeros((1, 4)), np.array([2]))
    >>> round(float(np.exp(loss)), 6), dlogits
    (4.0, array([[ 0.25,  0.25, -0.75,  0.25]]))
    """
    shifted = logits - logits.max(axis=1, keepdims=True)  # exp of a large number would overflow
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    dlogits = np.exp(log_p)
    dlogits[rows, labels] -= 1
    return -log_p[rows, labels].mean(), dlogits / len(labels)


def squared(output, target):
    """Return the mean squared error of a batch, and its gradient with respect to the output.

    Parameters
    ----------
    output : ndarray of shape (batch, 1)
        The output of the network.
    target : ndarray of shape (batch,)
        The numbers to predict.

    Returns
    -------
    loss : float
    doutput : ndarray of shape (batch, 1)

    Raises
    ------
    ValueError
        If the output has more than one column, or another length than `target`.

    Examples
    --------
    >>> loss, doutput = squared(np.array([[3.0], [1.0]]), np.array([1.0, 1.0]))
    >>> float(loss), doutput
    (2.0, array([[2.],
           [0.]]))
    """
    if output.shape != (len(target), 1):
        raise ValueError(f"output has shape {output.shape}; with {len(target)} targets it must be ({len(target)}, 1)")
    error = output[:, 0] - target
    return (error**2).mean(), 2 * error[:, None] / len(target)
