"""Which outcomes of reading a file are right."""

from pathlib import Path

import pytest

from app.errors import FileError, FileErrorCode, StartupError
from benchmarks.parsing.cases import Case, Reading, read_cases
from worker.parsing.document import Document, DocumentPage


def result(text: str, kind: str = "pdf", *warnings: str) -> Document:
    return Document(kind, (DocumentPage(0, text),), 1, warnings=warnings)


def error(code: FileErrorCode, sentence: str = "") -> FileError:
    return FileError(code, sentence)


ENCRYPTED = error(FileErrorCode.ENCRYPTED, "the file needs a password")
UNSUPPORTED = error(FileErrorCode.UNSUPPORTED_TYPE)


@pytest.mark.parametrize(
    ("outcome", "came", "is_right"),
    [
        ("result", result(""), True),
        ("result", ENCRYPTED, False),
        ("result:nonempty", result("text"), True),
        ("result:nonempty", result(" \n"), False),
        ("result:not email", result("", "html"), True),
        ("result:not email", result("", "eml"), False),
        ("result:not email", result("", "msg"), False),
        ("error:encrypted", ENCRYPTED, True),
        ("error:encrypted", UNSUPPORTED, False),
        ("error:encrypted", result("text"), False),
        ("error or warning: XFA", result("", "pdf", "an xfa form is left out"), True),
        ("error or warning: XFA", result("XFA"), False),
        ("error or warning: password", ENCRYPTED, True),
        ("error or warning: XFA", ENCRYPTED, False),
        ("result:nonempty or error:unsupported_type", result("text"), True),
        ("result:nonempty or error:unsupported_type", UNSUPPORTED, True),
        ("result:nonempty or error:unsupported_type", result(""), False),
        ("result:nonempty or error:unsupported_type", ENCRYPTED, False),
    ],
)
def test_an_outcome_is_right_if_the_case_allows_it(
    outcome: str, came: Reading, is_right: bool
) -> None:
    assert Case(Path("a"), outcome).is_right(came) is is_right


@pytest.mark.parametrize(
    ("wanted", "text", "is_right"),
    [
        (("one", "two"), "two and one", True),
        (("one", "two"), "one", False),
        (("INVOICE No. 7",), "INVOICE\n  No.\u00a07", True),
        (("Sum 5",), "Sum5", False),
        (("Möbel",), "Mo\u0308bel", True),
        (("invoice",), "INVOICE", False),
    ],
)
def test_all_wanted_texts_must_be_there(wanted: tuple[str, ...], text: str, is_right: bool) -> None:
    assert Case(Path("a"), "result", wanted).is_right(result(text)) is is_right


def test_an_error_that_is_right_needs_no_text() -> None:
    case = Case(Path("a"), "result or error:encrypted", ("text",))

    assert case.is_right(ENCRYPTED)
    assert not case.is_right(result(""))


def written(folder: Path, row: str) -> Path:
    (folder / "a.pdf").touch()
    (folder / "cases.csv").write_text(f"file,kind,outcome,contains,type\n{row}\n")
    return folder


def test_cases_are_read(tmp_path: Path) -> None:
    (case,) = read_cases(written(tmp_path, 'a.pdf,pdf,result,"1,250|due",invoice'))

    assert case == Case(tmp_path / "a.pdf", "result", ("1,250", "due"), "invoice")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a.pdf,pdf,reslt,,", "a.pdf has an unknown outcome: 'reslt'"),
        ("a.pdf,pdf,result or error:broken,,", "unknown outcome: 'error:broken'"),
        ("b.pdf,pdf,result,,", "names b.pdf, which does not exist"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str, reason: str) -> None:
    with pytest.raises(StartupError, match=reason):
        read_cases(written(tmp_path, row))


def test_a_folder_without_cases(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match=r"cases\.csv: No such file"):
        read_cases(tmp_path)
