import pytest

from benchmarks.accuracy.bands import WordedVerdict, word_shares
from worker.classification.explanation.bands import band_of


def verdicts(confidence: float, count: int, right: int, first: int = 0) -> list[WordedVerdict]:
    """Return verdicts about `count` documents of five sources, `right` of which are right."""
    band = band_of(confidence)
    return [
        WordedVerdict(first + number, f"source {number % 5}", band, number < right)
        for number in range(count)
    ]


def test_each_word_has_its_share() -> None:
    sure, unsure = word_shares(verdicts(0.95, 40, 38) + verdicts(0.3, 20, 8, first=40))

    assert (sure.words, sure.low, sure.high) == ("very likely", 0.9, 1.0)
    assert (sure.documents, sure.share.first) == (40, 0.95)
    assert sure.overlaps
    assert unsure.words == "likely, probably, possibly", "bands without documents are merged"
    assert (unsure.low, unsure.high) == (0.0, 0.9)
    assert unsure.share.first == pytest.approx(0.4)


def test_bands_with_few_documents_are_merged() -> None:
    found = verdicts(0.95, 30, 30) + verdicts(0.85, 19, 15, 30) + verdicts(0.7, 4, 2, 50)
    sure, *others = word_shares(found)

    assert sure.documents == 30
    assert [(share.words, share.documents) for share in others] == [
        ("likely, probably, possibly", 23)
    ]


def test_few_documents_of_the_last_bands_go_to_the_band_before() -> None:
    (share,) = word_shares(verdicts(0.95, 30, 29) + verdicts(0.2, 3, 1, 30))

    assert share.words == "very likely, likely, probably, possibly"
    assert (share.low, share.high, share.documents) == (0.0, 1.0, 33)


def test_a_document_that_was_judged_often_counts_once() -> None:
    found = verdicts(0.95, 5, 5) * 6
    (share,) = word_shares(found)

    assert (share.documents, share.verdicts) == (5, 30)


def test_words_that_promise_too_much_are_seen() -> None:
    sure, _ = word_shares(verdicts(0.95, 40, 20) + verdicts(0.3, 20, 8, first=40))

    assert not sure.overlaps


def test_no_verdicts_have_no_share() -> None:
    assert word_shares([]) == []
