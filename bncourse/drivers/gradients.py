"""Hand right and wrong backward passes to a learner's gradient check.

Every gradient here is taken by a complex step: move an input by ``1j * h`` and read the imaginary part of the
output. It is exact to rounding, and a path is dropped from it by reading the real part of that path alone. The
functions bear no names that tell them apart.
"""

from functools import cache

import numpy as np

_STEP = 1e-30
_MOST = 500  # numbers of an input; time and memory grow with the square
_MOST_TOLD = 3  # kinds of calls
_EPS = 1e-12  # so small that two examples have a gradient of almost 0, as they do in practice


def ask_gradient_check(gradient_check, candidate, x, gamma, beta):
    """Let a gradient check judge one pair of a forward and a backward pass.

    Parameters
    ----------
    gradient_check : callable
        What the learner wrote: ``gradient_check(forward, backward, x, gamma, beta)``.
    candidate : str
        A key of `CANDIDATES`.
    x : ndarray of shape (batch, features)
    gamma, beta : ndarray of shape (features,)

    Returns
    -------
    dict
        "the verdict": what the gradient check gave; "calls": with which inputs it called, in words.
    """
    forward, backward = passes(candidate)
    calls = _Calls(forward, x, gamma)

    def noted(dout, x, gamma, beta):
        calls.note(dout, x, gamma, beta)
        return backward(dout, x, gamma, beta)

    return {"the verdict": gradient_check(forward, noted, x, gamma, beta), "calls": str(calls)}


def passes(candidate):
    """Return a pair of a forward and a backward pass.

    Parameters
    ----------
    candidate : str
        A key of `CANDIDATES`.

    Returns
    -------
    forward, backward : callable
    """
    whole, seen, spoil = CANDIDATES[candidate]

    def backward(dout, x, gamma, beta):
        dout, *inputs = (np.asarray(value, float) for value in (dout, x, gamma, beta))
        if max(value.size for value in inputs) > _MOST:
            raise ValueError(f"this backward pass takes at most {_MOST} numbers at a time")
        _refuse_others(dout, *inputs)
        return spoil(*_complex_step(seen, dout, inputs), len(inputs[0]))

    return _forward_of(whole), backward


@cache  # one for all candidates that it belongs to: it tells none of them apart, and its slopes need be taken once
def _forward_of(whole):
    def forward(x, gamma, beta):
        x, gamma, beta = (np.asarray(value, float) for value in (x, gamma, beta))
        _refuse_others(x, x, gamma, beta)
        return whole(x, gamma, beta)

    return forward


class _Calls:
    """With what a gradient check calls the backward pass: it tells apart checks that give the same verdicts."""

    def __init__(self, forward, x, gamma):
        self._forward, self._x, self._gamma = forward, np.array(x, float), np.array(gamma, float)
        self._seen = {}

    def note(self, dout, x, gamma, beta):
        try:
            dout, x, gamma = (np.asarray(value, float) for value in (dout, x, gamma))
            whole = x.shape == self._x.shape
            same = gamma.shape == self._gamma.shape and _near(gamma, self._gamma, 1e-2)
            scale = (
                "the gamma that was passed" if same else "a gamma of ones" if np.all(gamma == 1) else "another gamma"
            )
            kind = self._kind_of(dout, lambda: self._forward(x, gamma, beta) if whole else None)
        except (TypeError, ValueError):  # the backward pass itself says what is wrong with these
            return
        other = whole and not _near(x, self._x, 1e-9)
        of = f"{'all' if whole else len(x)} examples{' of another x than the one passed' if other else ''}"
        words = f"a dout {kind}, {of}, {scale}"
        self._seen.pop(words, None)
        self._seen[words] = True  # the newest last

    @staticmethod
    def _kind_of(dout, output):
        if not np.any(dout):
            return "of zeros"
        if np.all(dout == 1):
            return "of ones"
        if _near(dout, dout[:1], 1e-5):
            return "the same for all examples"
        y = output()
        return "made of y alone" if y is not None and dout.shape == y.shape and _on_a_line(dout, y) else "of its own"

    def __str__(self):
        before, newest = list(self._seen)[:-_MOST_TOLD], list(self._seen)[-_MOST_TOLD:]
        return "; ".join(sorted(newest) + [f"and {len(before)} more before"] * bool(before)) or "none"


def _near(a, b, room):
    """Return whether two arrays are the same but for a share of their sizes, sooner than NumPy's allclose does."""
    return bool((np.abs(a - b) <= room * np.abs(b) + 1e-12 * np.abs(b).max()).all())


def _on_a_line(dout, y):
    """Return whether dout is a number times y, plus a number, for each feature."""
    dout, y = dout - dout.mean(axis=0), y - y.mean(axis=0)
    return bool(np.all(np.abs((dout * y).sum(axis=0)) >= (1 - 1e-9) * np.sqrt((dout**2).sum(0) * (y**2).sum(0))))


# Behind a wall it stays with the judge, and only the learner's check is called on the other side.
ask_gradient_check.outside = True
ask_gradient_check.call_of = lambda candidate, x, gamma, beta: {
    **dict(zip(("forward", "backward"), passes(candidate), strict=True)),
    "x": x,
    "gamma": gamma,
    "beta": beta,
}


