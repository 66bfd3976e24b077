import io
import struct
from collections.abc import Mapping

import pytest
from olefile import OleFileIO

from app.errors import FileError, FileErrorCode
from devtools import ole_samples, sample_files
from devtools.marked.old_office import slides, word
from devtools.marked.old_office.drawing import atom, container, decorative_text
from devtools.ole_samples import xls_record, xls_text_box
from worker.parsing.document import Document
from worker.parsing.readers.office.old_office import read_doc, read_ppt, read_xls

HEADERS = ("", "ACME Header\r", "", "Bank IBAN 5\r", "First page\r", "\x13 PAGE \x145\x15\r")


def doc(data: bytes) -> Document:
    return read_doc(sample_files.source(data))


def xls(data: bytes) -> Document:
    return read_xls(sample_files.source(data))


def test_all_parts_of_a_document_are_read():
    found = doc(
        ole_samples.doc(
            "Text für Möbel\rSecond\r", HEADERS, "\2 a note\r", "\5 a comment\r", "a box\r"
        )
    )
    assert found.pages[0].text.split("\n\n") == [
        "ACME Header",
        "First page",
        "Text für Möbel\nSecond",
        "a note",
        "a comment",
        "a box",
        "Bank IBAN 5",
    ]
    assert found.warnings == ()


def test_a_document_without_other_parts():
    assert doc(ole_samples.doc("Just 漢字 😀\r".replace("😀", "\ud83d\ude00"))).pages[0].text == (
        "Just 漢字 😀"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('See \x13 HYPERLINK "http://x.y" \x14here\x15.\r', "See here."),
        (
            "\x13 IF \x13 MERGEFIELD a \x14A\x15 = B \x14Dear \x13 NAME \x14Jane\x15\x15!",
            "Dear Jane!",
        ),
        ('A\x13 XE "a" \x15B', "AB"),
        ("Total \x13 never closed 5", "Total  never closed 5"),
        ("\x15\x14stray", "stray"),
        ("Item\7Price\7\7Pen\x075\7\7", "Item Price\nPen 5"),
        (
            "a\x0bb\x0cc\rnon\x1ebreaking op\x1ftional\xa0space\1\x08",
            "a\nb\nc\nnon-breaking optional space",
        ),
    ],
)
def test_fields_cells_and_signs(text, expected):
    assert doc(ole_samples.doc(text.ljust(40, "\r"))).pages[0].text == expected


def test_hidden_and_deleted_text_is_left_out():
    marked = word.marked_doc()
    text = doc(marked.data).pages[0].text
    assert f"{marked.markers['second page']}\n{marked.markers['chosen value']}\n" in text
    assert word.HIDDEN not in text
    assert word.DELETED not in text
    assert word.STYLED not in text
    assert word.FIRST_PAGE not in text
    assert word.EVEN_PAGES not in text
    assert marked.markers["shown in a hidden style"] in text


@pytest.mark.parametrize(
    "shown",
    [
        *(word.SHOWN_TEMPERATURE, word.SHOWN_TICKED, word.SHOWN_LETTERED, word.SHOWN_DROPPED),
        word.SHOWN_LISTED,
    ],
)
def test_symbols_of_fonts_drop_caps_and_numbers_of_lists_are_read(shown):
    assert shown in doc(word.marked_doc().data).pages[0].text


def test_a_document_that_consists_of_pictures_says_so():
    found = doc(ole_samples.doc("\x08\r" * 20))
    assert (found.pages[0].text, found.lost_parts) == ("", 1)
    assert "pictures" in found.warnings[0]
    assert doc(ole_samples.doc("\r" * 20)).warnings == ()


def test_a_workbook_that_consists_of_pictures_says_so():
    picture = xls_record(0x00EB, container(0xF000, container(0xF001, atom(0xF007, bytes(36)))))
    found = xls(ole_samples.xls(tables=picture))
    assert (found.pages[0].text, found.lost_parts) == ("Sheet", 1)
    assert "pictures" in found.warnings[0]
    assert xls(ole_samples.xls("INV 7", tables=picture)).warnings == ()


