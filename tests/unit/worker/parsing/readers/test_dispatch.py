import pytest

from app.errors import FileErrorCode
from devtools import ole_samples, pdf_samples, sample_files
from tests.unit.worker.parsing.readers.reading import read, refused


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (pdf_samples.pdf("Hello"), "pdf"),
        (sample_files.docx(["Hello"]), "docx"),
        (sample_files.odp("Hello"), "odp"),
        (b"<!doctype html><p>Hello", "html"),
        (b"Hello", "txt"),
    ],
)
def test_the_reader_follows_from_the_content(data, expected):
    found = read(data, "wrong.xls")
    assert found.format == expected
    assert [page.text for page in found.pages] == ["Hello"]


@pytest.mark.parametrize("extension", ["txt", "md", "csv", "tsv", "json", "xml"])
def test_text_is_read_as_it_is(extension):
    found = read("# Größe <b>".encode("cp1252"), f"a.{extension}")
    assert (found.format, found.pages[0].text) == (extension, "# Größe <b>")


def test_white_space_is_a_page_without_text():
    assert [page.text for page in read(b" \n\t \n", "a.txt").pages] == [""]


def test_a_file_without_bytes_is_empty():
    assert refused(b"", "a.pdf").code == FileErrorCode.EMPTY


def test_other_types_are_not_supported():
    error = refused(b"\x90\0" + bytes(range(256)) * 4, "a.bin")
    assert (error.code, error.sentence) == (
        FileErrorCode.UNSUPPORTED_TYPE,
        "the type of the file is not supported",
    )
    assert refused(sample_files.zip_of({"a": "b"}), "a.docx").code == FileErrorCode.UNSUPPORTED_TYPE


def test_encrypted_office_files_are_refused():
    locked = ole_samples.ole_file(EncryptedPackage=b"x", EncryptionInfo=b"x")
    assert refused(locked).code == FileErrorCode.ENCRYPTED
    restricted = ole_samples.ole_file(WordDocument=b"x", **{"\tDRMContent": b"x"})
    for data in (restricted, ole_samples.ole_file(EncryptedPackage=b"x")):
        error = refused(data)
        assert error.code == FileErrorCode.ENCRYPTED
        assert "rights management" in error.sentence


DEFAULT_PASSWORD = "VelvetSweatshop"


@pytest.mark.parametrize(
    ("data", "extension"),
    [
        (
            ole_samples.encrypted_package(sample_files.xlsx(One=[["INV 7"]]), DEFAULT_PASSWORD),
            "xlsx",
        ),
        (ole_samples.encrypted_package(sample_files.docx(["INV 7"]), DEFAULT_PASSWORD), "docx"),
        (ole_samples.sha1_package(sample_files.xlsx(One=[["INV 7"]]), DEFAULT_PASSWORD), "xlsx"),
        (ole_samples.rc4_xls(DEFAULT_PASSWORD, "INV 7"), "xls"),
    ],
)
def test_files_with_the_default_password_are_read(data, extension):
    found = read(data, "a.xlsx")
    assert (found.format, "INV 7" in found.pages[0].text) == (extension, True)


def test_files_with_another_password_are_refused():
    for data in (
        ole_samples.encrypted_package(sample_files.xlsx(One=[["INV 7"]]), "secret"),
        ole_samples.rc4_xls("secret", "INV 7"),
        sample_files.open_document("text", "", "<x><encryption-data/></x>"),
    ):
        error = refused(data)
        assert error.code == FileErrorCode.ENCRYPTED
        assert error.sentence == "the file is encrypted and needs a password"


def test_decrypted_files_are_checked_as_others():
    bomb = sample_files.docx(["x"], prolog='<!DOCTYPE x [<!ENTITY y "z">]>')
    data = ole_samples.encrypted_package(bomb, DEFAULT_PASSWORD)
    assert refused(data).code == FileErrorCode.CORRUPT
    assert refused(data, zip_members=2).code == FileErrorCode.TOO_MANY_PARTS


def test_known_files_that_are_not_supported_are_named():
    error = refused(ole_samples.ole_file(WordDocument=b"\xdc\xa5" + bytes(30)), "a.doc")
    assert error.code == FileErrorCode.UNSUPPORTED_TYPE
    assert error.sentence.endswith("save the file as docx")


def test_bombs_are_refused_first():
    error = refused(sample_files.zip_of({"a": "b", "c": "d"}), zip_members=1)
    assert error.code == FileErrorCode.TOO_MANY_PARTS


def test_files_without_layout_are_the_same_in_both_modes():
    for data, name in ((b"Hello", "a.txt"), (sample_files.docx(["Hello"]), "a.docx")):
        assert read(data, name, sample_files.request(mode="MULTIMODAL")) == read(data, name)
