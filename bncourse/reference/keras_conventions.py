"""From Keras's conventions for batch norm to PyTorch's."""

import numpy as np


def to_pytorch(gamma, beta, moving_mean, moving_variance, momentum, batch):
    """Translate the weights and the momentum of Keras's batch norm into PyTorch's.

    Three things differ between the two libraries. The names. The momentum: Keras's is the weight of the
    *old* running statistic, PyTorch's that of the *new* one. The running variance: Keras 3 averages the
    *biased* variances of the batches (divided by the batch size ``n``), PyTorch the *unbiased* ones (divided
    by ``n - 1``), so PyTorch's is ``n / (n - 1)`` times as large. Epsilon means the same in both, but its
    default does not: 1e-3 in Keras, 1e-5 in PyTorch; it is handed over as it is and is no part of this.

    Parameters
    ----------
    gamma, beta : ndarray of shape (features,)
        The learned scale and shift.
    moving_mean, moving_variance : ndarray of shape (features,)
        Keras's running statistics.
    momentum : float
        Keras's momentum, from 0 to 1; its default is 0.99.
    batch : int
        How many values each batch held for a feature: the batch size after a dense layer, batch x height x width for a
        channel of feature maps.

    Returns
    -------
    dict
        With the keys "weight", "bias", "running_mean", "running_var" (arrays of shape (features,)) and
        "momentum" (a float). The variance is exact where all batches had the same size and the running
        variance has forgotten the 1 that it started from. For the same outputs after training, hand Keras's variance
        over as it is: this one makes them smaller, by the root of ``(n - 1) / n``.

    Raises
    ------
    ValueError
        If `batch` is less than 2 (the unbiased variance of one value does not exist), `momentum` is not
        between 0 and 1, or the four arrays differ in shape.

    References
    ----------
    Keras, BatchNormalization, https://keras.io/api/layers/normalization_layers/batch_normalization/
    PyTorch, BatchNorm1d, https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html

    Examples
    --------
    >>> one = np.ones(1)
    >>> translated = to_pytorch(one, 0 * one, 5 * one, 3 * one, momentum=0.75, batch=4)
    >>> translated["running_var"], translated["momentum"]
    (array([4.]), 0.25)
    """
    if batch < 2:
        raise ValueError(f"batch is {batch}; PyTorch's unbiased variance needs at least 2 values for each feature")
    if not 0 <= momentum <= 1:
        raise ValueError(f"momentum is {momentum}; it is a weight between 0 and 1")
    arrays = [np.array(values) for values in (gamma, beta, moving_mean, moving_variance)]
    if len({values.shape for values in arrays}) > 1:
        shapes = ", ".join(str(values.shape) for values in arrays)
        raise ValueError(
            f"gamma, beta, moving_mean and moving_variance have the shapes {shapes}; they must be the same"
        )
    weight, bias, running_mean, biased = arrays
    return {
        "weight": weight,
        "bias": bias,
        "running_mean": running_mean,
        "running_var": biased * batch / (batch - 1),
        "momentum": 1 - momentum,
    }
