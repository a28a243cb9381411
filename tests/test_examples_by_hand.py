"""The examples by hand: the card shows what the text says, beside what the learner's function gives."""

import numpy as np
import pytest

from bncourse import exercises
from bncourse.checking import DirectAnswer, Exercise, judge

# As the tasks say it.
RESULTS = {
    "standardize": [[-1], [1]],
    "domain_auc": 0.875,
    "permutation_p_value": 0.2,
    "density_ratio": [6],
    "weighted_risk": 2,
    "effective_sample_size": 2,
    "clip_weights": [0.5, 0.5, 2],
    "label_shift_weights": [1.5, 0.5],
    "input_percentiles": [[0.5, 1], [15, 20]],
    "drift": 1.5,
    "batch_mean": [2, 20],
    "batch_variance": [1],
    "normalize": [[1]],
    "scale_and_shift": [[3], [7]],
    "batch_norm": [[3], [7]],
    "batch_norm_conv": [[[[3], [7]]]],
    "affine_gradients": ([2], [4]),
    "input_gradient_staged": ([[0], [6]], [-3], [-6], [[0], [0]]),
    "input_gradient": [[0], [0]],
    "moving_average": [2.5],
    "steps_to_reach": 3,
    "batch_norm_inference": [[3]],
    "batch_norm_layer": ([[-1], [1]], [1], [1.75]),
    "population_statistics": ([3.5], [5]),
    "fold_into_dense": ([[4]], [7]),
    "fold_into_conv": ([[[[3]], [[3]]]], [4]),
    "to_pytorch": None,
    "squared_norm_after_step": 25,
    "effective_learning_rate": 0.02,
    "meeting_step": 3,
    "gradient_predictiveness": 5,
    "layer_norm": [[-2, 6]],
    "instance_norm": [[[[-1]], [[1]]]],
    "group_norm": [[[[-1, 1, -1, 1]]]],
    "rms_norm": [[0.2, 14]],
    "combine_moments": ([4], [26 / 3]),
    "adapt_statistics": [[[2]], [[8]]],
    "mend_cancellation": ([10000], [1], [2500], [1]),
    "mend_detached_gradient": ([[0], [0]], [2], [2]),
    "signal_variance": ([1, 5], [4, 4]),
    "residual_block": ([[[[5]]]], [[[[0]]]], [6]),
    "fold_before_conv": ([[[[3]], [[3]]]], [13], [-2]),
    "frozen_batch_norm": ([[[[3]]], [[[5]]]], [[[[1]]], [[[1]]]]),
    "mend_channel_axis": ([[[[-1, -1], [1, 1]]]], [0.5, 5], [1, 25.75]),
}
WITH_AN_EXAMPLE = [
    exercise
    for exercise in map(exercises.find, exercises.names())
    if isinstance(exercise, Exercise) and exercise.example is not None
]


@pytest.mark.parametrize("exercise", WITH_AN_EXAMPLE, ids=lambda exercise: exercise.name)
def test_the_example_of_a_task_gives_what_its_text_says(exercise):
    wanted = RESULTS[exercise.name]
    arguments, options = exercise.example.copy()
    got = exercise.reference(*arguments, **options)
    if wanted is not None:
        pairs = zip(wanted, got, strict=True) if isinstance(wanted, tuple) else [(wanted, got)]
        for right, yours in pairs:
            np.testing.assert_allclose(yours, right, atol=1e-12)
            assert np.shape(yours) == np.shape(right)


def test_an_answer_whose_mistake_has_no_name_sees_what_comes_of_the_example():
    def normalize(x, mean, var, eps=1e-3):
        rng = np.random.default_rng(0)  # what draws is not run again in another form, so nothing is located
        return (x - mean) / np.sqrt(var + eps) + 0.3 * rng.normal(size=x.shape)

    verdict = judge(exercises.find("normalize"), DirectAnswer(normalize))
    said = " ".join(verdict.text().split())
    assert not verdict.wrong_ideas
    assert "called: normalize(x=[[7]], mean=[4], var=[8.99], eps=0.01) by hand: [[1]] yours: [[1.03772]]" in said


def test_nothing_is_said_of_an_example_that_comes_out_right():
    def batch_mean(x):
        return x.mean(axis=0) + (np.sin(x[0, 0]) if len(x) > 2 else 0)

    verdict = judge(exercises.find("batch_mean"), DirectAnswer(batch_mean))
    assert verdict.outcome == "not yet" and len(verdict.missed) == 1
