import io
import struct

import pytest

from app.errors import FileError, FileErrorCode
from devtools import sample_files
from worker.parsing.readers.zip_checks import check_archive


def check(data: bytes, **limits) -> int:
    """Where the file stands after the check; readers begin at 0."""
    found = sample_files.source(data, **limits)
    check_archive(found.file, found.type, found.limits)
    return found.file.tell()


def refused(data: bytes, **limits) -> FileError:
    with pytest.raises(FileError) as caught:
        check(data, **limits)
    return caught.value


def test_whole_files_and_files_of_other_kinds_pass():
    for data in (
        sample_files.docx(["a"]),
        sample_files.odp("a"),
        sample_files.epub("a"),
        b"text",
        b"",
    ):
        assert check(data) == 0


def test_numbered_main_part_passes():
    assert (
        check(sample_files.zip_of({"[Content_Types].xml": "", "word/document2.xml": "<x/>"})) == 0
    )


def test_a_main_part_elsewhere_passes():
    members = sample_files.unzip(sample_files.docx(["a"]))
    moved = {
        name.replace("word/", "content\\"): data.replace(b"word/document", b"content/document")
        for name, data in members.items()
    }
    assert "content\\document.xml" in moved
    assert check(sample_files.zip_of(moved)) == 0


def test_too_many_members_are_refused():
    error = refused(sample_files.docx(["a"]), zip_members=2)
    assert error.code == FileErrorCode.TOO_MANY_PARTS
    assert error.sentence == "the file holds 3 parts, more than the limit of 2"


def test_a_too_large_list_of_members_is_refused():
    names = {f"word/{number:02}{'x' * 65_000}": "" for number in range(65)}
    error = refused(sample_files.zip_of({"word/document.xml": "", **names}))
    assert error.code == FileErrorCode.TOO_MANY_PARTS
    assert error.sentence.endswith("more than the limit of 4194304")


def test_members_that_unpack_to_too_much_are_refused():
    bomb = sample_files.zip_of({"word/document.xml": bytes(5_000_000), "[Content_Types].xml": ""})
    assert refused(bomb, zip_unpacked_bytes=4_000_000).code == FileErrorCode.TOO_LARGE
    assert refused(bomb, zip_ratio_from_bytes=1_000_000).code == FileErrorCode.TOO_LARGE


def test_a_damaged_directory_is_corrupt():
    error = refused(b"PK\x03\x04" + bytes(100))
    assert error.code == FileErrorCode.CORRUPT


def test_a_missing_or_unreadable_main_part_is_corrupt():
    missing = sample_files.zip_of({"[Content_Types].xml": "", "word/styles.xml": ""})
    assert refused(missing).code == FileErrorCode.CORRUPT
    data = bytearray(sample_files.docx(["a"]))
    at = data.rindex(b"word/document.xml") - 46 + 10
    data[at : at + 2] = struct.pack("<H", 99)
    assert refused(bytes(data)).code == FileErrorCode.CORRUPT


def test_declared_xml_entities_are_refused():
    bomb = sample_files.docx(
        ["&x;"], prolog='<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    )
    assert refused(bomb).code == FileErrorCode.CORRUPT
    members = sample_files.unzip(bomb)
    markup = members["word/document.xml"].decode().replace("UTF-8", "UTF-16")
    padded = markup.replace("<!DOCTYPE", f"<!--{'x' * 9000}--><!DOCTYPE")
    wide = sample_files.zip_of({**members, "word/document.xml": padded.encode("utf-16")})
    assert "XML entities" in refused(wide).sentence


def test_a_refused_file_is_left_at_its_start():
    file = io.BytesIO(b"PK\x03\x04" + bytes(100))
    found = sample_files.source(b"x")
    with pytest.raises(FileError):
        check_archive(file, found.type, found.limits)
    assert file.tell() == 0
