"""Moments of two shards against those of the joined batch, and AdaBN against the same net on unshifted data."""

import numpy as np
import pytest

from bncourse import reference


@pytest.fixture
def rng():
    return np.random.default_rng(6)


@pytest.mark.parametrize(("n_a", "n_b"), [(7, 4), (1, 9), (5, 5), (1, 1)])
def test_two_shards_joined_have_the_moments_of_the_whole(rng, n_a, n_b):
    a, b = rng.normal(3.0, 2.0, (n_a, 3)), rng.normal(-1.0, 1.0, (n_b, 3))
    mean, var = reference.combine_moments(a.mean(axis=0), a.var(axis=0), n_a, b.mean(axis=0), b.var(axis=0), n_b)
    whole = np.concatenate([a, b])
    assert np.allclose(mean, whole.mean(axis=0), rtol=1e-12, atol=1e-12)
    assert np.allclose(var, whole.var(axis=0), rtol=1e-12, atol=1e-12)


def test_moments_of_many_shards_agree_with_scikit_learns_running_ones(rng):
    from sklearn.preprocessing import StandardScaler

    shards = [rng.normal(rng.normal(), 2.0, (n, 3)) for n in (4, 7, 1, 9)]
    scaler, mean, var, count = StandardScaler(), None, None, 0
    for shard in shards:
        scaler.partial_fit(shard)
        own = shard.mean(axis=0), shard.var(axis=0)
        mean, var = reference.combine_moments(mean, var, count, *own, len(shard)) if count else own
        count += len(shard)
    assert np.allclose(mean, scaler.mean_) and np.allclose(var, scaler.var_)


def test_adapted_statistics_undo_a_shift_and_a_stretch_of_each_feature(rng):
    source = rng.normal(1.0, 2.0, (6, 10, 4))
    gamma, beta = rng.normal(size=(2, 4))
    mean, var = source.mean(axis=(0, 1)), source.var(axis=(0, 1))
    wanted = gamma * (source - mean) / np.sqrt(var) + beta
    target = source * np.array([0.1, 2.0, 7.0, 1.0]) + np.array([5.0, -3.0, 0.0, 40.0])
    got = reference.adapt_statistics(target, gamma, beta, mean, var, eps=0.0)
    assert np.allclose(got, wanted, rtol=1e-10, atol=1e-10)


def test_adapted_statistics_are_those_of_all_batches_together(rng):
    target, gamma, beta = rng.normal(size=(5, 8, 3)), rng.normal(size=3), rng.normal(size=3)
    wanted = reference.batch_norm(target.reshape(-1, 3), gamma, beta, 0.1).reshape(target.shape)
    got = reference.adapt_statistics(target, gamma, beta, np.zeros(3), np.ones(3), 0.1)
    assert np.allclose(got, wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: reference.combine_moments(np.ones(2), np.ones(2), 3, np.ones(3), np.ones(3), 3), "must be the same"),
        (lambda: reference.combine_moments(np.ones(2), np.ones(2), 0, np.ones(2), np.ones(2), 3), "at least one"),
        (lambda: reference.adapt_statistics(np.ones((4, 2)), *np.ones((4, 2))), "three axes"),
        (
            lambda: reference.adapt_statistics(np.ones((1, 4, 2)), np.ones(2), 0.0, np.ones(2), np.ones(2)),
            r"beta has shape \(\)",
        ),
    ],
)
def test_what_does_not_fit_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
