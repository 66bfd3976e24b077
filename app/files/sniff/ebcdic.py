"""Detection of EBCDIC, the text of mainframes.

In it a space is 0x40 and letters, digits and line ends are where other encodings have rare signs,
so a text shows itself by the share of the bytes that it uses.
"""

_SPACE = 0x40
_CAPITALS = frozenset((*range(0xC1, 0xCA), *range(0xD1, 0xDA), *range(0xE2, 0xEA)))
_SMALL = frozenset((*range(0x81, 0x8A), *range(0x91, 0x9A), *range(0xA2, 0xAA)))
_LETTERS = _CAPITALS | _SMALL
_DIGITS = frozenset(range(0xF0, 0xFA))
# Tab, carriage return, next line, line feed; . ( + & ) ; - / , % _ > ? : ' = "
_OTHERS = frozenset(b"\x05\x0d\x15\x25\x4b\x4d\x4e\x50\x5d\x5e\x60\x61\x6b\x6c\x6d\x6e\x6f\x7a\x7d")
_USUAL = _LETTERS | _DIGITS | _OTHERS | {_SPACE, 0x7E, 0x7F}
_MIN_BYTES = 16
_MIN_USUAL, _MIN_LETTERS, _MIN_SPACES = 0.93, 0.25, 0.03
# ä ö ü ß Ä Ö Ü of the German page are brackets, braces and signs elsewhere.
_GERMAN = frozenset(b"\xc0\x6a\xd0\xa1\x4a\xe0\x5a")
_BEFORE_UMLAUTS = _LETTERS | _GERMAN | {_SPACE}
_AFTER_UMLAUTS = _SMALL | _GERMAN
_MIN_UMLAUTS = 2
_SAMPLE = 8192


def detect_ebcdic(head: bytes) -> str | None:
    """Return the likeliest code page for the first bytes of a text in EBCDIC, otherwise None.

    The pages agree in letters, digits and most punctuation. The German one is told by umlauts
    between letters, the international one by its exclamation mark.
    """
    head = head[:_SAMPLE]
    if len(head) < _MIN_BYTES or b" " in head:
        return None
    letters = sum(1 for byte in head if byte in _LETTERS)
    umlauts = sum(
        1
        for before, byte, after in zip(head, head[1:], head[2:], strict=False)
        if byte in _GERMAN and before in _BEFORE_UMLAUTS and after in _AFTER_UMLAUTS
    )
    usual = umlauts + sum(1 for byte in head if byte in _USUAL)
    if (
        usual < len(head) * _MIN_USUAL
        or letters < len(head) * _MIN_LETTERS
        or head.count(_SPACE) < len(head) * _MIN_SPACES
    ):
        return None
    if umlauts >= _MIN_UMLAUTS:
        return "cp273"
    return "cp500" if head.count(0x4F) > head.count(0x5A) else "cp1140"
