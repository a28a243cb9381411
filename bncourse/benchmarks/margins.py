"""How far a claim is from failing: the distance of each of its comparisons from its bound."""

from types import FunctionType


def margin(holds, numbers):
    """Return how far a claim is from the nearest of its bounds.

    The distance of a comparison ``a < b`` is ``(b - a) / max(|a|, |b|)``: 0 at the bound, at most 1 for numbers of
    one sign, negative where it fails. Equalities have none.

    Parameters
    ----------
    holds : callable
        Of a `bncourse.experiments.claims.Claim`.
    numbers : dict of float
        A measurement.

    Returns
    -------
    float or None
        The smallest distance; None for a claim without a bound.

    Examples
    --------
    >>> margin(lambda n: n["gap"] > 0.25 and abs(n["rest"]) < 1, {"gap": 0.5, "rest": -0.1})
    0.5
    """
    seen = []

    def compared(low, high):
        largest = max(abs(low), abs(high))
        seen.append((high - low) / largest if largest else 0.0)

    class Watched(float):
        """A number that notes what it is compared with, and whose sums and products do so too."""

        def __lt__(self, other):
            compared(float(self), float(other))
            return float(self) < float(other)

        def __gt__(self, other):
            compared(float(other), float(self))
            return float(self) > float(other)

        def __le__(self, other):
            compared(float(self), float(other))
            return float(self) <= float(other)

        def __ge__(self, other):
            compared(float(other), float(self))
            return float(self) >= float(other)

    for name in ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "pow", "neg", "abs"):
        plain = getattr(float, f"__{name}__")
        setattr(Watched, f"__{name}__", lambda self, *other, plain=plain: Watched(plain(self, *other)))

    def chosen(choose):  # the comparisons inside of min and max are no bounds
        return lambda *some: Watched(choose(map(float, some[0] if len(some) == 1 else some)))

    names = {**holds.__globals__, "min": chosen(min), "max": chosen(max)}
    watched = FunctionType(holds.__code__, names, holds.__name__, holds.__defaults__, holds.__closure__)
    watched({key: Watched(value) for key, value in numbers.items()})
    return min(seen, default=None)
