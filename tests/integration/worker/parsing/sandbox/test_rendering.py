"""Pages are drawn in the sandbox, with the places of their words."""

import io

import pytest
from PIL import Image, ImageDraw

from app.errors import FileError, FileErrorCode
from app.previews.marks import find_marks
from app.previews.values import Box
from devtools.pdf_samples import assemble, pdf, stream, text_content
from worker.parsing.rendered_page import RenderedPage, RenderRequest
from worker.parsing.sandbox.parser import SandboxedParser

QUOTE = "Total to pay by bank transfer"


def render(parser: SandboxedParser, data: bytes, page: int = 0, width: int = 400) -> RenderedPage:
    return parser.render(io.BytesIO(data), "a file", RenderRequest(page, width))


def picture_of(page: RenderedPage) -> Image.Image:
    assert page.picture is not None, page.problem
    return Image.open(io.BytesIO(page.picture))


def darkest(picture: Image.Image, box: Box) -> int:
    """Return the darkest shade within a rectangle that is given in fractions."""
    width, height = picture.size
    part = picture.convert("L").crop(
        (
            int(box.left * width),
            int(box.top * height),
            int(box.right * width) + 1,
            int(box.bottom * height) + 1,
        )
    )
    return int(part.getextrema()[0])


def one_page(text: str, entries: bytes) -> bytes:
    """Make a PDF of one page with these entries, such as its boxes and its rotation."""
    resources = b"/Resources<</Font<</F1 5 0 R>>>>"
    return assemble(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/Contents 4 0 R%s%s>>" % (entries, resources),
            stream(text_content(text)),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        ]
    )


def test_a_page_of_a_pdf_is_drawn_and_its_words_are_where_it_has_ink(shared: SandboxedParser):
    page = render(shared, pdf("first page", f"INVOICE number seven\n{QUOTE}"), 1, 800)

    picture = picture_of(page)
    assert (picture.format, picture.size) == ("WEBP", (800, 1133))
    assert [word.text for word in page.words[:3]] == ["INVOICE", "number", "seven"]
    (mark,) = find_marks(QUOTE, page.words)
    assert darkest(picture, mark) < 100
    assert darkest(picture, Box(0.1, 0.5, 0.9, 0.9)) == 255


@pytest.mark.parametrize(
    "entries",
    [
        b"/MediaBox[0 0 595 842]/Rotate 90",
        b"/MediaBox[0 0 595 842]/Rotate 180",
        b"/MediaBox[0 0 595 842]/CropBox[20 400 400 830]",
        b"/MediaBox[-100 -50 495 842]",
    ],
)
def test_turned_and_cropped_pages(shared: SandboxedParser, entries: bytes):
    page = render(shared, one_page(f"INVOICE number seven\n{QUOTE}", entries), width=800)

    picture = picture_of(page)
    marks = find_marks("Total", page.words)
    assert len(marks) == 1
    assert darkest(picture, marks[0]) < 100
    empty = Box(0.4, 0.6, 0.6, 0.8)
    assert darkest(picture, empty) == 255


def test_a_scan_has_the_words_that_ocr_sees(shared: SandboxedParser):
    paper = Image.new("RGB", (1240, 700), "white")
    draw = ImageDraw.Draw(paper)
    draw.text((100, 100), "INVOICE number seven", fill="black", font_size=40)
    draw.text((100, 300), QUOTE, fill="black", font_size=40)
    buffer = io.BytesIO()
    paper.save(buffer, "PNG")

    page = render(shared, buffer.getvalue(), width=800)

    picture = picture_of(page)
    assert picture.width == 800
    (mark,) = find_marks(QUOTE, page.words)
    assert 0.3 < mark.top < mark.bottom < 0.6
    assert darkest(picture, mark) < 100


def test_pictures_are_upright_on_white_and_not_enlarged(shared: SandboxedParser):
    clear = Image.new("RGBA", (60, 30), (255, 0, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    buffer = io.BytesIO()
    clear.save(buffer, "PNG", exif=exif)

    picture = picture_of(render(shared, buffer.getvalue()))

    assert picture.size == (30, 60)
    assert picture.convert("L").getextrema() == (255, 255)


def test_each_frame_of_a_tiff_is_a_page(shared: SandboxedParser):
    frames = [Image.new("L", (200, 100), shade) for shade in (255, 0)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "TIFF", save_all=True, append_images=frames[1:])

    shades = [picture_of(render(shared, buffer.getvalue(), page)).convert("L") for page in (0, 1)]

    assert [shade.getpixel((50, 50)) for shade in shades] == [255, 0]


def test_a_very_high_page_becomes_narrow(shared: SandboxedParser):
    picture = picture_of(render(shared, one_page("a roll", b"/MediaBox[0 0 100 14000]")))

    assert picture.height <= 4 * 400 + 1
    assert picture.width < 20


@pytest.mark.parametrize("data", [pdf("one", "two"), b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
def test_what_has_no_picture_says_why(shared: SandboxedParser, data: bytes):
    page = render(shared, data, page=2)

    assert page.picture is None
    assert page.problem.startswith(("The file has 2 pages,", "Only PDFs and picture files"))


def test_a_damaged_file_is_an_error_of_the_file(shared: SandboxedParser):
    for data in (b"%PDF-1.7 and nothing else", b"\x89PNG\r\n\x1a\n and nothing else"):
        with pytest.raises(FileError) as caught:
            render(shared, data)
        assert caught.value.code == FileErrorCode.CORRUPT


@pytest.mark.parametrize(
    "broken",
    [
        {"picture": "bm90IHdlYnA=", "problem": "", "words": []},
        {"picture": "%%%", "problem": "", "words": []},
        {"picture": None, "problem": "", "words": [["a", 0, 0, 1]]},
        {"picture": None, "problem": "", "words": [[1, 0, 0, 1, 1]]},
        {"picture": None, "problem": ""},
    ],
)
def test_an_answer_of_a_hostile_process_is_refused(broken: dict[str, object]):
    with pytest.raises((ValueError, KeyError)):
        RenderedPage.from_json(broken)
