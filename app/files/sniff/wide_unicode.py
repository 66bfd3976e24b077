"""Detection of UTF-16 and UTF-32 without a byte order mark."""

import re
import unicodedata

# Other text has no NUL; in UTF-16 every space and line end has one.
_MIN_NULS = 0.01
_CERTAIN_NULS = 0.3
_WRONG_SIDE = 0.1
_MAX_ODD_CHARACTERS = 0.02
# Emoji, and scripts that hardly any text is in.
_LAST_COMMON, _MAX_RARE = "\uffff", 0.2
_SAMPLE = 8192
_PLAIN_BYTES = bytes([0, *b"\t\n\r", *range(0x20, 0x7F)])
_MIN_UTF32_BYTES = 8
_CONTROLS = bytes([*range(9), 11, 12, *range(14, 32)])
_MIN_CONTROLS = 0.02
_EAST_ASIAN = re.compile("[\\s!-~\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uffee]")
_MIN_EAST_ASIAN, _MIN_EAST_ASIAN_BYTES = 0.97, 32


def detect_wide(head: bytes) -> str | None:
    """Return the codec of the first bytes of a text in UTF-16 or UTF-32, otherwise None.

    In Western UTF-16 the high bytes of letters, spaces and line ends are NUL, all on one side.
    Text in other scripts has fewer NULs, so it must also decode to letters. In UTF-32 every
    fourth byte is NUL, and other data hardly ever decodes.
    """
    head = head[:_SAMPLE]
    return _detect_utf32(head) or _detect_utf16(head)


def reads_like_text(text: str, tolerance: float = _MAX_ODD_CHARACTERS) -> bool:
    """Tell whether nearly all characters are letters, marks, digits, punctuation or spaces."""
    text = text.rstrip("\ufffd")
    odd = sum(
        1
        for character in text
        if unicodedata.category(character)[0] not in "LMNPZS" and character not in "\r\n\t"
    )
    return odd + text.count("\ufffd") <= len(text) * tolerance


def _detect_utf32(head: bytes) -> str | None:
    head = head[: len(head) // 4 * 4]
    if len(head) < _MIN_UTF32_BYTES:
        return None
    for codec, high in (("utf-32-le", head[3::4]), ("utf-32-be", head[0::4])):
        if any(high):
            continue
        try:
            text = head.decode(codec)
        except UnicodeDecodeError:
            continue
        rare = sum(1 for character in text if character > _LAST_COMMON)
        if rare <= len(text) * _MAX_RARE and reads_like_text(text):
            return codec
    return None


def _detect_utf16(head: bytes) -> str | None:
    head = head[: len(head) // 2 * 2]
    nuls = head.count(0)
    if len(head) < 4 or nuls < max(1, len(head) * _MIN_NULS):
        return _detect_east_asian(head)
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if min(even, odd) > nuls * _WRONG_SIDE:
        return None
    codec = "utf-16-be" if even > odd else "utf-16-le"
    if nuls < len(head) * _CERTAIN_NULS:
        # Two letters of ASCII read like one Chinese character.
        is_ascii = not head.translate(None, _PLAIN_BYTES)
        if is_ascii or not reads_like_text(head.decode(codec, "replace")):
            return None
    return codec


def _detect_east_asian(head: bytes) -> str | None:
    """Return the codec of UTF-16 without spaces and line ends, which alone have NULs.

    Half of the low bytes of Chinese, Japanese and Korean letters are ASCII, and many of these are
    control characters. The old encodings of these languages have none.
    """
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if len(head) < _MIN_EAST_ASIAN_BYTES or controls < len(head) * _MIN_CONTROLS:
        return None
    for codec in ("utf-16-le", "utf-16-be"):
        text = head.decode(codec, "replace")
        if len(_EAST_ASIAN.findall(text)) >= len(text) * _MIN_EAST_ASIAN:
            return codec
    return None