def _refuse_others(dout, x, gamma, beta):
    """Refuse shapes that do not fit together: broadcasting would make far larger arrays of them."""
    if x.ndim != 2 or not len(x) or dout.shape != x.shape or {gamma.shape, beta.shape} != {x.shape[1:]}:
        shapes = ", ".join(map(str, (dout.shape, x.shape, gamma.shape, beta.shape)))
        raise ValueError(
            f"dout, x, gamma, beta have the shapes {shapes}; (batch, features) is needed for the first two, "
            "(features,) for the others"
        )


def _complex_step(function, dout, inputs):
    """Return the gradient of ``sum(dout * function(*inputs))`` with respect to each input."""
    gradients = []
    for place, values in enumerate(inputs):
        moves = np.eye(values.size).reshape(values.size, *values.shape)
        moved = [value[None, None, :] if value.ndim == 1 else value for value in inputs]
        moved[place] = values + 1j * _STEP * moves
        if values.ndim == 1:
            moved[place] = moved[place][:, None, :]
        slopes = np.imag(function(*moved)) / _STEP
        gradients.append((dout * slopes).sum(axis=(-2, -1)).reshape(values.shape))
    return gradients


def _normalized(x, mean, deviations):
    return (x - mean) / np.sqrt((deviations**2).mean(axis=-2, keepdims=True) + _EPS)


def _layer(x, gamma, beta):
    mean = x.mean(axis=-2, keepdims=True)
    return gamma * _normalized(x, mean, x - mean) + beta


def _still(x, gamma, beta):
    mean = np.real(x).mean(axis=-2, keepdims=True)
    return gamma * _normalized(x, mean, np.real(x) - mean) + beta


def _without_the_first_path(x, gamma, beta):
    mean = np.real(x).mean(axis=-2, keepdims=True)
    return gamma * _normalized(x, mean, x - x.mean(axis=-2, keepdims=True)) + beta


def _without_the_second_path(x, gamma, beta):
    mean = x.mean(axis=-2, keepdims=True)
    return gamma * _normalized(x, mean, np.real(x - mean)) + beta


def _unscaled(x, gamma, beta):
    return (gamma if np.iscomplexobj(gamma) else 1.0) * _layer(x, 1.0, 0.0) + beta


def _tiny(x, gamma, beta):
    return 1e-7 * _layer(x, gamma, beta)


def _tiny_and_still(x, gamma, beta):
    return 1e-7 * _still(x, gamma, beta)


def _straight(x, gamma, beta):
    return gamma * x + beta


def _waves(x, gamma, beta):
    """So curved that a difference to one side with a step of 1e-5 is off by more than 1e-5 of itself, at any place."""
    return gamma * np.sin(20.0 * x) + beta


def _kept(dx, dgamma, dbeta, size):
    return dx, dgamma, dbeta


def _stretched(dx, dgamma, dbeta, size):
    return 1.005 * dx, dgamma, dbeta


def _one_is_nan(dx, dgamma, dbeta, size):
    spoiled = np.array(dx)
    spoiled[-1, 0] = np.nan
    return spoiled, dgamma, dbeta


def _rounded(dx, dgamma, dbeta, size):
    return tuple(
        value * (1 + 1e-9 * np.cos(np.arange(value.size)).reshape(value.shape)) for value in (dx, dgamma, dbeta)
    )


def _first_averaged(dx, dgamma, dbeta, size):
    return dx, dgamma / size, dbeta


def _second_averaged(dx, dgamma, dbeta, size):
    return dx, dgamma, dbeta / size


def _exchanged(dx, dgamma, dbeta, size):
    return dx, dbeta, dgamma


def _one_off(dx, dgamma, dbeta, size):
    """Spoil the largest number that is not in the first row."""
    spoiled = np.array(dx)
    place = np.unravel_index(np.argmax(np.abs(dx[1:])), dx[1:].shape)
    spoiled[1:][place] *= 1.1
    return spoiled, dgamma, dbeta


def _turned(dx, dgamma, dbeta, size):
    return -dx, dgamma, dbeta


# The forward pass, the function whose gradient the backward pass gives, and what is done to that gradient.
CANDIDATES = {
    "A": (_layer, _layer, _kept),
    "B": (_layer, _still, _kept),
    "C": (_layer, _without_the_first_path, _kept),
    "D": (_layer, _without_the_second_path, _kept),
    "E": (_layer, _unscaled, _kept),
    "F": (_layer, _layer, _stretched),
    "G": (_layer, _layer, _rounded),
    "H": (_layer, _layer, _first_averaged),
    "I": (_layer, _layer, _second_averaged),
    "J": (_layer, _layer, _exchanged),
    "K": (_layer, _layer, _one_off),
    "L": (_straight, _straight, _kept),
    "M": (_layer, _layer, _turned),
    "N": (_layer, _layer, _one_is_nan),
    "O": (_tiny, _tiny_and_still, _kept),
    "P": (_tiny, _tiny, _kept),
    "Q": (_waves, _waves, _kept),
}
