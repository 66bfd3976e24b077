"""Pictures within RTF: their words, their descriptions, and by OCR in MULTIMODAL mode."""

import io

import pytest

from devtools import metafiles, sample_files
from devtools.cpu_time import within_reader_limit
from tests.unit.worker.parsing import pictures
from tests.unit.worker.parsing.ocr.scans import INSTALLED, Fixed
from worker.parsing.document import Document
from worker.parsing.limits import ParserLimits
from worker.parsing.ocr.engine import Recognised
from worker.parsing.ocr.page_reader import Ocr
from worker.parsing.readers.dispatch import read_document
from worker.parsing.readers.rtf.pictures import find_pictures
from worker.parsing.readers.rtf.reader import rtf_text

SKIPPED = ("page 1 could only be read by OCR: no OCR is installed",)
WORDS = metafiles.wmf([metafiles.wmf_text(0, 0, b"Total 5")], is_placeable=False)


def rtf(body: bytes) -> bytes:
    return rb"{\rtf1\ansi " + body + b"}"


def read(body: bytes, ocr: Ocr | None = None, mode: str = "FAST") -> Document:
    return read_document(
        io.BytesIO(rtf(body)),
        "",
        sample_files.request(mode=mode),
        ParserLimits(),
        ocr or sample_files.no_ocr(),
    )


def lines(body: bytes) -> list[str]:
    return [line for line in read(body).pages[-1].text.split("\n") if line]


def in_hex(kind: bytes, data: bytes) -> bytes:
    return rb"{\pict\%s\picw9{\*\blipuid 00ff} %s}" % (kind, data.hex().encode())


def in_bytes(kind: bytes, data: bytes) -> bytes:
    return rb"{\pict\%s\bin%d %s}" % (kind, len(data), data)


@pytest.mark.parametrize("put", [in_hex, in_bytes])
@pytest.mark.parametrize(
    ("kind", "data"), [(b"wmetafile8", WORDS), (b"emfblip", metafiles.emf_of("Total 5"))]
)
def test_words_of_drawn_pictures_are_read(put, kind, data):
    assert lines(b"Before " + put(kind, data) + b"after") == ["Before after", "Total 5"]


def test_a_picture_for_old_programs_is_read_once():
    shown = rb"{\*\shppict" + in_hex(b"emfblip", metafiles.emf_of("New")) + b"}"
    assert lines(b"x" + shown + rb"{\nonshppict" + in_hex(b"wmetafile8", WORDS) + b"}") == [
        "x",
        "New",
    ]


def test_a_picture_whose_letters_are_lost_is_named():
    glyphs = metafiles.emf([metafiles.emf_text(0, 0, "\1\2", options=0x10)])
    document = read(b"x" + in_hex(b"emfblip", glyphs))
    assert (document.warnings, document.lost_parts) == (("a picture could not be read",), 1)


def test_descriptions_of_pictures_are_read():
    described = rb"{\sp{\sn wzDescription}{\sv %s}}"
    shape = rb"{\shp{\*\shpinst" + described % rb"A dog in K\'f6ln" + b"}}"
    picture = rb"{\*\shppict{\pict{\*\picprop" + described % b"logo.png" + rb"}\pngblip 00}}"
    assert lines(b"x" + shape + picture + shape) == ["x", "A dog in Köln"]


def test_pictures_are_read_by_ocr_in_multimodal_mode():
    stamp = in_hex(b"pngblip", pictures.save(pictures.draw(["Received"])))
    ocr = Ocr(INSTALLED.choose("en"), Fixed(Recognised("Received on Monday", 95.0)))
    found = read(rb"One\par " + stamp, ocr, "MULTIMODAL")
    assert found.pages[0].text == "One\n\nReceived on Monday"


def test_pictures_without_other_text_are_read_in_both_modes():
    stamp = in_hex(b"pngblip", pictures.save(pictures.draw(["Received"])))
    ocr = Ocr(INSTALLED.choose("en"), Fixed(Recognised("Received on Monday", 95.0)))
    assert read(stamp, ocr).pages[0].text == "Received on Monday"
    assert read(b"One" + stamp, ocr).pages[0].text == "One"
    assert read(stamp).warnings == SKIPPED


@pytest.mark.parametrize(
    "body",
    [
        rb"{\pict\pngblip " * 20_000,
        rb"{\pict}" * 20_000,
        rb"\pict\bin99999999 " * 20_000,
        rb"{\sp{\sn wzDescription}{\sv " * 20_000,
    ],
)
def test_damaged_pictures_take_time_in_proportion_to_their_length(body):
    with within_reader_limit():
        assert not find_pictures(rtf(body), rtf_text).texts
