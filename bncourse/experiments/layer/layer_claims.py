"""What notebook 04 claims: for each measurement of `layers` a sentence, its choices, and the test of its numbers."""

from bncourse.experiments.claim import Claim
from bncourse.experiments.layer import layers

CLAIMS = {
    "epsilon_formula": Claim(
        "after normalizing, the standard deviation is sigma / sqrt(sigma**2 + eps), 0.30 at sigma 0.01",
        layers.epsilon_formula,
        lambda n: n["error"] < 1e-9 and n["std_at_0.1"] > 0.9 and abs(n["std_at_0.01"] - 0.30) < 0.01,
        over={},
        notebook="04",
        cells=("epsilon-figure",),
    ),
    "identity_recovery": Claim(
        "gamma = sqrt(var + eps) and beta = mean undo the normalization, which changes no correlation",
        layers.identity_recovery,
        lambda n: n["error"] < 1e-12 and n["correlation"] < 1e-12,
        over={},
        notebook="04",
        cells=("identity-measured",),
    ),
    "sigmoid_straightness": Claim(
        "with gamma 1 a sigmoid stays nearly straight, with gamma 8 it does not; beta 4 brings most outputs to its "
        "end; for layers that were trained for 100 to 400 steps",
        layers.sigmoid_straightness,
        lambda n: (
            n["gamma_1"] > 0.97
            and n["gamma_8"] < 0.8
            and n["above_0.95_at_beta_0"] < 0.05
            and n["above_0.95_at_beta_4"] > 0.7
        ),
        over={"steps": (100, 200, 400)},
        notebook="04",
        cells=("sigmoid-figure",),
    ),
    "regressor_needs_gamma_and_beta": Claim(
        "at learning rates from 0.01 to 0.1, a regressor that ends in batch norm is useful with learned gamma and "
        "beta, and useless at 1 and 0",
        layers.regressor_needs_gamma_and_beta,
        lambda n: n["learned"] > 0.3 and n["fixed"] < 0,
        over={"lr": (0.01, 0.03, 0.1)},
        notebook="04",
        cells=("regressor-figure",),
    ),
    "hidden_layers": Claim(
        "at learning rates from 0.1 to 1, in hidden layers with sigmoids, gamma fixed at 0.1 costs more than 15 points "
        "of accuracy, and 1 and 0 less than 3",
        layers.hidden_layers,
        lambda n: n["learned"] - n["fixed_0.1"] > 0.15 and n["learned"] - n["fixed_1"] < 0.03,
        over={"lr": (0.1, 0.3, 1.0)},
        notebook="04",
        cells=("hidden-measured",),
        told=("batch_norm-task",),
    ),
    "redundant_bias": Claim(
        "a bias before batch norm has no gradient; without batch norm it has one",
        layers.redundant_bias,
        lambda n: n["with_norm"] < 1e-12 and n["without_norm"] > 1e-4,
        over={},
        notebook="04",
        cells=("bias-measured",),
    ),
}
