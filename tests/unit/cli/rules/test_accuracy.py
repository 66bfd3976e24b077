"""Accuracy and the threshold, computed by hand."""

from cli.rules.accuracy import Answer, Confusion, FailedFile, Threshold, measure


def answer(expected: str | None, answered: str | None, confidence: float) -> Answer:
    return Answer(f"{expected}-{confidence}.pdf", expected, answered, confidence)


ANSWERS = [
    answer("bill", "bill", 0.99),
    answer("bill", "bill", 0.9),
    answer("note", "bill", 0.7),
    answer("note", "note", 0.6),
    answer(None, None, 0.8),
]


def test_rules_are_measured_as_a_job_would_judge_them() -> None:
    without = measure(ANSWERS, [], None)
    with_threshold = measure(ANSWERS, [FailedFile("x.pdf", "is empty")], 0.75)

    assert (without.files, without.right) == (5, 4)
    assert (with_threshold.files, with_threshold.right) == (5, 3)
    assert without.threshold == with_threshold.threshold, "found without a min_confidence"
    assert Confusion("note", None, 2) in with_threshold.confusion
    assert [each.file for each in with_threshold.failed] == ["x.pdf"]


def test_the_threshold_is_the_lowest_that_is_right_often_enough() -> None:
    assert measure(ANSWERS, [], None).threshold == Threshold(0.9, 2, 1.0)
    assert measure(ANSWERS[2:3], [], None).threshold is None
    assert measure([], [], None).threshold is None


def test_answers_of_one_confidence_are_taken_together() -> None:
    twins = [answer("bill", "bill", 0.5), answer("note", "bill", 0.5)]

    assert measure(twins, [], None).threshold is None


def test_mistakes_begin_with_the_surest() -> None:
    wrong = [answer("note", "bill", confidence) for confidence in (0.2, 0.9, 0.5)]

    assert [each.confidence for each in measure(wrong, [], None).mistakes] == [0.9, 0.5, 0.2]


def test_nothing_was_read() -> None:
    nothing = measure([], [FailedFile("x.pdf", "is empty")], None)

    assert (nothing.share_right, nothing.low, nothing.high) == (None, None, None)
