"""What the notebooks claim about their measurements, so that it can be tried on seeds nobody looked at.

::

    claim = CLAIMS["identity_recovery"]
    claim.holds(claim.measure(seed=123))

A notebook asserts the same bounds in its own cell, where the reader sees them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bncourse.experiments import (
    adaptation,
    batch_composition,
    batch_dependence,
    convergence,
    depth,
    descent,
    fine_tuning,
    folding,
    gradient_checks,
    gradients,
    hidden_units,
    keras_training,
    kill_rates,
    landscape,
    layers,
    rates,
    regularizers,
    running,
    scale_invariance,
    sharing,
    shift_claims,
)


@dataclass(frozen=True)
class Claim:
    """What a notebook claims about a measurement.

    Parameters
    ----------
    says : str
        The claim in words.
    measure : callable
        ``measure(seed)`` gives a dict of float.
    holds : callable
        ``holds(numbers)`` says whether the claim is true of them.
    """

    says: str
    measure: Callable[[int], dict]
    holds: Callable[[dict], bool]


CLAIMS = {
    "epsilon_formula": Claim(
        "after normalizing, the standard deviation is sigma / sqrt(sigma**2 + eps), 0.30 at sigma 0.01",
        layers.epsilon_formula,
        lambda n: n["error"] < 1e-9 and n["std_at_0.1"] > 0.9 and n["std_at_0.01"] < 0.35,
    ),
    "identity_recovery": Claim(
        "gamma = sqrt(var + eps) and beta = mean undo the normalization",
        layers.identity_recovery,
        lambda n: n["error"] < 1e-12,
    ),
    "sigmoid_straightness": Claim(
        "with gamma 1 a sigmoid stays nearly straight, with gamma 8 it does not; beta 4 brings most outputs to its end",
        layers.sigmoid_straightness,
        lambda n: (
            n["gamma_1"] > 0.97
            and n["gamma_8"] < 0.8
            and n["above_0.95_at_beta_0"] < 0.05
            and n["above_0.95_at_beta_4"] > 0.7
        ),
    ),
    "regressor_needs_gamma_and_beta": Claim(
        "a regressor that ends in batch norm is useful with learned gamma and beta, and useless at 1 and 0",
        layers.regressor_needs_gamma_and_beta,
        lambda n: n["learned"] > 0.3 and n["fixed"] < 0,
    ),
    "hidden_layers": Claim(
        "in hidden layers with sigmoids, gamma fixed at 0.1 costs more than 15 points of accuracy",
        layers.hidden_layers,
        lambda n: n["learned"] - n["fixed_0.1"] > 0.15,
    ),
    "redundant_bias": Claim(
        "a bias before batch norm has no gradient; without batch norm it has one",
        layers.redundant_bias,
        lambda n: n["with_norm"] < 1e-12 and n["without_norm"] > 1e-4,
    ),
}

# The measurements of the other notebooks stand with their claims.
for _module in (
    adaptation,
    batch_composition,
    batch_dependence,
    convergence,
    depth,
    descent,
    fine_tuning,
    folding,
    gradient_checks,
    gradients,
    hidden_units,
    kill_rates,
    landscape,
    rates,
    keras_training,
    running,
    scale_invariance,
    regularizers,
    sharing,
    shift_claims,
):
    CLAIMS |= {name: Claim(*parts) for name, parts in _module.CLAIMS.items()}
