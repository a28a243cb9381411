"""With what a learner's test calls a batch norm, and what it therefore cannot see."""

import numpy as np

_FAR = 1e3  # a mean of so many standard deviations makes lost digits visible
_LARGE_EPSILON = 1e-2


class Calls:
    """What a test tries, seen from inside the batch norms that it is given."""

    def __init__(self):
        self._forward, self._backward = [], []
        self.single = False  # whether a batch came in float32

    def note_forward(self, x, gamma, beta, running_mean, running_var, momentum, eps, training):
        """Note one call of ``forward``."""
        self.single = self.single or np.asarray(x).dtype == np.float32
        flat = np.asarray(x, float).reshape(-1, np.shape(x)[-1])
        with np.errstate(all="ignore"):
            far = bool(np.any(np.abs(flat.mean(axis=0)) > _FAR * flat.std(axis=0)) and len(flat) > 1)
        tame = {
            "gamma is 1": bool(np.all(np.equal(gamma, 1))),
            "beta is 0": not np.any(beta),
            f"epsilon is below {_LARGE_EPSILON:g}": eps < _LARGE_EPSILON,
            "the running statistics are 0 and 1": not np.any(running_mean) and bool(np.all(np.equal(running_var, 1))),
        }
        if training:
            tame["momentum is 0.5"] = momentum == 0.5
        self._forward.append((np.ndim(x), training, far, tame))

    def note_backward(self, dout, gamma):
        """Note one call of ``backward``."""
        self._backward.append({"dout is 1": bool(np.all(np.equal(dout, 1))), "gamma is 1": bool(np.all(gamma == 1))})

    def __str__(self):
        """Say what is never tried, or always the same, so that a bug can hide there."""
        missing = []
        if not any(training for _, training, _, _ in self._forward):
            missing.append("forward with training=True")
        if all(training for _, training, _, _ in self._forward):
            missing.append("forward with training=False")
        if not any(axes > 2 for axes, _, _, _ in self._forward):
            missing.append("feature maps (x of four axes)")
        if not any(far for _, _, far, _ in self._forward):
            missing.append("a mean that is large beside the standard deviation")
        if not self._backward:
            missing.append("backward")
        said = [f"it never tries {', '.join(missing)}"] if missing else []
        calls = [tame for *_, tame in self._forward] + self._backward
        names = dict.fromkeys(name for tame in calls for name in tame)
        same = [name for name in names if all(tame.get(name, True) for tame in calls)]
        said += [f"in all its calls {', '.join(same)}"] if same else []
        return "; ".join(said)
