"""Reads the texts of a presentation of PowerPoint 95, which kept a copy of them in a stream."""

from olefile import OleFileIO

from worker.parsing.readers.encodings.decoding import decode

_TEXTS, _NEWER = "Text_Content", "PP97_DUALSTORAGE"


def is_powerpoint_95(ole: OleFileIO) -> bool:
    """Tell a presentation of PowerPoint 95 that holds nothing of a later PowerPoint."""
    return bool(ole.exists(_TEXTS) and not ole.exists(_NEWER))


def read_powerpoint_95(ole: OleFileIO) -> str:
    """Return the texts of all slides in their order. Raises OSError."""
    text = decode(ole.openstream(_TEXTS).read())
    return text.replace("\r", "\n").replace("\x0b", "\n").strip()
