import numpy as np
import pytest

from benchmarks.accuracy.folds import fold_of
from benchmarks.accuracy.statistics import (
    Bin,
    auroc,
    expected_calibration_error,
    paired_difference,
    reliability,
)

NAN = float("nan")


def test_reliability_counts_by_confidence():
    bins = reliability([0.05, 0.72, 0.78, 0.7, 1.0], [False, True, False, True, True])
    assert [(bin_.low, bin_.high, bin_.count) for bin_ in bins] == [
        (0.0, 0.1, 1),
        (0.7, 0.8, 3),
        (0.9, 1.0, 1),
    ]
    assert bins[1].confidence == pytest.approx((0.72 + 0.78 + 0.7) / 3)
    assert bins[1].right == pytest.approx(2 / 3)
    assert bins[2] == Bin(0.9, 1.0, 1, 1.0, 1.0)


def test_the_calibration_error_weighs_bins_by_their_counts():
    bins = [Bin(0.5, 0.6, 3, 0.55, 0.65), Bin(0.9, 1.0, 1, 0.95, 0.75)]
    assert expected_calibration_error(bins) == pytest.approx((3 * 0.1 + 1 * 0.2) / 4)


def test_a_calibrated_judge_has_no_error():
    assert expected_calibration_error(reliability([0.75] * 4, [True, True, True, False])) == 0


def test_auroc_counts_pairs_and_half_of_the_ties():
    assert auroc([2.0, 3.0], [1.0]) == 1
    assert auroc([1.0], [1.0]) == 0.5
    assert auroc([1.0, 3.0], [2.0, 0.0]) == 0.75


def test_equal_results_have_no_difference():
    hits = np.array([1.0, 0.0, 1.0, 1.0])
    found = paired_difference(hits, hits, ["a", "a", "b", "c"])
    assert (found.value, found.low, found.high) == (0, 0, 0)


def test_a_gain_of_every_document_is_certain():
    first = np.array([0.75, 0.5, 1.0])
    found = paired_difference(first, first - 0.25, ["a", "b", "c"])
    assert found.value == pytest.approx(0.25)
    assert (found.low, found.high) == pytest.approx((0.25, 0.25))


def test_the_interval_comes_from_sources_not_from_documents():
    first = np.array([1.0] * 50 + [0.0] * 50)
    second = np.full(100, 0.5)
    of_two = paired_difference(first, second, ["a"] * 50 + ["b"] * 50)
    of_many = paired_difference(first, second, [str(number) for number in range(100)])
    assert (of_two.low, of_two.high) == (-0.5, 0.5)
    assert of_many.low == pytest.approx(-0.08, abs=0.02)
    assert of_many.high == pytest.approx(0.08, abs=0.02)
    assert of_two.value == of_many.value == 0


def test_documents_that_a_figure_is_not_about_do_not_count():
    first, second = np.array([1.0, NAN, 1.0]), np.array([0.0, NAN, 1.0])
    found = paired_difference(first, second, ["a", "b", "a"])
    assert (found.first, found.second) == (1.0, 0.5)
    assert (found.low, found.high) == (0.5, 0.5)


@pytest.mark.parametrize(
    ("first", "second", "sources", "said"),
    [
        ([1.0, 0.0], [1.0, NAN], ["a", "b"], "same documents"),
        ([1.0], [1.0], ["a", "b"], "same documents"),
        ([NAN], [NAN], ["a"], "no document counts"),
    ],
)
def test_results_that_cannot_be_compared_are_refused(
    first: list[float], second: list[float], sources: list[str], said: str
):
    with pytest.raises(ValueError, match=said):
        paired_difference(np.array(first), np.array(second), sources)


def test_every_source_is_in_one_fold():
    fold = fold_of(["x", "y", "x", "z"])
    assert set(fold) == {"x", "y", "z"}
    assert len(set(fold.values())) == 3
