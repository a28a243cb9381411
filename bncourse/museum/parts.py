"""A batch norm made of parts, so that a bug of the museum is one part exchanged."""

import ast
import inspect
import textwrap
from types import SimpleNamespace

import numpy as np


def implementation(**parts):
    """Make a batch norm in which some parts are replaced.

    Parameters
    ----------
    **parts : callable
        ``statistics(x)`` (mean and variance, which broadcast against `x`), ``of_maps(x)`` (the same for feature maps
        alone, where they are taken otherwise), ``normalize(x, mean, var, eps)``,
        ``scale(x_hat, gamma, beta, training)``, ``update(old, new, momentum)``, ``kept(mean, var, x)`` (what is
        averaged), ``at_inference(x, running_mean, running_var)`` (the statistics used), ``gradient(dout, x_hat,
        inv_std, gamma)`` (of x).

    Returns
    -------
    namespace
        With the functions `forward` and `backward`; their names and attributes are always the same.
    """
    part = SimpleNamespace(**{**RIGHT_PARTS, **parts})
    of_maps = parts.get("of_maps", part.statistics)

    def forward(x, gamma, beta, running_mean, running_var, momentum, eps, training):
        x = np.asarray(x)
        running_mean, running_var = np.array(running_mean), np.array(running_var)
        if training:
            mean, var = of_maps(x) if x.ndim == 4 else part.statistics(x)
            kept_mean, kept_var = part.kept(mean, var, x)
            running_mean = part.update(running_mean, kept_mean, momentum)
            running_var = part.update(running_var, kept_var, momentum)
        else:
            mean, var = part.at_inference(x, running_mean, running_var)
        y = part.scale(part.normalize(x, mean, var, eps), gamma, beta, training)
        return y, running_mean, running_var

    def backward(dout, x, gamma, eps):
        x, dout = np.asarray(x), np.asarray(dout)
        inv_std = 1 / np.sqrt(x.var(axis=0) + eps)
        x_hat = (x - x.mean(axis=0)) * inv_std
        return part.gradient(dout, x_hat, inv_std, gamma), (dout * x_hat).sum(axis=0), dout.sum(axis=0)

    return SimpleNamespace(forward=forward, backward=backward)


def axes(x):
    """Return the axes over which the statistics of the last axis are taken."""
    return tuple(range(x.ndim - 1))


def of_each_channel(x):
    """Return the mean and the biased variance of each feature or channel."""
    return x.mean(axis=axes(x)), x.var(axis=axes(x))


# The label of an exhibit shows the line of a part, so each is a function of one line.


def _of_maps(x):
    return x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))


def _normalize(x, mean, var, eps):
    return (x - mean) / np.sqrt(var + eps)


def _scale(x_hat, gamma, beta, training):
    return gamma * x_hat + beta


def _update(old, new, momentum):
    return momentum * old + (1 - momentum) * new


def _kept(mean, var, x):
    return mean, var


def _at_inference(x, running_mean, running_var):
    return running_mean, running_var


def _gradient(dout, x_hat, inv_std, gamma):
    return gamma * inv_std * (dout - dout.mean(axis=0) - x_hat * (dout * x_hat).mean(axis=0))


RIGHT_PARTS = {
    "statistics": of_each_channel,
    "of_maps": _of_maps,
    "normalize": _normalize,
    "scale": _scale,
    "update": _update,
    "kept": _kept,
    "at_inference": _at_inference,
    "gradient": _gradient,
}


def line_of(part):
    """Return the line of a part as it stands in this package, without its ``return``.

    Parameters
    ----------
    part : callable
        A function of one statement, but for its docstring.

    Returns
    -------
    str

    Examples
    --------
    >>> line_of(RIGHT_PARTS["normalize"])
    '(x - mean) / np.sqrt(var + eps)'
    """
    source = textwrap.dedent(inspect.getsource(part))
    last = ast.parse(source).body[0].body[-1]
    return ast.get_source_segment(source, last.value)


def written_with_loops():
    """Return a right batch norm that goes through the features one by one.

    Returns
    -------
    namespace
        With the functions `forward` and `backward`.
    """

    def forward(x, gamma, beta, running_mean, running_var, momentum, eps, training):
        y = np.empty(np.shape(x))
        new_mean, new_var = np.array(running_mean, float), np.array(running_var, float)
        for k in range(np.shape(x)[-1]):
            values = x[..., k]
            mean, var = (values.mean(), values.var()) if training else (running_mean[k], running_var[k])
            y[..., k] = (values - mean) / (var + eps) ** 0.5 * gamma[k] + beta[k]
            if training:
                new_mean[k] += (1 - momentum) * (mean - running_mean[k])
                new_var[k] += (1 - momentum) * (var - running_var[k])
        return y, new_mean, new_var

    def backward(dout, x, gamma, eps):
        columns = [_staged(dout[:, k], x[:, k], gamma[k], eps) for k in range(x.shape[1])]
        dx, dgamma, dbeta = zip(*columns, strict=True)
        return np.stack(dx, axis=1), np.array(dgamma), np.array(dbeta)

    return SimpleNamespace(forward=forward, backward=backward)


def _staged(dout, x, gamma, eps):
    """Go back through one feature step by step: scale, root, variance, mean."""
    centred, std = x - x.mean(), (x.var() + eps) ** 0.5
    dx_hat = dout * gamma
    dvar = -0.5 * (dx_hat * centred).sum() / std**3
    dmean = -dx_hat.sum() / std - 2 * dvar * centred.mean()
    dx = dx_hat / std + 2 * dvar * centred / len(x) + dmean / len(x)
    return dx, (dout * centred / std).sum(), dout.sum()


def written_as_one_affine_map():
    """Return a right batch norm that folds its steps into ``x * scale + shift``.

    Returns
    -------
    namespace
        With the functions `forward` and `backward`.
    """

    def forward(x, gamma, beta, running_mean, running_var, momentum, eps, training):
        rows = np.reshape(x, (-1, np.shape(x)[-1]))
        mean, var = running_mean, running_var
        if training:
            mean = rows.sum(axis=0) / len(rows)
            var = np.square(rows - mean).sum(axis=0) / len(rows)
            running_mean = running_mean * momentum + mean * (1 - momentum)
            running_var = running_var * momentum + var * (1 - momentum)
        scale = gamma / np.sqrt(var + eps)
        return (rows * scale + (beta - mean * scale)).reshape(np.shape(x)), running_mean + 0.0, running_var + 0.0

    def backward(dout, x, gamma, eps):
        n = len(x)
        std = np.sqrt(x.var(axis=0) + eps)
        x_hat = (x - x.mean(axis=0)) / std
        dgamma, dbeta = np.einsum("nd,nd->d", dout, x_hat), np.einsum("nd->d", dout)
        return gamma / (n * std) * (n * dout - dbeta - x_hat * dgamma), dgamma, dbeta

    return SimpleNamespace(forward=forward, backward=backward)
