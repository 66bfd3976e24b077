"""Documents as they are kept, and the keys under which they are found again."""

import json
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from app.jobs.pages import PageSelection
from worker.file_cache import document_key, pack_document, unpack_document
from worker.parsing.document import Document, DocumentPage, TextSource
from worker.parsing.limits import ParserLimits
from worker.parsing.ocr.installed import OcrData
from worker.parsing.request import ParseRequest
from worker.parsing.sandbox.protocol import MAX_FRAME

LIMITS = ParserLimits()
NO_OCR = OcrData()
DOCUMENT = Document(
    "pdf",
    (
        DocumentPage(0, "Rechnung \N{EURO SIGN} 7\n\ud800", TextSource.OCR, 595.28, 0.1 + 0.2),
        DocumentPage(4, "", TextSource.NONE),
    ),
    total_pages=9,
    form_fields=2,
    warnings=("page 2 could not be read",),
)


def key(
    limits: ParserLimits = LIMITS,
    lang: str | None = "en",
    mode: str = "FAST",
    ocr: OcrData = NO_OCR,
    **pages: object,
) -> str:
    selection = PageSelection(**pages)  # type: ignore[arg-type]
    return document_key(ParseRequest(selection, lang, mode), limits, ocr)


def test_a_document_comes_back_as_it_was() -> None:
    assert unpack_document(pack_document(DOCUMENT)) == DOCUMENT


def test_text_takes_less_room_than_it_has_characters() -> None:
    long = replace(
        DOCUMENT, pages=(DocumentPage(0, "Total to pay: 12.00 by bank transfer\n" * 100),)
    )

    assert len(pack_document(long)) < 500


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no document",
        pack_document(DOCUMENT)[:-1],
        zlib.compress(b"[1, 2]"),
        zlib.compress(b"{}"),
        zlib.compress(b"\xff"),
        zlib.compress(b"[" * 100_000),
        zlib.compress(json.dumps({**DOCUMENT.to_json(), "colour": "blue"}).encode()),
        zlib.compress(json.dumps({**DOCUMENT.to_json(), "pages": [{"index": 0}]}).encode()),
    ],
    ids=["empty", "garbage", "cut", "list", "bare", "bytes", "deep", "more", "less"],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpack_document(data)


def test_what_unpacks_to_more_than_a_parser_may_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="incomplete or too large"):
        unpack_document(zlib.compress(b" " * (MAX_FRAME + 1)))


def test_what_matters_to_the_reading_makes_another_key() -> None:
    keys = [
        key(),
        key(max_pages=4),
        key(max_pages=None),
        key(target_pages=(0,)),
        key(target_pages=(0, 1)),
        key(lang="de"),
        key(lang=None),
        key(mode="MULTIMODAL"),
        key(replace(LIMITS, max_pages=1)),
        key(replace(LIMITS, page_text_bytes=1)),
    ]

    assert len(set(keys)) == len(keys)
    assert {len(one) for one in keys} == {64}


def test_a_new_model_makes_another_key_for_its_language(tmp_path: Path) -> None:
    for model in ("eng", "deu"):
        (tmp_path / f"{model}.traineddata").write_bytes(b"model")
    english, both = (
        {name: tmp_path / f"{name}.traineddata" for name in names}
        for names in (("eng",), ("eng", "deu"))
    )
    before, after = OcrData(english, "tesserocr 2"), OcrData(both, "tesserocr 2")

    assert key(lang="de", ocr=before) != key(lang="de", ocr=after)
    assert key(lang="en", ocr=before) == key(lang="en", ocr=after)
    assert key(lang=None, ocr=before) != key(lang=None, ocr=after)
    assert key(lang="en", ocr=before) != key(lang="en")
    assert key(lang="en", ocr=before) != key(lang="en", ocr=OcrData(english, "tesserocr 3"))


def test_selections_of_the_same_pages_have_the_same_key() -> None:
    assert key(max_pages=None) == key(max_pages=0)
    assert key(target_pages=(2, 1, 2)) == key(target_pages=(1, 2), max_pages=7)
