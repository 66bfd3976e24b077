import numpy as np
import pytest

from app.jobs.values import Rule
from worker.classification.features.chunks import count_tokens
from worker.classification.fitting.corpus import Corpus, LabelledDocument
from worker.classification.fitting.scraps import (
    ScrapOutcomes,
    cut_scraps,
    first_tokens,
    fit_scraps,
)
from worker.classification.scoring.calibration import SCRAP_TOKENS, Scraps
from worker.parsing.document import Document, DocumentPage

RULES = (Rule("invoice", "A bill."), Rule("letter", "A letter to somebody."))
TEXT = "Invoice 118 of 3 May for twelve chairs and a table, to be paid within a month. " * 20


def document(*pages: str) -> LabelledDocument:
    read = tuple(DocumentPage(number, text) for number, text in enumerate(pages))
    return LabelledDocument(Document("txt", read, len(read)), "invoice", "a source")


def texts(corpus: Corpus) -> list[str]:
    return [page.text for item in corpus.documents for page in item.document.pages]


@pytest.mark.parametrize("count", [1, 7, 20])
def test_the_first_tokens_are_at_most_so_many(count: int) -> None:
    text = first_tokens(TEXT, count)

    assert TEXT.startswith(text)
    assert count_tokens(text) <= count < count_tokens(TEXT[: len(text) + 9])


def test_a_scrap_is_the_beginning_of_the_first_page_that_can_be_read() -> None:
    (scrap,) = texts(cut_scraps(Corpus((document("* * *", "  " + TEXT, TEXT),), (RULES,))))

    assert TEXT.startswith(scrap)
    assert 0 < count_tokens(scrap) < SCRAP_TOKENS


def test_documents_without_text_have_no_scraps() -> None:
    assert cut_scraps(Corpus((document(), document("---")), (RULES,))).documents == ()


def test_a_scrap_does_not_depend_on_other_documents() -> None:
    others = [document(f"{number} {TEXT}") for number in range(8)]
    together = texts(cut_scraps(Corpus(tuple(others), (RULES, RULES[:1]))))

    assert together[5:] == texts(cut_scraps(Corpus(tuple(others[5:]), (RULES,))))
    assert len({len(scrap) for scrap in together}) > 1


def outcomes(log_odds: float, missing: float, *, null_right: float) -> ScrapOutcomes:
    """Three of four matches are right, and a share of the nulls, all said as surely."""
    count = 400
    said = np.full(count, log_odds)
    order = np.arange(count) / count
    return ScrapOutcomes(said, said, order < 0.75, order < null_right, np.full(count, missing))


def test_what_was_said_too_surely_of_scraps_is_lowered() -> None:
    scraps = fit_scraps(outcomes(3.0, 1.0, null_right=0.5))

    assert scraps.lower_match(3.0, 0) == pytest.approx(np.log(3), abs=0.02)
    assert scraps.lower_null(3.0, 0) == pytest.approx(0, abs=0.02)


def test_what_was_right_as_often_as_said_stays() -> None:
    scraps = fit_scraps(outcomes(float(np.log(3)), 0.5, null_right=0.75))

    assert scraps.lower_match(np.log(3), SCRAP_TOKENS // 2) == pytest.approx(np.log(3), abs=0.02)
    assert scraps.lower_null(np.log(3), SCRAP_TOKENS // 2) == pytest.approx(np.log(3), abs=0.02)


def test_without_scraps_nothing_is_lowered() -> None:
    none = np.array([])
    flags = none.astype(np.bool_)

    assert fit_scraps(ScrapOutcomes(none, none, flags, flags, none)) == Scraps()
