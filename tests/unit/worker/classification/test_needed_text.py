"""What a verdict needs of a document is what it uses of it."""

import re
from dataclasses import replace

import pytest

from app.jobs.pages import PageSelection
from tests.unit.worker.classification.sample_texts import TEXTS
from worker.classification.engine import Engine
from worker.classification.features.chunks import CHUNK_COUNT
from worker.classification.needed_text import ENOUGH, verdict_request
from worker.parsing.document import Document, DocumentPage, TextSource
from worker.parsing.request import PLENTY, PLENTY_PAGES


@pytest.mark.parametrize("language", ["en", "de", "ru", "ja"])
@pytest.mark.parametrize("pages", [1, 2, 3])
def test_text_after_enough_is_in_no_chunk(engine: Engine, language: str, pages: int):
    text = re.sub(" +", " ", TEXTS["recipe", language]) + "\n"
    times = ENOUGH // (pages * len(text)) + 1
    read = [DocumentPage(number, text * times) for number in range(pages)]
    seen = DocumentPage(pages, TEXTS["invoice", "en"], TextSource.OCR)
    left_out = DocumentPage(pages, "", TextSource.NOT_NEEDED)
    whole, needed = (
        engine.scorer.read(Document("pdf", (*read, last), pages + 1)) for last in (seen, left_out)
    )
    assert len(needed.chunks) == CHUNK_COUNT
    assert whole.chunks == needed.chunks


@pytest.mark.parametrize("language", ["en", "ja"])
def test_text_after_plenty_changes_nothing_but_the_length(engine: Engine, language: str):
    text = re.sub(" +", " ", TEXTS["recipe", language]) + "\n"
    times = PLENTY * ENOUGH // (PLENTY_PAGES * len(text)) + 1
    read = [DocumentPage(number, text * times) for number in range(PLENTY_PAGES)]
    further = [
        DocumentPage(PLENTY_PAGES + number, TEXTS["invoice", "en"] * times) for number in range(9)
    ]
    left_out = [DocumentPage(page.index, "", TextSource.NOT_NEEDED) for page in further]
    whole, needed = (
        engine.scorer.read(Document("pdf", (*read, *others), len(read) + len(further)))
        for others in (further, left_out)
    )
    assert needed.characters == (PLENTY_PAGES + len(further)) * len(read[0].text)
    assert needed == replace(whole, characters=needed.characters)


def test_multimodal_reads_every_page():
    assert verdict_request(PageSelection(), mode="MULTIMODAL").enough is None
    assert verdict_request(PageSelection()).enough == ENOUGH