def test_a_document_with_damaged_parts_says_so():
    data = ole_samples.doc("Text of the document\r", HEADERS)
    at = data.index(b"\xec\xa5")
    cut = data[: at + 0x50] + struct.pack("<L", 9999) + data[at + 0x54 :]
    assert doc(cut).warnings == ("headers, notes and text boxes of the document could not be read",)
    broken = data[: at + 0x1A2] + struct.pack("<2L", 9999, 7) + data[at + 0x1AA :]
    with pytest.raises(FileError) as caught:
        doc(broken)
    assert caught.value.code == FileErrorCode.CORRUPT


@pytest.mark.parametrize("read", [doc, xls])
def test_a_header_that_claims_huge_sectors_is_damage(read):
    for data in (ole_samples.doc("Text\r" * 9), ole_samples.xls("INV 7")):
        with pytest.raises(FileError) as caught:
            read(data[:32] + b"\xff\xff" + data[34:])
        assert caught.value.code == FileErrorCode.CORRUPT


def test_embedded_documents_are_named():
    pool = {"_1": {"Workbook": b"x"}, "_2": {"Equation Native": b"x"}}
    found = doc(ole_samples.doc("Text of the document\r", ObjectPool=pool))
    assert found.warnings == ("a document embedded in the file was not read",)
    found = xls(ole_samples.xls("a", MBD1={"Package": b"x"}, MBD2={"WordDocument": b"x"}))
    assert (found.warnings, found.lost_parts) == (
        ("2 documents embedded in the file were not read",),
        1,
    )


def test_texts_beside_the_cells_of_a_workbook_are_read():
    header = xls_record(0x0014, struct.pack("<HB", 13, 0) + b'&C&"Arial"ACM')
    wide = "R&&D Ltd&RPage &P".encode("utf-16-le")
    footer = xls_record(0x0015, struct.pack("<HB", 17, 1) + wide)
    begin = xls_record(0x0809, struct.pack("<HHHHLL", 0x0600, 0x0020, 0x0DBB, 0x07CC, 0, 6))
    title = xls_record(0x100D, b"\0\0\7\0Revenue")
    chart = begin + title + xls_record(0x000A, b"")
    boxes = xls_text_box("a box ", "in 漢字") + xls_text_box("") + xls_text_box("a comment")
    found = xls(ole_samples.xls("INV 7", records=header + footer + chart + boxes))
    assert found.pages[0].text.split("\n") == [
        "Sheet",
        "INV 7",
        "ACM",
        "R&D Ltd",
        "Revenue",
        "a box in 漢字",
        "a comment",
    ]


def test_workbooks_of_excel_5_are_read():
    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    start = record(0x0809, struct.pack("<HHHH", 0x0500, 5, 0x0DBB, 0x07CC))
    bound = struct.pack("<LBBB", len(start) + 4 + 12 + 4, 0, 0, 5) + b"Sheet"
    label = struct.pack("<HHHH", 0, 0, 0, 5) + b"INV 7"
    sheet = record(0x0809, struct.pack("<HHHH", 0x0500, 16, 0x0DBB, 0x07CC)) + record(0x0204, label)
    end = record(0x000A, b"")
    found = xls(ole_samples.ole_file(Book=start + record(0x0085, bound) + end + sheet + end))
    assert (found.pages[0].text, found.warnings) == ("Sheet\nINV 7", ())


def test_a_sheet_that_a_web_server_wrote_alone_is_read():
    text = "Größe 7".encode("latin-1")
    label = xls_record(0x0204, struct.pack("<4H", 0, 0, 0, len(text)) + text)
    number = xls_record(0x0203, struct.pack("<3Hd", 1, 0, 0, 12.5))
    begin = xls_record(0x0809, struct.pack("<4H", 0, 0x10, 0, 0))
    found = xls(begin + label + number + xls_record(0x000A, b""))
    assert (found.format, found.pages[0].text) == ("xls", "Größe 7\n12.5")
    assert found.warnings == ()


def test_decorative_text_on_a_sheet_is_read_unless_its_shape_was_deleted():
    drawings = decorative_text("DRAFT") + decorative_text("GONE", is_deleted=True)
    found = xls(ole_samples.xls("INV 7", records=xls_record(0x00EC, drawings)))
    assert found.pages[0].text == "Sheet\nINV 7\nDRAFT"


