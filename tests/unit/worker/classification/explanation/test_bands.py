import pytest

from worker.classification.explanation.bands import BANDS, band_of, percent


@pytest.mark.parametrize(
    ("confidence", "shown", "word"),
    [
        (1.0, 100, "very likely"),
        (0.9, 90, "very likely"),
        (0.8999, 89, "likely"),
        (0.8, 80, "likely"),
        (0.7999, 79, "probably"),
        (0.6, 60, "probably"),
        (0.29, 29, "possibly"),
        (0.0, 0, "possibly"),
    ],
)
def test_word_and_per_cent_agree(confidence: float, shown: int, word: str) -> None:
    assert percent(confidence) == shown
    assert band_of(confidence).word == word


def test_every_whole_per_cent_is_shown_as_itself() -> None:
    assert [percent(number / 100) for number in range(101)] == list(range(101))


def test_the_bands_go_down_to_nothing_and_the_sure_ones_come_first() -> None:
    lows = [band.low for band in BANDS]
    assert lows == sorted(lows, reverse=True)
    assert lows[-1] == 0
    assert [band.is_sure for band in BANDS] == sorted(
        (band.is_sure for band in BANDS), reverse=True
    )
