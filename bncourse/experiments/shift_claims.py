"""What notebooks 01 and 02 claim: for each measurement a sentence, the function, and the test of its numbers."""

from bncourse.experiments import detection, label_shift, shifts, weighting, weighting_limits

CLAIMS = {
    "kinds_in_numbers": (
        "covariate shift keeps p(y|x), label shift p(x|y), concept drift p(x); accuracy may rise",
        shifts.kinds_in_numbers,
        lambda n: (
            n["covariate shift p(y|x)"] < 0.1 < 0.3 < n["covariate shift p(x)"]
            and n["label shift p(x|y)"] < 0.1 < 0.3 < min(n["label shift p(y)"], n["label shift p(y|x)"])
            and n["concept drift p(x)"] < 0.1 < 0.3 < n["concept drift p(y|x)"]
            and n["covariate shift accuracy"] > n["source accuracy"]
        ),
    ),
    "digits_elsewhere": (
        "a digit classifier loses more than 40 points of accuracy on MNIST digits of the same size",
        shifts.digits_elsewhere,
        lambda n: n["home"] > 0.9 and n["home"] - n["mnist"] > 0.4,
    ),
    "mileage_elsewhere": (
        "a line of mileage by horsepower errs more than twice as much in Japan; a curve errs less there, and still "
        "more than at home, since cars of equal power go farther",
        shifts.mileage_elsewhere,
        lambda n: (
            n["line japan"] > 2 * n["line home"]
            and 1.5 * n["curve home"] < n["curve japan"] < 0.75 * n["line japan"]
            and n["farther"] > 3
        ),
    ),
    "detectors": (
        "three detectors see that MNIST is not scikit-learn's digits; two see no shift between halves of the latter",
        detection.detectors,
        lambda n: (
            n["auc"] > 0.9 and n["pixels"] > 40 and n["mmd p"] < 0.01 and n["auc same"] < 0.6 and n["pixels same"] <= 2
        ),
    ),
    "false_alarms": (
        "without shift valid tests raise false alarms at their level; the smallest of 64 p-values much more often",
        detection.false_alarms,
        lambda n: max(n[way] for way in detection.WAYS[:3]) < 0.15 and n[detection.WAYS[3]] > 0.35,
    ),
    "alarm_and_harm": (
        "a dot in the corner is detected and does no harm; swapped labels do harm and are not detected",
        detection.alarm_and_harm,
        lambda n: (
            n["auc dot"] > 0.99
            and n["accuracy dot"] == n["accuracy nothing"]
            and n["auc swapped labels"] < 0.6
            and n["accuracy swapped labels"] < n["accuracy nothing"] - 0.1
        ),
    ),
    "shimodaira": (
        "importance weights divide a misspecified line's error in the target by more than 3; estimated ones do as well",
        weighting.shimodaira,
        lambda n: (
            n["plain"] > 3 * n["true weights"] and n["plain"] > 3 * n["estimated weights"] and n["correlation"] > 0.95
        ),
    ),
    "unequal_sizes": (
        "the odds of a domain classifier are off by the ratio of the sizes",
        weighting.unequal_sizes,
        lambda n: 0.6 < n["corrected"] < 1.6 and 2.4 < n["odds"] < 6.4,
    ),
    "risk_estimates": (
        "the weighted risk in the source is near the risk in the target, the plain one is not",
        weighting.risk_estimates,
        lambda n: n["weighted off"] < 0.5 * n["source off"],
    ),
    "size_and_distance": (
        "at a distance of one standard deviation 200 examples are worth under 100, at two under 30",
        weighting.size_and_distance,
        lambda n: abs(n["0"] - 200) < 1e-6 and n["1"] < 100 and n["2"] < 30,
    ),
    "clipping_limits": (
        "a moderate limit on the weights errs less than a tight one and than none",
        weighting.clipping_limits,
        lambda n: n["error 16"] < n["error none"] and n["error 16"] < n["error 1"] / 1.5,
    ),
    "no_support": (
        "without common support weighting makes the line worse, and the effective size is a handful",
        weighting_limits.no_support,
        lambda n: n["weighted"] > n["plain"] > 5 * n["target"] and n["size"] < 5,
    ),
    "weighted_cars": (
        "weights help the line of mileage in Japan, and less than a line learned there",
        weighting_limits.weighted_cars,
        lambda n: n["USA"] > 1.2 * n["USA, weighted"] and n["USA, weighted"] > 1.2 * n["Japan"],
    ),
    "interpolation": (
        "weights fade in a network that learns all examples by heart, and stay in a model that cannot",
        weighting_limits.interpolation,
        lambda n: (
            n["network 30"] > 0.6
            and n["network 3000"] < 0.3
            and n["line 3000"] > 0.45
            and n["network accuracy"] > 0.99
            and n["line accuracy"] < 0.97
        ),
    ),
    "share_errors": (
        "black box shift estimation betters the counted shares under label shift, and not when the images change",
        label_shift.share_errors,
        lambda n: n["label shift estimated"] < 0.8 * n["label shift counted"] and n["other images estimated"] > 0.3,
    ),
}
