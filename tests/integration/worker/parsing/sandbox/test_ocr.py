"""OCR within the sandbox: its models, its time, its memory."""

import io

import pytest

from app.errors import FileError, FileErrorCode
from devtools import sample_files
from tests.unit.worker.parsing import pictures
from worker.parsing.limits import MIB, ParserLimits
from worker.parsing.ocr.installed import OcrData, find_ocr
from worker.parsing.sandbox.parser import SandboxedParser

LETTER = pictures.draw(pictures.ENGLISH)


def test_a_picture_is_read_and_the_next_file_too():
    with SandboxedParser() as parser:
        for turned in (0, 180):
            picture = pictures.save(LETTER.rotate(turned))
            found = parser.parse(io.BytesIO(picture), "", sample_files.EVERYTHING)
            assert found.pages[0].text.split() == " ".join(pictures.ENGLISH).split()
        found = parser.parse(io.BytesIO(b"Hello"), "a.txt", sample_files.EVERYTHING)
        assert found.pages[0].text == "Hello"


def test_models_in_a_directory_that_only_the_owner_may_enter(tmp_path):
    place = tmp_path / "locked"
    place.mkdir(mode=0o700)
    installed = find_ocr()
    copy = place / "eng.traineddata"
    copy.write_bytes(installed.models["eng"].read_bytes())
    with SandboxedParser(ocr=OcrData({"eng": copy}, installed.engine)) as parser:
        found = parser.parse(io.BytesIO(pictures.save(LETTER)), "", sample_files.EVERYTHING)
    assert "Invoice number 4711" in found.pages[0].text


def test_a_picture_without_models_is_ocr_unavailable():
    with SandboxedParser(ocr=OcrData()) as parser, pytest.raises(FileError) as caught:
        parser.parse(io.BytesIO(pictures.save(LETTER)), "", sample_files.EVERYTHING)
    assert caught.value.code == FileErrorCode.OCR_UNAVAILABLE


def test_no_more_pages_are_read_by_ocr_than_its_time_is_enough_for():
    frames = pictures.save(LETTER, "TIFF", save_all=True, append_images=[LETTER] * 5)
    # Fifty seconds more than without OCR, ten for each page.
    limits = ParserLimits(wall_seconds=60.0, ocr_page_seconds=10.0, ocr_max_seconds=110.0)
    with SandboxedParser(limits) as parser:
        found = parser.parse(io.BytesIO(frames), "", sample_files.EVERYTHING)
    assert [bool(page.text) for page in found.pages] == [True] * 5 + [False]
    assert found.warnings == ("page 6 could only be read by OCR: it would take too long",)


def test_each_page_by_ocr_adds_time():
    large = LETTER.resize((LETTER.width * 3, LETTER.height * 3))
    frames = pictures.save(large, "TIFF", save_all=True, append_images=[large] * 15)
    # Less than these pages take together, and enough to begin with the first on a busy machine.
    with SandboxedParser(ParserLimits(cpu_seconds=1, wall_seconds=1.5)) as parser:
        found = parser.parse(io.BytesIO(frames), "", sample_files.EVERYTHING)
    assert all(page.text for page in found.pages)


def test_ocr_has_the_same_memory_limit():
    picture = pictures.save(LETTER.resize((9000, 8000)))
    with (
        SandboxedParser(ParserLimits(memory_bytes=300 * MIB)) as parser,
        pytest.raises(FileError) as caught,
    ):
        parser.parse(io.BytesIO(picture), "", sample_files.EVERYTHING)
    assert caught.value.code == FileErrorCode.OUT_OF_MEMORY
