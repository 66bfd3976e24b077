"""Detection of UTF-16 without a byte order mark."""

import unicodedata

# Other text has no NUL; in UTF-16 every space and line end has one.
_MIN_NULS = 0.01
_CERTAIN_NULS = 0.3
_WRONG_SIDE = 0.1
_MAX_ODD_CHARACTERS = 0.02
_SAMPLE = 8192


def detect_utf16(head: bytes) -> str | None:
    """Return `utf-16-le` or `utf-16-be` for the first bytes of such a text, otherwise None.

    In Western text the high bytes of letters, spaces and line ends are NUL, all on one side. Text
    in other scripts has fewer NULs, so it must also decode to letters.
    """
    head = head[: min(len(head), _SAMPLE) // 2 * 2]
    nuls = head.count(0)
    if len(head) < 4 or nuls < max(1, len(head) * _MIN_NULS):
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if min(even, odd) > nuls * _WRONG_SIDE:
        return None
    codec = "utf-16-be" if even > odd else "utf-16-le"
    if nuls < len(head) * _CERTAIN_NULS and not _reads_like_text(head, codec):
        return None
    return codec


def _reads_like_text(head: bytes, codec: str) -> bool:
    """Tell whether nearly all characters are letters, marks, digits, punctuation or spaces."""
    text = head.decode(codec, "replace").rstrip("\ufffd")
    odd = sum(
        1
        for character in text
        if unicodedata.category(character)[0] not in "LMNPZS" and character not in "\r\n\t"
    )
    return odd + text.count("\ufffd") <= len(text) * _MAX_ODD_CHARACTERS
