"""Exercise drift. One number for how far the median of a unit's input moves in training."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import by_hand

_FAR = 4.0  # of the medians from 0


def _band(rng, steps, scale=1.0):
    """Draw percentiles whose median is lowest and highest within the record, and whose band is lopsided."""
    median = rng.uniform(-1.0, 1.0, steps) + rng.choice([-_FAR, _FAR])
    if steps > 3:
        low, high = rng.permutation(np.arange(1, steps - 1))[:2]
        median[low] = median.min() - rng.uniform(0.5, 1.5)
        median[high] = median.max() + rng.uniform(0.5, 1.5)
    below, above = rng.uniform(0.3, 0.9, steps), rng.uniform(1.0, 2.0, steps)
    return scale * np.stack([median - below, median, median + above], axis=1)


def _drift_cases(rng):
    around = (band := _band(rng, 6)) - band[:, 1].mean()  # of both signs, because abs changes nothing otherwise
    yield Case("6 steps", (around,))
    yield Case("9 steps of a unit on a large scale", (_band(rng, 9, scale=50.0),))
    rising, falling = _band(rng, 5), _band(rng, 5)
    if rising[0, 1] * falling[0, 1] > 0:  # once above 0 and once below: a running largest or smallest may start at 0
        falling -= 2 * _FAR * np.sign(falling[0, 1])
    yield Case("a median that only rises", (rising[np.argsort(rising[:, 1])],))
    yield Case("a median that only falls", (falling[np.argsort(-falling[:, 1])],))
    still = _band(rng, 4)
    yield Case("a median that stands still: no drift", (still - still[:, 1:2] + 0.5,))
    yield Case("1 step: no drift", (_band(rng, 1),))
    passing = (band := _band(rng, 3)) - band[:, 1].mean()
    yield Case("3 steps around 0, an array stored column by column", (np.asfortranarray(passing),))


def _compose_drift(steps):
    def drift(percentiles):
        return steps.distance(percentiles) / steps.width(percentiles)

    return drift


drift = Exercise(
    notebook="03-internal-covariate-shift",
    reference=reference.drift,
    asks="give the range of the median over training (largest minus smallest), divided by the mean width of the band "
    "(85th minus 15th percentile)",
    cases=_drift_cases,
    points=1,
    section="One number for the drift",
    returns=("the drift",),
    compose=_compose_drift,
    steps={
        "distance": lambda percentiles: np.ptp(percentiles[:, 1]),
        "width": lambda percentiles: np.mean(percentiles[:, 2] - percentiles[:, 0]),
    },
    example=by_hand([[-1, 0, 1], [2, 3, 4], [0, 1, 2]]),
    hints=(
        "Which column holds the median? The drift asks how far it gets in all of training, up and down.",
        "Its range is the largest minus the smallest median, wherever in training they are. The width of the band is a "
        "difference of the two other columns, one number for each step.",
        "Divide the range of the middle column by the mean over the steps of (last column minus first column).",
    ),
)


@drift.property("the drift should not be below 0")
def _not_negative(case, got):
    return None if got >= 0 else ("0 or more", f"{float(got):.6g}")


@drift.wrong("D2", step="distance", looks_like=r"\[\s*-1\b.*\[\s*0\b")
def the_last_minus_the_first(percentiles):
    """You subtract the first median from the last. A median that moves away and comes back has drifted too: take the
    largest minus the smallest."""
    return percentiles[-1, 1] - percentiles[0, 1]


@drift.wrong("D2", step="distance", looks_like=r"\[\s*0\b.*\[\s*-1\b")
def the_first_minus_the_last(percentiles):
    """You subtract the last median from the first. The drift is the largest minus the smallest median, wherever they
    are."""
    return percentiles[0, 1] - percentiles[-1, 1]


@drift.wrong("D2", step="distance", looks_like=r"abs")
def the_way_from_the_first_to_the_last(percentiles):
    """You take the distance between the first and the last median. A median that moves away and comes back has drifted
    too: take the largest minus the smallest."""
    return abs(percentiles[-1, 1] - percentiles[0, 1])


@drift.wrong("D2", step="distance", looks_like=r"max")
def the_farthest_from_the_start(percentiles):
    """You take the largest distance from the first median. The range is wider: largest minus smallest median."""
    return np.abs(percentiles[:, 1] - percentiles[0, 1]).max()


@drift.wrong("D2", step="distance", looks_like=r"diff")
def all_moves_added_up(percentiles):
    """You add up all moves of the median, so trembling on the spot counts as drift. Take its range, the largest minus
    the smallest."""
    return np.abs(np.diff(percentiles[:, 1])).sum()


@drift.wrong("D2", step="distance", looks_like=r"diff")
def the_largest_single_move(percentiles):
    """You take the largest move from one step to the next. Many small moves are drift too: take the range of the
    median, the largest minus the smallest."""
    return np.abs(np.diff(percentiles[:, 1])).max(initial=0.0)


@drift.wrong("D2", step="distance", looks_like=r"std")
def the_deviation_of_the_median(percentiles):
    """You take the standard deviation of the medians. Here their range is asked: the largest minus the smallest."""
    return percentiles[:, 1].std()


@drift.wrong("D2", step="distance", looks_like=r"max")
def the_largest_median(percentiles):
    """You take the largest median and not the range. Subtract the smallest one from it: where the unit's input lies is
    no drift, only how far it moves."""
    return percentiles[:, 1].max()


@drift.wrong("D2", step="distance", looks_like=r"=\s*0(?:\.0?)?\s*$|0(?:\.0?)?,|zeros|initial|max\(")
def a_largest_median_that_starts_at_0(percentiles):
    """Your largest median is never below 0, as if there were a 0 among the medians: where all are below 0, that is too
    large. A running largest starts at the first median, and not at 0."""
    return max(0.0, percentiles[:, 1].max()) - percentiles[:, 1].min()


@drift.wrong("D2", step="distance", looks_like=r"=\s*0(?:\.0?)?\s*$|0(?:\.0?)?,|zeros|initial|min\(")
def a_smallest_median_that_starts_at_0(percentiles):
    """Your smallest median is never above 0, as if there were a 0 among the medians: where all are above 0, that is too
    small. A running smallest starts at the first median, and not at 0."""
    return percentiles[:, 1].max() - min(0.0, percentiles[:, 1].min())


@drift.wrong("D2", step="distance", looks_like=r"=\s*0(?:\.0?)?\s*$|0(?:\.0?)?,|zeros|initial")
def a_largest_and_a_smallest_median_that_start_at_0(percentiles):
    """You take the range as if there were a 0 among the medians: the largest is never below 0, and the smallest never
    above. A running largest and a running smallest start at the first median, and not at 0."""
    return max(0.0, percentiles[:, 1].max()) - min(0.0, percentiles[:, 1].min())


@drift.wrong("D2", step="distance", looks_like=r"\[\s*:\s*,\s*0\s*\]")
def the_range_of_the_15th_percentile(percentiles):
    """You follow the first column, the 15th percentile. The median is in the middle column, number 1."""
    return np.ptp(percentiles[:, 0])


@drift.wrong("D2", step="distance", looks_like=r"\[\s*:\s*,\s*(?:2|-1)\s*\]")
def the_range_of_the_85th_percentile(percentiles):
    """You follow the last column, the 85th percentile. The median is in the middle column, number 1."""
    return np.ptp(percentiles[:, 2])


@drift.wrong(
    "D2", step="distance", looks_like=r"percentiles\.max\(\)|ptp\(\s*percentiles\s*\)|np\.max\(\s*percentiles\s*\)"
)
def the_range_of_all_percentiles(percentiles):
    """You take the range over all three columns, which holds the width of the band as well. Follow the median only, the
    middle column."""
    return np.ptp(percentiles)


@drift.wrong("D2", step="distance", looks_like=r"mean")
def the_mean_of_the_three_columns(percentiles):
    """You follow the mean of the three percentiles. Follow the median itself, the middle column."""
    return np.ptp(percentiles.mean(axis=1))


@drift.wrong("D2", step="width")
def a_drift_that_is_not_divided(percentiles):
    """You do not divide by the width of the band, so a unit on a larger scale seems to drift more. Divide by the mean
    of (85th minus 15th percentile)."""
    return 1.0


@drift.wrong("D2", step="width", looks_like=r"\[\s*-1\b")
def the_width_at_the_last_step(percentiles):
    """You divide by the width of the band at the last step. Divide by its mean over all steps."""
    return percentiles[-1, 2] - percentiles[-1, 0]


@drift.wrong("D2", step="width", looks_like=r"\[\s*0\s*[,\]]")
def the_width_at_the_first_step(percentiles):
    """You divide by the width of the band at the first step. Divide by its mean over all steps."""
    return percentiles[0, 2] - percentiles[0, 0]


@drift.wrong("D2", step="width", looks_like=r"max")
def the_largest_width(percentiles):
    """You divide by the largest width of the band. Divide by its mean over all steps."""
    return (percentiles[:, 2] - percentiles[:, 0]).max()


@drift.wrong("D2", step="width", looks_like=r"median")
def the_median_width(percentiles):
    """You divide by the median of the widths. Divide by their mean over all steps."""
    return np.median(percentiles[:, 2] - percentiles[:, 0])


@drift.wrong("D2", step="width", looks_like=r"sum")
def the_sum_of_the_widths(percentiles):
    """You divide by the sum of the widths, so a longer record seems to drift less. Divide by their mean."""
    return (percentiles[:, 2] - percentiles[:, 0]).sum()


@drift.wrong("D2", step="width", looks_like=r"/\s*2|0?\.5")
def half_the_width(percentiles):
    """You divide by half the width of the band. Divide by the whole width, 85th minus 15th percentile."""
    return np.mean(percentiles[:, 2] - percentiles[:, 0]) / 2


@drift.wrong("D2", step="width", looks_like=r"\[\s*:\s*,\s*1\s*\]")
def the_upper_half_of_the_band(percentiles):
    """You divide by the distance from the median to the 85th percentile. The band runs from the 15th to the 85th: last
    column minus first."""
    return np.mean(percentiles[:, 2] - percentiles[:, 1])


@drift.wrong("D2", step="width", looks_like=r"\[\s*:\s*,\s*1\s*\]")
def the_lower_half_of_the_band(percentiles):
    """You divide by the distance from the 15th percentile to the median. The band runs from the 15th to the 85th: last
    column minus first."""
    return np.mean(percentiles[:, 1] - percentiles[:, 0])


@drift.wrong("D2", step="width", looks_like=r"std")
def the_deviation_of_the_widths(percentiles):
    """You divide by the standard deviation of the widths, which says how much they change. Divide by their mean."""
    return np.float64((percentiles[:, 2] - percentiles[:, 0]).std())


@drift.wrong("D2", step="width", looks_like=r"max.*min|ptp")
def the_band_of_the_whole_record(percentiles):
    """You divide by the largest 85th minus the smallest 15th percentile of all training. That band is wide because the
    unit drifts; take the width at each step, then the mean."""
    return percentiles[:, 2].max() - percentiles[:, 0].min()


@drift.wrong("D2", step="width", looks_like=r"mean|abs")
def the_mean_median(percentiles):
    """You divide by the size of the mean median, so a unit whose input lies around 0 seems to drift without end. Divide
    by the mean width of the band."""
    return abs(percentiles[:, 1].mean())


@drift.wrong("D2", looks_like=r"/")
def the_quotient_upside_down(percentiles):
    """Your quotient is upside down. The range of the median is above the line, the mean width of the band below."""
    with np.errstate(all="ignore"):
        return np.mean(percentiles[:, 2] - percentiles[:, 0]) / np.ptp(percentiles[:, 1])


@drift.wrong("D2", looks_like=r"min.*-.*max|low\w*\s*-\s*(?:high|up)|,\s*0\s*\]\s*-.*,\s*(?:2|-1)\s*\]")
def a_difference_the_wrong_way_round(percentiles):
    """Your drift has the wrong sign: one difference is taken the wrong way round. The range is the largest minus the
    smallest median, the width is the 85th minus the 15th percentile."""
    return np.ptp(percentiles[:, 1]) / np.mean(percentiles[:, 0] - percentiles[:, 2])


@drift.wrong("D2", looks_like=r"-.*/")
def only_the_smallest_median_is_divided(percentiles):
    """Division comes before subtraction, so only the smallest median is divided. Put brackets around the range."""
    median = percentiles[:, 1]
    return median.max() - median.min() / np.mean(percentiles[:, 2] - percentiles[:, 0])


@drift.wrong("D2", looks_like=r"/\s*\(")
def the_median_divided_step_by_step(percentiles):
    """You divide the median by the width at each step, then take the range. A change of the width is then counted as
    drift: take the range of the median first, and divide once, by the mean width."""
    return np.ptp(percentiles[:, 1] / (percentiles[:, 2] - percentiles[:, 0]))


@drift.wrong("D2", looks_like=r"mean\(")
def the_mean_of_the_quotients(percentiles):
    """You divide by the width at each step and average the quotients. Average the widths first, then divide once."""
    return np.mean(np.ptp(percentiles[:, 1]) / (percentiles[:, 2] - percentiles[:, 0]))
