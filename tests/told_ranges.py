"""What the notebooks tell of seeds 5000 to 5019: a number of each, and the least and the largest that a text names."""

from math import isfinite
from typing import NamedTuple


class Range(NamedTuple):
    """What a text cell tells of the seeds 5000 to 5019.

    Parameters
    ----------
    claim, cell, words : str
    number : callable
        ``number(numbers)`` of one seed, in the unit of the text; None where the text leaves this seed out.
    low, high : float
        The ends that the text names; infinite where it names none.
    digits : int
        To how many digits after the point the text rounds.
    """

    claim: str
    cell: str
    words: str
    number: object
    low: float
    high: float
    digits: int


def _if_finite(value):
    return value if isfinite(value) else None


def _ahead_of_the_whole(kind):
    """Say how many points a training of notebook 08 is ahead of the whole batch's statistics."""
    return lambda n: 100 * (n[kind] - n["ghost_128"])


def _lost(name, momentum):
    """Say how many points running statistics of notebook 06 are behind those that were taken anew."""
    return lambda n: 100 * (n[f"{name}_precise"] - n[f"{name}_running_{momentum}"])


_ANY = float("inf")

RANGES = {
    "01": [
        Range(
            "alarm_and_harm",
            "seen",
            "16 to 21 points of accuracy",
            lambda n: 100 * (n["accuracy nothing"] - n["accuracy swapped labels"]),
            16,
            21,
            0,
        ),
        Range(
            "without_ties",
            "ties-read",
            "0.04 to 0.21 on seeds 5000 to 5019",
            lambda n: n["pixels independent"] - n["as they are"],
            0.04,
            0.21,
            2,
        ),
    ],
    "02": [
        Range(
            "shimodaira", "density_ratio-task", "between 6 and 90", lambda n: n["plain"] / n["true weights"], 6, 90, 0
        ),
        Range(
            "shimodaira",
            "density_ratio-task",
            "between 1.5 and 7.4",
            lambda n: n["plain, noisy"] / n["true weights, noisy"],
            1.5,
            7.4,
            1,
        ),
        Range(
            "shimodaira",
            "weighted_risk-task",
            "0.9 to 1.2 times",
            lambda n: n["estimated weights"] / n["true weights"],
            0.9,
            1.2,
            1,
        ),
        Range(
            "shimodaira",
            "weighted_risk-task",
            "0.7 to 7.8 times",
            lambda n: n["estimated weights"] / n["target"],
            0.7,
            7.8,
            1,
        ),
        Range(
            "share_errors",
            "seen",
            "0.39 to 0.76",
            lambda n: n["label shift estimated"] / n["label shift counted"],
            0.39,
            0.76,
            2,
        ),
    ],
    "03": [
        Range(
            "movement_with_and_without", "built-in", "2.8 to 3.0 without", lambda n: n["none_median_range"], 2.8, 3.0, 1
        ),
        Range(
            "movement_with_and_without", "built-in", "0.5 to 0.6 with", lambda n: n["batch_median_range"], 0.5, 0.6, 1
        ),
        Range("drift_and_rate", "drift-rates-read", "3 to 10 times", lambda n: n["none_3"] / n["batch_3"], 3, 10, 0),
        Range(
            "input_scaling", "scaling-read", "a gain of 4 to 9 times", lambda n: n["sigmoid_standardized_gain"], 4, 9, 0
        ),
        Range(
            "input_scaling", "scaling-read", "a gain of 4 to 9 times", lambda n: n["sigmoid_raw_times_4_gain"], 4, 9, 0
        ),
    ],
    "04": [
        Range(
            "hidden_layers",
            "batch_norm-task",
            "1.1 points of accuracy at most",
            lambda n: 100 * (n["learned"] - n["fixed_1"]),
            -_ANY,
            1.1,
            1,
        ),
    ],
    "05": [
        Range(
            "detached_training",
            "end",
            "between 17 and 36 points",
            lambda n: 100 * (n["right_8"] - n["detached_8"]),
            17,
            36,
            0,
        ),
        Range(
            "detached_training",
            "end",
            "at most 3.3 points",
            lambda n: 100 * abs(n["right_1"] - n["detached_1"]),
            0,
            3.3,
            1,
        ),
    ],
    "07": [
        Range("keras_sgd_rates", "adam", "26 to 50 points ahead at 0.01", lambda n: 100 * n["ahead_0.01"], 26, 50, 0),
        Range("keras_sgd_rates", "adam", "3 to 8 at 0.1", lambda n: 100 * n["ahead_0.1"], 3, 8, 0),
        Range("keras_sgd_rates", "adam", "between 2 behind and 8 ahead", lambda n: 100 * n["ahead_0.5"], -2, 8, 0),
        Range("keras_adam", "adam-verdict", "1 to 4 points ahead", lambda n: 100 * n["ahead_last"], 1, 4, 0),
        Range(
            "keras_adam_faster",
            "adam-verdict",
            "between 3 points behind and 2 ahead",
            lambda n: 100 * n["ahead_last"],
            -3,
            2,
            0,
        ),
        Range("keras_adam", "end", "with Adam a few points at 0.001", lambda n: 100 * n["ahead_last"], 1, 4, 0),
    ],
    "06": [
        Range("accumulation", "accumulation-read", "0.78 to 0.99 times", lambda n: n["batch_8"], 0.78, 0.99, 2),
        Range("half_precision", "half-read", "56 to 78 %", lambda n: 100 * n["float16_lost_100"], 56, 78, 0),
        *(
            Range("precise_statistics", "precise-read", words, _lost(name, momentum), low, high, 1)
            for words, name, momentum, low, high in (
                ("9.2 to 19.9 points", "large", 0.99, 9.2, 19.9),
                ("0.7 to 2.0 points", "fast", 0.99, 0.7, 2.0),
                ("at rate 0.1 no more than 0.8", "small", 0.99, -_ANY, 0.8),
                ("at most 1.5 points on these seeds, in the three", "small", 0.9, -_ANY, 1.5),
                ("at most 1.5 points on these seeds, in the three", "fast", 0.9, -_ANY, 1.5),
                ("at most 1.5 points on these seeds, in the three", "large", 0.9, -_ANY, 1.5),
            )
        ),
    ],
    "08": [
        Range("larger_rates", "rates-read", "at most 0.12 right without", lambda n: n["none_3"], 0, 0.12, 2),
        Range("larger_rates", "rates-read", "at least 0.87 with", lambda n: n["batch_3"], 0.87, 1, 2),
        Range(
            "eight_relu_layers",
            "smooth-read",
            "8 to 45 times less",
            lambda n: n["none_range"] / n["batch_range"],
            8,
            45,
            0,
        ),
        Range(
            "smooth_and_slow", "smooth-read", "9 to 28 times", lambda n: n["batch_range"] / n["none_range"], 9, 28, 0
        ),
        Range(
            "smooth_and_slow", "smooth-read", "7 to 23 times", lambda n: n["batch_moves"] / n["none_moves"], 7, 23, 0
        ),
        Range(
            "smooth_and_slow", "smooth-read", "at most 0.19 right in the end", lambda n: n["none_accuracy"], 0, 0.19, 2
        ),
        Range(
            "noise_drifts_and_is_fast",
            "noise-read",
            "two thirds of the steps",
            lambda n: n["noisy_steps"] / n["none_steps"],
            0,
            0.67,
            2,
        ),
        Range(
            "noise_costs",
            "noise-read",
            "125 to 300 steps (one did not arrive)",
            lambda n: _if_finite(n["noisy_steps"]),
            125,
            300,
            0,
        ),
        Range(
            "large_rate_without_growth",
            "growth-read",
            "0.78 to 0.90 of the test digits",
            lambda n: n["accuracy"],
            0.78,
            0.9,
            2,
        ),
        Range("larger_rates", "growth-read", "with the brake on 0.87 to 0.93", lambda n: n["batch_3"], 0.87, 0.93, 2),
        Range("meeting", "meeting-read", "2.1 to 2.5 times on seeds", lambda n: n["by_steps"], 2.1, 2.5, 1),
        Range("noise_costs", "noise-read", "with batch norm 75", lambda n: n["batch_steps"], 75, 75, 0),
        Range("meeting_at_a_large_rate", "meeting-read", "59 to 74 %", lambda n: 100 * n["ratio"], 59, 74, 0),
        Range("meeting", "meeting-read", "it took 229 to 239", lambda n: n["met"], 229, 239, 0),
        Range("ghost_batches", "ghost-read", "0.9 to 2.3 points", _ahead_of_the_whole("ghost_8"), 0.9, 2.3, 1),
        Range("ghost_batches", "ghost-read", "those of 64 by 0.1 to 0.5", _ahead_of_the_whole("ghost_64"), 0.1, 0.5, 1),
        Range("ghost_batches", "ghost-read", "1.3 to 2.8 points", _ahead_of_the_whole("noise"), 1.3, 2.8, 1),
        Range(
            "ghost_batches",
            "ghost-read",
            "from 1.3 points behind the one without batch norm to 2.0 ahead",
            _ahead_of_the_whole("none"),
            -2.0,
            1.3,
            1,
        ),
        Range(
            "ghost_batches",
            "ghost-read",
            "with ghost batches of 8 it is 0.1 to 3.4 ahead",
            lambda n: 100 * (n["ghost_8"] - n["none"]),
            0.1,
            3.4,
            1,
        ),
        Range("noise_costs", "noise-read", "the one without 125 to 225", lambda n: n["none_steps"], 125, 225, 0),
    ],
    "11": [
        Range("residual_signal", "signal-read", "1.6 to 2.4 % of the sum", lambda n: 2 * n["share"], 1.6, 2.4, 1),
        Range("residual_signal", "signal-read", "was 1.5 to 1.8", lambda n: n["growth"], 1.5, 1.8, 1),
    ],
}
