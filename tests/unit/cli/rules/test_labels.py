"""Labels in CSV files of several programs, and the line of each mistake."""

from pathlib import Path

import pytest

from app.errors import StartupError
from cli.rules.labels import Label, read_labels

TYPES = ("invoice", "letter")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("text")
    return tmp_path


def read(folder: Path, content: bytes) -> list[Label]:
    path = folder / "labels.csv"
    path.write_bytes(content)
    return read_labels(path, None, TYPES)


@pytest.mark.parametrize(
    "content",
    [
        b"path,type\na.txt,invoice\nb.txt,\n",
        b"\xef\xbb\xbfType;Note;Path\r\ninvoice;x;a.txt\r\n\r\n;;b.txt\r\n",
        b'path\ttype\n"a.txt"\tinvoice\nb.txt\n',
    ],
)
def test_labels_of_several_programs(folder: Path, content: bytes) -> None:
    assert read(folder, content) == [
        Label(folder / "a.txt", "invoice"),
        Label(folder / "b.txt", None),
    ]


def test_a_folder_of_the_documents(folder: Path, tmp_path: Path) -> None:
    labels = tmp_path / "elsewhere" / "labels.csv"
    labels.parent.mkdir()
    labels.write_text("path,type\na.txt,letter\n")

    assert read_labels(labels, folder, TYPES) == [Label(folder / "a.txt", "letter")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "line 1: the column path is missing; the first line is path,type"),
        (b"path,kind\na.txt,invoice\n", "line 1: the column type is missing"),
        (
            b"path,type\na.txt,invoce\n",
            "line 2: no rule has the type invoce; did you mean invoice?",
        ),
        (b"path,type\na.txt,\x1b[31m\n", r"no rule has the type \x1b[31m; the types are invoice,"),
        (b"path,type\na.txt,letter\na.txt,letter\n", "line 3: a.txt is named twice"),
        (b"path,type\nmissing.txt,letter\n", "does not exist; give the folder of the documents"),
        (b"path,type\n,letter\n", "line 2: the path is missing"),
        (b"path,type\n", "names no documents"),
        (b"path,type\n\xff.txt,letter\n", "is not UTF-8"),
        (b'path,type\n"a.txt,letter\n', "correct the line"),
    ],
)
def test_each_mistake_has_a_sentence(folder: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(StartupError) as caught:
        read(folder, content)

    assert sentence in str(caught.value)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="does not exist: give the CSV file"):
        read_labels(tmp_path / "labels.csv", None, TYPES)
