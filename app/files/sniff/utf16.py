"""Telling UTF-16 that does not say so from other bytes."""

import unicodedata

# Other text holds no NUL at all; in UTF-16 each space and line end holds one.
_LEAST_NULS = 0.01
_SURE_NULS = 0.3
_WRONG_SIDE = 0.1
_ODD_CHARACTERS = 0.02
_SAMPLE = 8192


def detect_utf16(head: bytes) -> str | None:
    """Return `utf-16-le` or `utf-16-be` for the first bytes of such a text, else None.

    The high bytes of letters, spaces and line ends are NUL in Western text, and all on one side.
    Text in other scripts has fewer NULs, so that it must also consist of letters.
    """
    head = head[: min(len(head), _SAMPLE) // 2 * 2]
    nuls = head.count(0)
    if len(head) < 4 or nuls < max(1, len(head) * _LEAST_NULS):
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if min(even, odd) > nuls * _WRONG_SIDE:
        return None
    codec = "utf-16-be" if even > odd else "utf-16-le"
    if nuls < len(head) * _SURE_NULS and not _reads_like_text(head, codec):
        return None
    return codec


def _reads_like_text(head: bytes, codec: str) -> bool:
    """Tell whether nearly all characters are letters, marks, figures, punctuation or spaces."""
    text = head.decode(codec, "replace").rstrip("\ufffd")
    odd = sum(
        1
        for character in text
        if unicodedata.category(character)[0] not in "LMNPZS" and character not in "\r\n\t"
    )
    return odd + text.count("\ufffd") <= len(text) * _ODD_CHARACTERS
