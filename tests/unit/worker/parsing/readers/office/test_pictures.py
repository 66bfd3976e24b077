"""Pictures within office files are read in MULTIMODAL mode only."""

import io
import re

import pytest
from PIL import Image

from devtools import sample_files
from tests.unit.worker.parsing import pictures
from tests.unit.worker.parsing.ocr.scans import INSTALLED, Fixed, tesseract
from worker.parsing.document import Document, TextSource
from worker.parsing.limits import ParserLimits
from worker.parsing.ocr.engine import Recognised
from worker.parsing.ocr.page_reader import Ocr
from worker.parsing.readers.dispatch import read_document
from worker.parsing.sandbox.parser import SandboxedParser

STAMP = ["Received on Monday"]
SURE = Recognised("Received on Monday", 95.0)
_BLIP = '<a:blip xmlns:a="a" xmlns:r="r" r:embed="{}"/>'
_SCHEMAS = "http://schemas.openxmlformats.org"
_RELATION = (
    f'<Relationship Id="{{}}" Type="{_SCHEMAS}/officeDocument/2006/relationships/image"'
    ' Target="{}"/>'
)
_RELATIONS = f'<Relationships xmlns="{_SCHEMAS}/package/2006/relationships">{{}}</Relationships>'


def stamp(width: int = 640) -> bytes:
    return pictures.save(pictures.draw(STAMP, width=width))


def with_pictures(data: bytes, part: str, *found: bytes) -> bytes:
    """Put pictures on a part of an office file, numbered from 1."""
    members = sample_files.unzip(data)
    folder, _, name = part.rpartition("/")
    relations = blips = ""
    for number, picture in enumerate(found, 1):
        target = f"{'../' * folder.count('/')}media/{number}.png"
        members[f"{folder.partition('/')[0]}/media/{number}.png"] = picture
        relations += _RELATION.format(f"p{number}", target)
        blips += _BLIP.format(f"p{number}")
    members[f"{folder}/_rels/{name}.rels"] = _RELATIONS.format(relations).encode()
    end = re.compile(rb"(</w:body>|</p:spTree>)")
    members[part] = end.sub(blips.encode() + rb"\1", members[part])
    return sample_files.zip_of(dict(members))


def read(data: bytes, ocr: Ocr | None = None, mode: str = "MULTIMODAL", **asked) -> Document:
    asked = sample_files.request(mode=mode, **asked)
    return read_document(io.BytesIO(data), "", asked, ParserLimits(), ocr or tesseract())


LETTER = sample_files.docx(["Dear Sir or Madam"], ["Yours faithfully"])
TALK = sample_files.pptx("First things first", "Second", "Third")


def test_a_picture_of_a_docx_counts_as_on_its_last_page():
    found = read(with_pictures(LETTER, "word/document.xml", stamp()))
    assert [page.text.split() for page in found.pages] == [
        ["Dear", "Sir", "or", "Madam"],
        ["Yours", "faithfully", "Received", "on", "Monday"],
    ]
    assert found.warnings == ()


def test_a_picture_of_a_slide_is_on_its_slide():
    found = read(with_pictures(TALK, "ppt/slides/slide2.xml", stamp()))
    assert [page.text.split()[-1] for page in found.pages] == ["first", "Monday", "Third"]


def test_a_docx_that_is_only_a_scan():
    found = read(with_pictures(sample_files.docx([]), "word/document.xml", stamp()))
    assert found.pages[0].text.split() == STAMP[0].split()
    assert found.pages[0].source is TextSource.OCR


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (sample_files.docx([]), "word/document.xml"),
        (sample_files.pptx(""), "ppt/slides/slide1.xml"),
    ],
)
def test_a_scan_is_read_in_fast_mode_too(data: bytes, part: str):
    found = with_pictures(data, part, stamp())
    ocr = Ocr(INSTALLED.choose("en"), Fixed(SURE))
    assert read(found, ocr, mode="FAST").pages[0].text == SURE.text
    without_ocr = read(found, sample_files.no_ocr(), mode="FAST")
    assert without_ocr.warnings == ("page 1 could only be read by OCR: no OCR is installed",)


