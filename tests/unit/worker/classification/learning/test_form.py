"""The form of texts, whatever they are about."""

import numpy as np
import pytest

from worker.classification.learning.form import SCALES, measure_form
from worker.parsing.document import DocumentPage

TABLE = "Date;Text;Amount\n" + "01.02.2026;Shop;-12,50\n" * 40
OTHER_TABLE = "Day,Payee,Sum\n" + "2026-03-01,Rent,940.00\n" * 60
PROSE = "The committee met in the afternoon to speak about the bridge, as it had in May.\n" * 40


def form(*pages: str) -> np.ndarray:
    return measure_form([DocumentPage(index, text) for index, text in enumerate(pages)])


def test_texts_of_one_form_are_near_whatever_they_say() -> None:
    assert form(TABLE) @ form(OTHER_TABLE) > 0.8
    assert form(TABLE) @ form(PROSE) < 0.2


@pytest.mark.parametrize("text", ["", "x", "\n\n", "?" * 50, "漢字" * 9_000])
def test_any_text_has_a_form_of_length_one(text: str) -> None:
    found = form(text)

    assert found.shape == (len(SCALES),)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)


def test_the_beginning_is_measured() -> None:
    assert np.array_equal(form(PROSE, PROSE, PROSE, TABLE), form(PROSE, PROSE, PROSE))