def test_hidden_sheets_are_left_out_unless_all_are():
    def workbook(*states: int) -> bytes:
        start = xls_record(0x0809, struct.pack("<HHHHLL", 0x0600, 5, 0x0DBB, 0x07CC, 0, 6))
        end = xls_record(0x000A, b"")
        parts = []
        for number in range(len(states)):
            label = struct.pack("<HHHHB", 0, 0, 0, 6, 0) + b"Cell %d" % number
            begin = xls_record(0x0809, struct.pack("<HHHHLL", 0x0600, 16, 0x0DBB, 0x07CC, 0, 6))
            parts.append(begin + xls_record(0x0204, label) + end)
        at = len(start) + len(states) * 18 + len(end)
        for number, state in enumerate(states):
            name = struct.pack("<LBBBB", at, state, 0, 6, 0) + b"Sheet%d" % number
            start += xls_record(0x0085, name)
            at += len(parts[number])
        return ole_samples.ole_file(Workbook=start + end + b"".join(parts))

    assert [page.text for page in xls(workbook(1, 0, 2)).pages] == ["Sheet1\nCell 1"]
    assert len(xls(workbook(1, 2)).pages) == 2


def test_a_page_of_a_presentation_is_a_slide_without_prompts():
    marked = slides.marked_ppt()
    found = read_ppt(sample_files.source(marked.data, "marked.ppt", sample_files.EVERYTHING))
    first, second = (page.text for page in found.pages)
    assert first.startswith(marked.markers["title"] + "\n\n")
    assert first.endswith(f"Notes:\n{marked.markers['notes']}\n\n{marked.markers['comment']}")
    assert second == marked.markers["second slide"]
    assert slides.PROMPT not in first


def ppt(streams: ole_samples.Tree) -> Document:
    data = ole_samples.ole_file_of(streams, pads=False)
    return read_ppt(sample_files.source(data, "a.ppt", sample_files.EVERYTHING))


def streams_of_slides() -> Mapping[str, bytes]:
    with OleFileIO(io.BytesIO(slides.marked_ppt().data)) as ole:
        return {path[0]: ole.openstream(path).read() for path in ole.listdir()}


def test_of_a_presentation_for_two_programs_the_newer_part_is_read():
    streams = streams_of_slides()
    old = {"PowerPoint Document": b"x", "Current User": b"x", "Text_Content": b"old"}
    assert ppt({**old, "PP97_DUALSTORAGE": streams}).pages == ppt(streams).pages


def test_a_presentation_of_powerpoint_95_is_one_page():
    found = ppt({"PowerPoint Document": b"x", "Text_Content": b"Invoice 7\r\rTotal\x0bdue\r"})
    assert [page.text for page in found.pages] == ["Invoice 7\n\nTotal\ndue"]
    assert "PowerPoint 95" in found.warnings[0]


def test_slides_are_found_where_edits_do_not_lead_to_them():
    """The last edit, which saved the document again, names itself as the one before."""
    streams = streams_of_slides()
    stream = streams["PowerPoint Document"]
    directory = atom(6002, struct.pack("<LL", 1 << 20 | 1, 0))
    last = len(stream) + len(directory)
    edit = atom(4085, struct.pack("<8x3L8x", last, len(stream), 1))
    user = bytearray(streams["Current User"])
    struct.pack_into("<L", user, 16, last)
    changed = {"PowerPoint Document": stream + directory + edit, "Current User": bytes(user)}
    assert ppt(changed) == ppt(streams)


def test_a_presentation_without_any_text_that_can_be_found_is_damaged():
    with pytest.raises(FileError) as caught:
        ppt({"PowerPoint Document": b"x"})
    assert caught.value.code is FileErrorCode.CORRUPT


def test_spaces_take_no_room_of_the_text_of_a_sheet():
    data = ole_samples.xls(*("a" + " " * 300 + "b" for _ in range(3)))
    found = read_xls(sample_files.source(data, page_text_bytes=200))
    assert (found.pages[0].text, found.warnings) == ("Sheet\na b\na b\na b", ())
