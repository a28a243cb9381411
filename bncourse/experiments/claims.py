"""What the notebooks claim about their measurements, so that it can be tried on seeds nobody looked at.

::

    claim = CLAIMS["identity_recovery"]
    claim.holds(claim.measure(seed=123))

A notebook calls `confirm` in the cell that measures: it asserts these bounds there, and does not show them to a reader
who has not guessed yet.
"""

from bncourse.experiments import kill_rates
from bncourse.experiments.keras_runs import fine_tuning, freezing, keras_training
from bncourse.experiments.layer import (
    accumulation,
    batch_dependence,
    folding,
    gradient_checks,
    gradients,
    half_precision,
    layer_claims,
    precise,
    running,
)
from bncourse.experiments.normalizers import adaptation, batch_composition, entropy_steps, regularizers, sharing
from bncourse.experiments.residual import border, depths, signal, tokens, tuning
from bncourse.experiments.shift import shift_claims
from bncourse.experiments.training import (
    convergence,
    depth,
    descent,
    first_look,
    ghost_batches,
    hidden_units,
    landscape_claims,
    meeting,
    rates,
    scale_invariance,
)

# The measurements stand with their claims.
CLAIMS = {
    name: claim
    for module in (
        layer_claims,
        adaptation,
        batch_composition,
        batch_dependence,
        convergence,
        depth,
        descent,
        entropy_steps,
        fine_tuning,
        first_look,
        folding,
        freezing,
        gradient_checks,
        gradients,
        ghost_batches,
        hidden_units,
        kill_rates,
        landscape_claims,
        rates,
        meeting,
        keras_training,
        accumulation,
        half_precision,
        precise,
        running,
        scale_invariance,
        regularizers,
        sharing,
        shift_claims,
        border,
        depths,
        signal,
        tokens,
        tuning,
    )
    for name, claim in module.CLAIMS.items()
}


def confirm(name, numbers):
    """Assert in a notebook that a measurement bears out what the text says of it.

    Parameters
    ----------
    name : str
        Of the claim, in `CLAIMS`.
    numbers : dict of float
        What its measurement gave.

    Raises
    ------
    AssertionError
        If it does not; the message has the claim and the numbers.

    Examples
    --------
    >>> confirm("identity_recovery", {"error": 1e-16, "correlation": 0.0})
    """
    if not CLAIMS[name].holds(numbers):
        measured = ", ".join(f"{key} {value:.3g}" for key, value in numbers.items())
        raise AssertionError(
            f"This run does not bear out what the text says: {CLAIMS[name].says}. Measured here: {measured}. "
            "If you changed the code above, undo it; else `bncourse bench claims` tries the claim on more seeds."
        )
