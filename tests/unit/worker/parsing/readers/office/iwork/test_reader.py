from devtools import sample_files
from devtools.marked.apple import field, part
from tests.unit.worker.parsing.readers.reading import read, refused

STORAGE, LIST, TILE, SHEET = 2001, 6005, 6002, 2


def text(value: str) -> tuple[int, bytes]:
    return STORAGE, field(1, 0) + field(3, value.encode())


def document(**parts: bytes) -> bytes:
    named = {f"Index/{name.replace('_', '-')}.iwa": data for name, data in parts.items()}
    return sample_files.zip_of(named)


def test_the_text_of_pages_begins_with_the_document():
    data = document(
        AnnotationAuthorStorage=part(text("no")),
        CalculationEngine=part(text("no")),
        Tables=part(text("in a box")),
        Document=part(text("Invoice\u20287\ufffc"), (9999, b"\xff")),
    )
    found = read(data, "letter.pages")
    assert (found.format, found.pages[0].text) == ("pages", "Invoice\n7\n\nin a box")
    assert found.warnings == ()
    packed = sample_files.zip_of({"Index.zip": data, "preview.jpg": "x"})
    assert read(packed, "").pages == found.pages


def test_texts_of_numbers_are_read_and_its_numbers_are_told():
    entry = field(1, 1) + field(3, b"Total due")
    found = read(
        document(
            Document=part((SHEET, field(1, b"Offers"))),
            DataList=part((LIST, field(1, 1) + field(3, entry)), (TILE, field(5, field(1, 0)))),
        ),
        "a.numbers",
    )
    assert (found.format, found.pages[0].text) == ("numbers", "Offers\n\nTotal due")
    assert (found.lost_parts, "export the file as PDF" in found.warnings[0]) == (1, True)


def test_a_slide_of_keynote_is_a_page():
    slides = {"Slide_12": part(text("Second")), "Slide_2": part(text("First"))}
    found = read(document(**slides, TemplateSlide=part(text("no"))), "talk.key")
    assert [page.text for page in found.pages] == ["First", "Second"]


def test_a_damaged_part_costs_that_part():
    found = read(document(Document=part(text("Invoice")), Extra=part(text("x"))[:-4]), "a.pages")
    assert (found.pages[0].text, found.lost_parts) == ("Invoice", 1)
    assert refused(document(Document=b"\0\3\0\0abc"), "a.pages").code == "corrupt"
    locked = sample_files.zip_of({"Index/Document.iwa": b"x", ".iwpv2": b"x"})
    assert refused(locked, "a.pages").code == "encrypted"
