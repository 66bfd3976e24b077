"""Names of folders are safe and do not collide, whatever the types are."""

import os
import unicodedata
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.sorting.names import (
    MAX_FOLDER_BYTES,
    SPECIAL_FOLDERS,
    assign_folders,
    make_folder_name,
    number_name,
)

TYPES = st.text(max_size=60) | st.sampled_from(
    ["_check", "_Failed", "CON", "con.txt", "nul ", "Lpt1", "COM¹", "a.", "..", ".", "", " ", "a/b"]
)
NAMES = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=90
).filter(lambda name: name not in {".", ".."} and len(os.fsencode(name)) <= 255)


def fold(name: str) -> str:
    """Return what two names have in common that macOS or Windows takes for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).lower())


@given(TYPES)
def test_a_folder_name_is_safe_everywhere(document_type: str) -> None:
    name = make_folder_name(document_type)

    assert name
    assert not set(name) & set('<>:"/\\|?*')
    assert name.isprintable()
    assert not name.startswith((".", " "))
    assert not name.endswith((".", " "))
    assert len(name.encode()) <= MAX_FOLDER_BYTES + len(" (2)")
    stem = name.partition(".")[0].strip().upper()
    assert stem not in {"CON", "PRN", "AUX", "NUL", "COM1", "COM¹", "LPT9"}


@given(st.lists(TYPES, unique=True, max_size=12))
def test_no_two_types_share_a_folder(types: list[str]) -> None:
    folders = assign_folders(types, {})

    assert list(folders) == types
    names = [*map(fold, folders.values()), *SPECIAL_FOLDERS]
    assert len(set(names)) == len(names)


@given(st.lists(TYPES, unique=True, max_size=8), st.lists(TYPES, unique=True, max_size=8))
def test_a_type_keeps_its_folder_when_the_rules_change(old: list[str], new: list[str]) -> None:
    before = assign_folders(old, {})

    after = assign_folders(new, before)

    assert {each: after[each] for each in before} == before


@pytest.mark.parametrize(
    ("document_type", "folder"),
    [
        ("invoice", "invoice"),
        ("Lieferschein für Öl", "Lieferschein für Öl"),
        ("_check", "_check (2)"),
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("a/b\\c:d", "a_b_c_d"),
        ("tab\there\x1b[2J", "tab_here_[2J"),
        ("ends with dots...", "ends with dots"),
        (".hidden", "_.hidden"),
        ("..", "_"),
        ("u\u0308ber", "über"),
        ("\u202egnp.exe", "_gnp.exe"),
    ],
)
def test_a_type_makes_a_folder_name_of_any_system(document_type: str, folder: str) -> None:
    assert make_folder_name(document_type) == folder


def test_types_that_differ_by_case_or_accents_get_a_number() -> None:
    assert assign_folders(["Bill", "bill", "résumé", "re\u0301sume\u0301"], {}) == {
        "Bill": "Bill",
        "bill": "bill (2)",
        "résumé": "résumé",
        "re\u0301sume\u0301": "résumé (2)",
    }


@given(NAMES, st.integers(2, 10**6))
def test_a_numbered_name_fits_and_keeps_its_ending(name: str, number: int) -> None:
    numbered = number_name(name, number)

    assert len(os.fsencode(numbered)) <= 255
    assert "/" not in numbered
    assert f" ({number})" in numbered
    extension = PurePosixPath(name).suffix
    assert numbered.endswith(extension) or len(os.fsencode(extension)) > 200


@pytest.mark.parametrize(
    ("name", "numbered"),
    [
        ("scan.pdf", "scan (2).pdf"),
        ("scan", "scan (2)"),
        ("a.tar.gz", "a.tar (2).gz"),
        ("\udcff.pdf", "\udcff (2).pdf"),
        ("x" * 251 + ".pdf", "x" * 247 + " (2).pdf"),
        ("ü" * 125 + ".pdf", "ü" * 123 + " (2).pdf"),
    ],
)
def test_examples_of_numbered_names(name: str, numbered: str) -> None:
    assert number_name(name, 2) == numbered
