"""What the reference functions demand of the shapes that they are given."""

import numpy as np


def row(name, values):
    """Return the values as an array with one axis.

    Parameters
    ----------
    name : str
        What to call them in the message.
    values : array_like

    Returns
    -------
    ndarray of shape (n,)

    Raises
    ------
    ValueError
        If they have another number of axes, or there are none.
    """
    values = np.asarray(values)
    if values.ndim != 1 or values.size == 0:
        raise ValueError(f"{name} has shape {values.shape}; give one axis with at least one number")
    return values
