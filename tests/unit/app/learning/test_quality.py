"""Accuracy, confusions, bands, thresholds and advice, computed by hand."""

import pytest

from app.learning.quality import (
    Z95,
    Advice,
    AdviceKind,
    Cell,
    Judgement,
    advise,
    find_threshold,
    measure,
    wilson_interval,
)

JUDGEMENTS = [
    Judgement("invoice", "invoice", 0.99),
    Judgement("invoice", "receipt", 0.7),
    Judgement("invoice", "receipt", 0.55),
    Judgement("receipt", "receipt", 0.9),
    Judgement("receipt", None, 0.5),
    Judgement(None, None, 0.8),
    Judgement(None, "receipt", 0.3),
    Judgement("poem", None, 0.6, has_rule=False),
]


def test_right_verdicts_are_counted_with_their_interval() -> None:
    accuracy = measure(JUDGEMENTS).accuracy

    assert (accuracy.files, accuracy.right, accuracy.share_right) == (8, 4, 0.5)
    assert (accuracy.low, accuracy.high) == pytest.approx(wilson_interval(4, 8))


def test_a_label_without_a_rule_asks_for_no_type() -> None:
    assert Judgement("poem", None, 0.6, has_rule=False).is_right
    assert not Judgement("poem", "invoice", 0.6, has_rule=False).is_right


def test_the_confusion_table_has_each_pair_once() -> None:
    assert measure(JUDGEMENTS).confusion == (
        Cell("invoice", "receipt", 2),
        Cell("invoice", "invoice", 1),
        Cell("poem", None, 1),
        Cell("receipt", "receipt", 1),
        Cell("receipt", None, 1),
        Cell(None, "receipt", 1),
        Cell(None, None, 1),
    )


def test_bands_hold_each_file_once() -> None:
    bands = measure([*JUDGEMENTS, Judgement("invoice", "invoice", 1.0)]).bands

    assert [(band.lowest, band.highest, band.share.files) for band in bands] == [
        (0.0, 0.5, 1),
        (0.5, 0.6, 2),
        (0.6, 0.7, 1),
        (0.7, 0.8, 1),
        (0.8, 0.9, 1),
        (0.9, 0.95, 1),
        (0.95, 1.0, 2),
    ]
    assert bands[-1].mean_confidence == pytest.approx(0.995)


def test_thresholds_count_types_only() -> None:
    judgements = [
        *JUDGEMENTS,
        *(Judgement("invoice", "invoice", 0.91 + number / 1000) for number in range(10)),
    ]

    ninety, _, most = measure(judgements).thresholds

    # Of 15 types 12 are right; of the 13 from 0.7 on 12.
    assert (ninety.target, ninety.min_confidence, ninety.share.files) == (0.9, 0.7, 13)
    assert ninety.share_kept == pytest.approx(13 / 15)
    assert (most.target, most.min_confidence, most.share.files) == (0.99, 0.9, 12)


def test_a_threshold_of_a_few_files_is_chance() -> None:
    assert [each.min_confidence for each in measure(JUDGEMENTS).thresholds] == [None, None, None]
    assert find_threshold([(0.9, True)] * 9, 0.9, min_answers=10) is None
    assert find_threshold([(0.9, True)] * 10, 0.9, min_answers=10) == (0.9, 10, 10)


def test_a_threshold_keeps_what_it_says() -> None:
    """Rounded to three digits, both answers have the same confidence."""
    assert find_threshold([(0.9009, True), (0.9001, False)], 0.9) is None
    assert find_threshold([(0.9009, True), (0.8999, False)], 0.9) == (0.9, 1, 1)
    assert find_threshold([(0.29, True)], 0.9) == (0.29, 1, 1)


def test_advice_begins_with_the_most_frequent_mistake() -> None:
    assert advise(JUDGEMENTS) == (
        Advice(AdviceKind.CONFUSED, "invoice", "receipt", 2),
        Advice(AdviceKind.NO_RULE, "poem", None, 1),
        Advice(AdviceKind.MISSED, "receipt", None, 1),
        Advice(AdviceKind.TOO_WIDE, None, "receipt", 1),
    )


@pytest.mark.parametrize("kind", AdviceKind)
@pytest.mark.parametrize("files", [1, 7])
def test_each_kind_of_advice_is_a_sentence(kind: AdviceKind, files: int) -> None:
    sentence = Advice(kind, "invoice", "receipt", files).sentence

    assert sentence.startswith("1 file " if files == 1 else "7 files ")
    assert sentence.endswith(".")


def test_nothing_was_labelled() -> None:
    nothing = measure([])

    assert nothing.accuracy.share_right is None
    assert (nothing.confusion, nothing.bands, advise([])) == ((), (), ())
    assert [each.min_confidence for each in nothing.thresholds] == [None, None, None]


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    # With z = 1.96: z^2 / (10 + z^2) is the upper bound of 0 of 10; 5 of 10 is symmetric.
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0)],
)
def test_the_interval_is_wilsons(right: int, total: int, low: float, high: float) -> None:
    assert wilson_interval(right, total, Z95) == pytest.approx((low, high), abs=1e-4)
