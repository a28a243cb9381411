"""Right drifts, written in other ways."""

import numpy as np

from bncourse.exercises.internal_covariate_shift.drift import drift


@drift.right
def a_drift_with_a_loop(percentiles):
    lowest = highest = percentiles[0, 1]
    total = 0.0
    for lower, median, upper in percentiles:
        lowest, highest = min(lowest, median), max(highest, median)
        total += upper - lower
    return (highest - lowest) / (total / len(percentiles))


@drift.right
def a_drift_from_columns(percentiles):
    lower, median, upper = percentiles.T
    return (np.max(median) - np.min(median)) / (np.mean(upper) - np.mean(lower))


@drift.right
def a_drift_by_numpys_ptp(percentiles):
    return np.ptp(percentiles, axis=0)[1] / (percentiles @ np.array([-1.0, 0.0, 1.0])).mean()


@drift.right
def a_drift_by_einsum(percentiles):
    width = np.einsum("tp,p->", percentiles, np.array([-1.0, 0.0, 1.0])) / percentiles.shape[0]
    return np.subtract.outer(percentiles[:, 1], percentiles[:, 1]).max() / width


@drift.right
def a_drift_of_a_kept_column(percentiles):
    median = percentiles[:, 1:2]
    moved = median.max(axis=0) - median.min(axis=0)
    return (moved / np.mean(percentiles[:, 2] - percentiles[:, 0]))[0]


@drift.right
def a_drift_in_float32(percentiles):
    single = percentiles.astype(np.float32)
    return (single[:, 1].max() - single[:, 1].min()) / (single[:, 2] - single[:, 0]).mean()
