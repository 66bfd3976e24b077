import io
import zipfile

import pytest

from app.errors import FileError, FileErrorCode
from devtools import sample_files
from worker.parsing.document import Document
from worker.parsing.limits import ParserLimits
from worker.parsing.readers.dispatch import read_document

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)


def chapter(body: str, head: str = "<title>Book</title>") -> str:
    return (
        f"<html xmlns='http://www.w3.org/1999/xhtml'><head>{head}</head><body>{body}</body></html>"
    )


def opf(*items: str, spine: tuple[str, ...] | None = None) -> str:
    """Each item is `id href` or `id href media-type`."""
    listed = ""
    for item in items:
        name, href, *kind = item.split()
        listed += (
            f'<item id="{name}" href="{href}" media-type="{(*kind, "application/xhtml+xml")[0]}"/>'
        )
    order = spine if spine is not None else tuple(item.split()[0] for item in items)
    refs = "".join(f'<itemref idref="{name}"/>' for name in order)
    return (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest>'
        f"{listed}</manifest><spine>{refs}</spine></package>"
    )


def book(parts: dict[str, str | bytes], container: str = CONTAINER) -> bytes:
    members = {"mimetype": "application/epub+zip", "META-INF/container.xml": container, **parts}
    return sample_files.zip_of(members, zipfile.ZIP_STORED)


def read(data: bytes) -> Document:
    return read_document(
        io.BytesIO(data), "", sample_files.EVERYTHING, ParserLimits(), sample_files.no_ocr()
    )


def text_of(data: bytes) -> str:
    (page,) = read(data).pages
    return page.text


def test_chapters_stand_in_the_order_of_the_spine():
    data = book(
        {
            "OEBPS/book.opf": opf("a one.xhtml", "b two.xhtml", "c three.xhtml", spine=("c", "a")),
            "OEBPS/one.xhtml": chapter("<p>One</p>"),
            "OEBPS/two.xhtml": chapter("<p>not in the spine</p>"),
            "OEBPS/three.xhtml": chapter(
                "<h1>Three</h1><table><tr><td>a</td><td>b</td></tr></table>"
            ),
        }
    )
    assert text_of(data) == "Three\n\na b\n\nOne"
    assert read(data).pages[0].headings == ("Three",)


def test_references_are_relative_and_escaped():
    data = book(
        {
            "OEBPS/book.opf": opf("a ../text/a%20b.xhtml", "b C%C3%A9.html#x", "c p%20q.html"),
            "text/a b.xhtml": chapter("<p>One</p>"),
            "OEBPS/cé.html": chapter("<p>Two</p>"),
            "OEBPS/p%20q.html": chapter("<p>Three</p>"),
        }
    )
    assert text_of(data) == "One\n\nTwo\n\nThree"


def test_chapters_of_other_kinds():
    data = book(
        {
            "OEBPS/book.opf": opf(
                "a a.html", "b b.xhtml", "s s.svg image/svg+xml", "i i.png image/png"
            ),
            "OEBPS/a.html": "<?xml version='1.0' encoding='windows-1252'?>Größe<p>open".encode(
                "cp1252"
            ),
            "OEBPS/b.xhtml": ("<!DOCTYPE html [<!ENTITY a 'b'>]>" + chapter("<p>wide</p>")).encode(
                "utf-16"
            ),
            "OEBPS/s.svg": '<svg xmlns="http://www.w3.org/2000/svg"><text>drawn</text></svg>',
        }
    )
    assert text_of(data) == "Größe\n\nopen\n\nwide\n\ndrawn"


def test_a_missing_chapter_is_the_only_loss():
    data = book(
        {
            "OEBPS/book.opf": opf(
                *("a a.xhtml", "b gone.xhtml", "s s.svg image/svg+xml", "c c.xhtml"),
                spine=("a", "b", "nowhere", "s", "c"),
            ),
            "OEBPS/a.xhtml": chapter("<p>One</p>"),
            "OEBPS/s.svg": "<svg",
            "OEBPS/c.xhtml": chapter("<p>Three</p>"),
        }
    )
    assert text_of(data) == "One\n\nThree"
    assert read(data).warnings == (
        "the chapter gone.xhtml could not be read",
        "the chapter nowhere could not be read",
        "the chapter s.svg could not be read",
    )


def test_many_lost_chapters_are_counted():
    items = [f"i{number} {number}.xhtml" for number in range(8)]
    data = book({"OEBPS/book.opf": opf("a a.xhtml", *items), "OEBPS/a.xhtml": chapter("One")})
    assert read(data).warnings[-1] == "3 more chapters could not be read"


@pytest.mark.parametrize("broken", ["no", "<container/>"])
def test_a_book_without_its_list_is_read(broken):
    parts: dict[str, str | bytes] = {"OEBPS/a.xhtml": chapter("<p>One</p>")}
    assert text_of(book(parts, broken)) == "One"
    listed = {**parts, "x/book.OPF": opf("a ../OEBPS/a.xhtml", "b b.xhtml"), "x/b.xhtml": "Two"}
    assert text_of(book(listed, broken)) == "One\n\nTwo"
    assert text_of(book({**parts, "OEBPS/book.opf": "<package"})) == "One"


def encryption(*names: str) -> str:
    references = "".join(f'<CipherReference URI="{name}"/>' for name in names)
    return f"<encryption><EncryptedData>{references}</EncryptedData></encryption>"


def test_encrypted_chapters_are_no_text():
    parts: dict[str, str | bytes] = {
        "OEBPS/book.opf": opf("a a.xhtml", "b b.xhtml"),
        "OEBPS/a.xhtml": chapter("<p>One</p>"),
        "OEBPS/b.xhtml": b"\x8e\x91" * 99,
        "META-INF/encryption.xml": encryption("OEBPS/b.xhtml", "font.otf"),
    }
    assert text_of(book(parts)) == "One"
    assert read(book(parts)).warnings == ("the chapter b.xhtml could not be read",)
    parts["META-INF/encryption.xml"] = encryption("OEBPS/a.xhtml", "OEBPS/b.xhtml")
    with pytest.raises(FileError) as caught:
        read(book(parts))
    assert caught.value.code == FileErrorCode.ENCRYPTED


def test_a_book_without_chapters_is_corrupt():
    for parts in ({}, {"OEBPS/book.opf": opf("a a.xhtml")}):
        with pytest.raises(FileError) as caught:
            read(book(parts))
        assert caught.value.code == FileErrorCode.CORRUPT


def test_a_book_of_pictures_says_so():
    parts: dict[str, str | bytes] = {
        "OEBPS/book.opf": opf("a a.xhtml"),
        "OEBPS/a.xhtml": chapter("<img src='a.jpg'/>"),
    }
    assert read(book(parts)).warnings == ()
    parts["OEBPS/a.jpg"] = b"\xff\xd8"
    assert read(book(parts)).warnings == ("the book consists of pictures, which were not read",)


def test_notes_that_show_at_a_tap_are_read():
    note = '<aside epub:type="footnote" hidden=""><p>See 7</p></aside>'
    data = book({"OEBPS/book.opf": opf("a a.xhtml"), "OEBPS/a.xhtml": chapter(f"<p>x</p>{note}")})
    assert text_of(data) == "x\n\nSee 7"