def test_scans_on_a_sheet_without_cells_are_read_in_fast_mode_too():
    def sheet(*cells: str) -> bytes:
        drawing = "xl/drawings/drawing1.xml"
        members = sample_files.unzip(sample_files.xlsx(Scans=[list(cells)]))
        members[drawing] = b"<xdr:wsDr xmlns:xdr='x'></p:spTree></xdr:wsDr>"
        members = sample_files.unzip(with_pictures(sample_files.zip_of(members), drawing, stamp()))
        members[drawing] = members[drawing].replace(b"</p:spTree>", b"")
        related = _RELATION.replace("/image", "/drawing").format("d1", "../drawings/drawing1.xml")
        relations = _RELATIONS.format(related).encode()
        return sample_files.zip_of({**members, "xl/worksheets/_rels/sheet1.xml.rels": relations})

    ocr = Ocr(INSTALLED.choose("en"), Fixed(SURE, SURE))
    assert read(sheet(), ocr, mode="FAST").pages[0].text == f"Scans\n\n{SURE.text}"
    assert read(sheet("Total"), ocr).pages[0].text == f"Scans\nTotal\n\n{SURE.text}"
    assert read(sheet("Total"), ocr, mode="FAST").pages[0].text == "Scans\nTotal"
    found = read(sheet(), sample_files.no_ocr(), mode="FAST")
    assert found.warnings == ("page 1 could only be read by OCR: no OCR is installed",)


def test_a_picture_of_a_header_counts_as_on_the_first_page():
    letter = sample_files.docx(["Dear Sir"], ["Yours"], header="ACME Limited")
    members = sample_files.unzip(with_pictures(letter, "word/header1.xml", stamp()))
    members["word/header1.xml"] = members["word/header1.xml"].replace(
        b"</w:hdr>", _BLIP.format("p1").encode() + b"</w:hdr>"
    )
    found = read(sample_files.zip_of(members))
    assert [page.text.split()[-1] for page in found.pages] == ["Monday", "Yours"]


def test_pictures_of_vml_in_a_main_part_of_another_name():
    members = sample_files.unzip(with_pictures(LETTER, "word/document.xml", stamp()))
    main = members.pop("word/document.xml").replace(b"a:blip", b"q:imagedata")
    members["word/document2.xml"] = main.replace(b"r:embed", b"r:id").replace(b":a=", b":q=")
    members["word/_rels/document2.xml.rels"] = members.pop("word/_rels/document.xml.rels")
    members["_rels/.rels"] = members["_rels/.rels"].replace(b"document.xml", b"document2.xml")
    assert read(sample_files.zip_of(members)).pages[1].text.endswith("Received on Monday")


def test_fast_mode_reads_no_pictures():
    data = with_pictures(LETTER, "word/document.xml", stamp())
    assert read(data, mode="FAST") == read(LETTER, mode="FAST")


def test_pages_that_are_not_chosen_are_not_read():
    engine = Fixed(SURE)
    ocr = Ocr(INSTALLED.choose("en"), engine)
    found = read(with_pictures(LETTER, "word/document.xml", stamp()), ocr, max_pages=1)
    assert "Monday" not in found.pages[0].text
    assert engine.seen == []


def test_icons_and_damaged_pictures_are_left_out():
    icon = pictures.save(Image.new("L", (64, 64)))
    line = pictures.save(Image.new("L", (900, 8)))
    engine = Fixed(SURE)
    data = with_pictures(LETTER, "word/document.xml", icon, line, b"no picture", stamp()[:300])
    assert read(data, Ocr(INSTALLED.choose("en"), engine)) == read(LETTER)
    assert engine.seen == []


def test_the_largest_eight_are_read_in_their_order():
    engine = Fixed(*[Recognised(f"Number {number}", 95.0) for number in range(8)])
    found = [stamp(400 + 10 * number) for number in range(10)]
    data = with_pictures(LETTER, "word/document.xml", *found)
    text = read(data, Ocr(INSTALLED.choose("en"), engine)).pages[1].text
    assert text.split("\n\n")[1:] == [f"Number {number}" for number in range(8)]
    assert [picture.width for picture in engine.seen] == [820 + 20 * n for n in range(1, 9)]


def test_pictures_beyond_the_time_for_ocr():
    ocr = Ocr(INSTALLED.choose("en"), Fixed(SURE), lambda: None)
    assert read(with_pictures(LETTER, "word/document.xml", stamp()), ocr).warnings == (
        "pictures on page 2 were left out: OCR would take too long",
    )


@pytest.mark.parametrize(
    ("data", "part"), [(LETTER, "word/document.xml"), (TALK, "ppt/slides/slide3.xml")]
)
def test_pictures_are_read_in_the_sandbox(data: bytes, part: str):
    with SandboxedParser(ocr=INSTALLED) as parser:
        file = io.BytesIO(with_pictures(data, part, stamp()))
        found = parser.parse(file, "", sample_files.request(mode="MULTIMODAL"))
    assert found.pages[-1].text.endswith("Received on Monday")
