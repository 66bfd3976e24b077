"""Names of folders for types, and of files of which there are several.

Folder names are safe on Linux, macOS and Windows: the folder may be a network share.
"""

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping

CHECK, UNKNOWN, FAILED = "_check", "_unknown", "_failed"
SPECIAL_FOLDERS = (CHECK, UNKNOWN, FAILED)

MAX_NAME_BYTES = 255
# Leaves room for a number, and for paths, which Windows limits to 260 characters.
MAX_FOLDER_BYTES = 120

# What Windows or a path refuses (Microsoft, "Naming Files, Paths, and Namespaces"), controls, and
# characters that change the direction of text or have no form of their own.
_REFUSED_CHARACTERS = frozenset('<>:"/\\|?*')
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Devices of Windows, also with an extension; it takes superscript digits for digits.
_DEVICES = re.compile(
    r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\..*)?", re.IGNORECASE
)


def make_folder_name(document_type: str, taken: Iterable[str] = ()) -> str:
    """Return a folder name for a type that collides with none of `taken`.

    Names collide if they differ only by case or by how their accents are composed. A name that
    is taken gets a number: `invoice (2)`.
    """
    keys = {_key(name) for name in (*SPECIAL_FOLDERS, *taken)}
    name = candidate = _make_safe(document_type)
    number = 1
    while _key(candidate) in keys:
        number += 1
        candidate = f"{name} ({number})"
    return candidate


def assign_folders(types: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    """Return the folder of each type: the one of `known`, or a new one for a new type."""
    folders = dict(known)
    for each in types:
        if each not in folders:
            folders[each] = make_folder_name(each, folders.values())
    return folders


def number_name(name: str, number: int) -> str:
    """Return the name of the file that is the `number`-th of its name: `scan (2).pdf`.

    The result has at most 255 bytes, what file systems allow; the end of the stem is cut.
    """
    if number == 1:
        return name
    stem, extension = os.path.splitext(name)  # noqa: PTH122  # a Path of ".." has no name
    end = f" ({number})"
    room = MAX_NAME_BYTES - len(os.fsencode(end + extension))
    if room < 1:  # the extension is nearly all
        stem, extension, room = name, "", MAX_NAME_BYTES - len(end)
    return f"{_cut(stem, room)}{end}{extension}"


def _make_safe(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    replaced = "".join(map(_replace, composed))
    # Windows drops dots and spaces at the end; a dot at the start hides the folder.
    name = _cut(replaced.strip().rstrip(". "), MAX_FOLDER_BYTES).rstrip(". ")
    if not name:
        return "_"
    if name[0] == "." or _DEVICES.fullmatch(name):
        return f"_{name}"
    return name


def _replace(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Zs":  # spaces that look the same
        return " "
    is_refused = character in _REFUSED_CHARACTERS or category in _REFUSED_CATEGORIES
    return "_" if is_refused else character


def _key(name: str) -> str:
    """Return what names that a file system may take for the same have in common.

    Unicode Standard, section 3.13, "canonical caseless matching".
    """
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFD", name).casefold())
    return unicodedata.normalize("NFD", folded.casefold())


def _cut(text: str, size: int) -> str:
    """Return the start of a text that takes at most `size` bytes, in whole characters."""
    while len(os.fsencode(text)) > size:
        # At least one byte per character is too much, at most four are in one.
        text = text[: -max(1, (len(os.fsencode(text)) - size) // 4)]
    return text
