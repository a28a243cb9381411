"""What notebooks 01 and 02 claim: for each measurement a sentence, its choices, and the test of its numbers."""

from bncourse.experiments.claim import Claim
from bncourse.experiments.shift import detection, label_shift, shifts, ties, weighting, weighting_limits

CLAIMS = {
    "kinds_in_numbers": Claim(
        "covariate shift keeps p(y|x), label shift p(x|y), concept drift p(x); accuracy may rise",
        shifts.kinds_in_numbers,
        lambda n: (
            n["covariate shift p(y|x)"] < 0.1 < 0.3 < n["covariate shift p(x)"]
            and n["label shift p(x|y)"] < 0.1 < 0.3 < min(n["label shift p(y)"], n["label shift p(y|x)"])
            and n["concept drift p(x)"] < 0.1 < 0.3 < n["concept drift p(y|x)"]
            and n["covariate shift accuracy"] > n["source accuracy"]
            and abs(n["label shift accuracy"] - n["source accuracy"]) < 0.03
        ),
        over={},
        notebook="01",
        cells=("kinds-measured",),
    ),
    "digits_elsewhere": Claim(
        "a digit classifier loses more than 40 points of accuracy on MNIST digits of the same size, with a weak "
        "penalty or a strong one (C from 0.1 to 10)",
        shifts.digits_elsewhere,
        lambda n: n["home"] > 0.9 and n["home"] - n["mnist"] > 0.4,
        over={"strength": (0.1, 1.0, 10.0)},
        notebook="01",
        cells=("away-figure",),
    ),
    "mileage_elsewhere": Claim(
        "a line of mileage by horsepower errs more than twice as much on Japanese cars, and is too low for weak "
        "American ones; a curve errs less, and still more than at home, because Japanese cars go 3 to 4 mpg farther at "
        "equal power; given their weight too, less than half of that",
        shifts.mileage_elsewhere,
        lambda n: (
            n["line japan"] > 2 * n["line home"]
            and 1.5 * n["curve home"] < n["curve japan"] < 0.75 * n["line japan"]
            and n["line weak"] > 1
            and 3 < n["farther"] < 4.05
            and n["farther, weight too"] < 0.5 * n["farther"]
        ),
        over={},
        notebook="01",
        cells=("cars-figure",),
    ),
    "detectors": Claim(
        "with 300 to 500 examples three detectors see that MNIST is not scikit-learn's digits; two see no shift "
        "between halves of the latter",
        detection.detectors,
        lambda n: (
            n["auc"] > 0.9 and n["pixels"] > 40 and n["mmd p"] < 0.01 and n["auc same"] < 0.6 and n["pixels same"] <= 2
        ),
        over={"examples": (300, 500)},
        notebook="01",
        cells=("others-figure",),
    ),
    "false_alarms": Claim(
        "without shift, with samples of 50 to 200, valid tests raise false alarms at their level or below it; the "
        "smallest of 64 p-values much more often",
        detection.false_alarms,
        lambda n: max(n[way] for way in detection.WAYS[:3]) < 0.15 and n[detection.WAYS[3]] > 0.35,
        over={"examples": (50, 100, 200)},
        notebook="01",
        cells=("alarms-figure",),
    ),
    "without_ties": Claim(
        "ties are why the smallest of 64 p-values gives fewer false alarms than 0.96: with ties broken it gives more "
        "than 0.85; with independent pixels and their ties less than 0.85, a rise less than two thirds as large",
        ties.without_ties,
        lambda n: (
            n["ties broken"] > 0.85 > n["pixels independent"]
            and n["pixels independent"] - n["as they are"] < 2 / 3 * (n["ties broken"] - n["as they are"])
        ),
        over={},
        notebook="01",
        cells=("ties-measured",),
        told=("ties-read",),
    ),
    "alarm_and_harm": Claim(
        "a dot in the corner is detected without a mistake and does no harm; swapped labels make more than nine "
        "in ten of the digits 3 and 8 wrong, cost over 10 points and are not detected",
        detection.alarm_and_harm,
        lambda n: (
            n["auc dot"] == 1
            and n["accuracy dot"] == n["accuracy nothing"]
            and n["auc swapped labels"] < 0.6
            and n["accuracy swapped labels"] < n["accuracy nothing"] - 0.1
            and n["wrong 3 and 8"] > 0.9
        ),
        over={},
        notebook="01",
        cells=("harm-measured",),
        told=("seen",),
    ),
    "shimodaira": Claim(
        "with 200 to 1,000 examples, importance weights divide a misspecified line's mean squared distance from the "
        "curve in the target by more than 4, and its squared error there, noise included, by more than 1.3; estimated "
        "weights do as well as the true ones, to a factor of 1.5",
        weighting.shimodaira,
        lambda n: (
            n["plain"] > 4 * n["true weights"]
            and n["plain, noisy"] > 1.3 * n["true weights, noisy"]
            and n["plain"] > 4 * n["estimated weights"]
            and n["estimated weights"] < 1.5 * n["true weights"]
            and n["estimated weights"] < 15 * n["target"]
            and n["correlation"] > 0.95
        ),
        over={"examples": (200, 1000)},
        notebook="02",
        cells=("idea-figure", "estimated-measured"),
        told=("density_ratio-task", "weighted_risk-task"),
    ),
    "unequal_sizes": Claim(
        "the odds of a domain classifier are off by the ratio of the sizes",
        weighting.unequal_sizes,
        lambda n: 0.6 < n["corrected"] < 1.6 and 2.4 < n["odds"] < 6.4,
        over={},
        notebook="02",
        cells=("estimated-measured",),
    ),
    "risk_estimates": Claim(
        "with 300 to 1,000 examples the weighted risk in the source is less than half as far from the risk in the "
        "target as the plain one",
        weighting.risk_estimates,
        lambda n: n["weighted off"] < 0.5 * n["source off"],
        over={"examples": (300, 1000)},
        notebook="02",
        cells=("foretell-measured",),
    ),
    "size_and_distance": Claim(
        "at a distance of one standard deviation 200 examples are worth under 100, at two under 30",
        weighting.size_and_distance,
        lambda n: abs(n["0"] - 200) < 1e-6 and n["1"] < 100 and n["2"] < 30,
        over={},
        notebook="02",
        cells=("size-figure",),
    ),
    "clipping_limits": Claim(
        "with 100 to 400 examples a moderate limit on the weights errs less than a tight one and than none",
        weighting.clipping_limits,
        lambda n: n["error 16"] < n["error none"] and n["error 16"] < n["error 1"] / 1.5,
        over={"examples": (100, 200, 400)},
        notebook="02",
        cells=("limit-figure",),
    ),
    "no_support": Claim(
        "where source and target hardly meet (standard deviations of 0.15 to 0.2) weighting makes the line worse, and "
        "the effective size is a handful",
        weighting_limits.no_support,
        lambda n: n["weighted"] > n["plain"] > 5 * n["target"] and n["size"] < 5,
        over={"std": (0.15, 0.2)},
        notebook="02",
        cells=("support-measured",),
    ),
    "weighted_cars": Claim(
        "weights help the line of mileage on Japanese cars, and less than a line learned from these",
        weighting_limits.weighted_cars,
        lambda n: n["USA"] > 1.2 * n["USA, weighted"] and n["USA, weighted"] > 1.2 * n["Japan"],
        over={},
        notebook="02",
        cells=("cars-figure",),
    ),
    "interpolation": Claim(
        "at learning rates from 0.2 to 0.3, and with cross-entropy, weights fade in a network that learns all examples "
        "by heart, and stay in a model that cannot",
        weighting_limits.interpolation,
        lambda n: (
            n["network 30"] > 0.6
            and n["network 3000"] < 0.35
            and n["line 3000"] > 0.4
            and n["network accuracy"] > 0.99
            and n["line accuracy"] < 0.98
        ),
        over={"lr": (0.2, 0.3)},
        notebook="02",
        cells=("heart-figure",),
        told=("label_shift_weights-task",),
    ),
    "share_errors": Claim(
        "under label shift black box shift estimation leaves less than 0.8 of the error of the counted shares, for a "
        "classifier that learned 150 to 300 digits; when the images change it errs more than the counted shares",
        label_shift.share_errors,
        lambda n: (
            n["label shift estimated"] < 0.8 * n["label shift counted"]
            and n["other images estimated"] > max(1.1 * n["other images counted"], 0.3)
        ),
        over={"learned": (150, 200, 300)},
        notebook="02",
        cells=("shares-figure",),
        told=("seen",),
    ),
}
