import io
import zipfile

from devtools import sample_files
from tests.unit.worker.parsing.readers.reading import read, refused

WORD = sample_files.docx(["Invoice 7"])


def streamed(members: dict[str, str]) -> bytes:
    """Return a zip as programs write it that do not know the sizes yet: they follow the bytes."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, piece) -> int:
            self.data += piece
            return len(piece)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return bytes(pipe.data)


def test_what_stands_before_a_document_is_left_out():
    for data in (WORD, sample_files.open_document("text", "<text:p>Invoice 7</text:p>")):
        found = read(b"HTTP/1.1 200 OK\r\n\r\n" + data)
        assert ("Invoice 7" in found.pages[0].text, found.warnings) == (True, ())


def test_such_files_are_checked_as_others():
    assert refused(b"\r\n" + WORD, zip_members=1).code == "too_many_parts"


def test_a_document_without_its_directory_is_read_with_a_warning():
    with zipfile.ZipFile(io.BytesIO(WORD)) as file:
        members = {name: file.read(name).decode() for name in file.namelist()}
    for data in (WORD[: WORD.rfind(b"PK\x01\x02")], streamed(members)[:-60], WORD + bytes(70_000)):
        found = read(data, "a.docx")
        assert found.pages[0].text == "Invoice 7"
        assert found.warnings == (
            "the file is damaged: its list of parts is lost, and some parts may be missing",
        )
        assert found.lost_parts == 1


def test_a_document_that_is_cut_in_its_text_is_damaged():
    assert refused(WORD[: len(WORD) // 3], "a.docx").code == "corrupt"
