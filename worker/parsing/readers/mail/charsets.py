"""Decodes text of mails, which mostly names its encoding, not always truly."""

import codecs
import contextlib
import re

from worker.parsing.readers.encodings.decoding import decode

_ALIASES = {
    "cn-big5": "big5",
    "cn-gb": "gb2312",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-8-i": "iso8859-8",
    "macintosh": "mac_roman",
    "windows-874": "cp874",
    "windows-936": "gbk",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-euc-jp": "euc_jp",
    "x-gbk": "gbk",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-roman": "mac_roman",
    "x-sjis": "shift_jis",
    "x-unicode-2-0-utf-7": "utf-7",
    "x-x-big5": "big5",
}
# Their bytes are ASCII, so that nothing but their name tells them from it.
_SEVEN_BIT = frozenset({"utf-7", "hz", "iso2022_kr"})
_WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"})
_EAST_ASIAN = frozenset({"gb2312", "gbk", "gb18030", "big5", "euc_jp", "euc_kr", "shift_jis"})
_EAST_ASIAN_SETS = {"gb2312": "gb18030", "euc_kr": "cp949", "shift_jis": "cp932"}
# A name of two or three Chinese characters may be valid UTF-8 by accident.
_SHORT = 16
_RARE = frozenset(
    {*(f"cp{page}" for page in (437, 720, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863))}
    | {"cp864", "cp865", "cp869", "cp1125", "johab", "kz1048", "ptcp154", "euc_jis_2004"}
    | {"mac-roman", "mac-cyrillic", "mac-greek", "mac-latin2", "mac-turkish", "shift_jis_2004"}
)
_JAPANESE = re.compile(rb"\x1b(?:\$[@B]|\([IJ]|\$\(D)")
_ESCAPE = re.compile(rb"\x1b(\$@|\$B|\$\(D|\([BHIJ])")
_MARKUP_CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]+(?:charset|encoding)\s*=\s*[\"']?\s*([\w:-]+)")
_MARKUP_CHARSET_WITHIN = 4096


def decode_text(data: bytes, charset: str | None = None) -> str:
    """Return the text; never raises. `charset` is what the mail declares, with any spelling.

    Beyond what text files need, it knows the encodings of seven bits and those that only mails
    declare, and Japanese with the characters of Windows.
    """
    if _JAPANESE.search(data):
        return _decode_iso_2022_jp(data)
    codec = _find_codec(charset)
    with contextlib.suppress(UnicodeDecodeError):
        if codec in _SEVEN_BIT:
            return data.decode(codec)
        if codec in _EAST_ASIAN and len(data) < _SHORT:
            return data.decode(_EAST_ASIAN_SETS.get(codec, codec))
    if codec in _RARE or (codec in _WIDE and b"\0" not in data):
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode("utf-8")
        return data.decode(codec, "replace").removeprefix("\ufeff")
    return decode(data, codec)


def decode_markup(data: bytes, charset: str | None = None) -> str:
    """Return HTML as text.

    What the markup declares counts if the mail declares nothing or ASCII.
    """
    if _find_codec(charset) is None:
        declared = _MARKUP_CHARSET.search(data[:_MARKUP_CHARSET_WITHIN].lower())
        charset = declared.group(1).decode("ascii") if declared else charset
    return decode_text(data, charset)


def code_page_name(number: int) -> str | None:
    """Return the encoding of a Windows code page ([MS-UCODEREF]), None for an unknown one."""
    if number in _CODE_PAGES:
        return _CODE_PAGES[number]
    if 28591 <= number <= 28606:
        return f"iso8859-{number - 28590}"
    return f"cp{number}" if number else None


_CODE_PAGES = {
    936: "gb18030",
    950: "big5",
    1200: "utf-16-le",
    1201: "utf-16-be",
    1361: "johab",
    10000: "mac_roman",
    10007: "mac_cyrillic",
    20127: "ascii",
    20866: "koi8-r",
    20932: "euc_jp",
    20936: "gb2312",
    21866: "koi8-u",
    38598: "iso8859-8",
    50220: "iso2022_jp",
    50221: "iso2022_jp",
    50222: "iso2022_jp",
    50225: "iso2022_kr",
    51932: "euc_jp",
    51936: "gb2312",
    51949: "euc_kr",
    52936: "hz",
    54936: "gb18030",
    65000: "utf-7",
    65001: "utf-8",
}


def _find_codec(charset: str | None) -> str | None:
    if charset is None:
        return None
    name = charset.strip(" \t\"'").lower().partition("*")[0]
    name = _ALIASES.get(name, name)
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    # Programs name ASCII by default, whatever they send.
    return None if found == "ascii" else found


def _decode_iso_2022_jp(data: bytes) -> str:
    """Decode ISO-2022-JP (RFC 1468) with the characters of Windows, such as ① and ㈱."""
    pieces = _ESCAPE.split(data)
    text = [decode(pieces[0])]
    for escape, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if escape in (b"$@", b"$B"):
            text.append(_shift_pairs(piece).decode("cp932", "replace"))
        elif escape == b"$(D":
            text.append((b"\x1b$(D" + piece + b"\x1b(B").decode("iso2022_jp_1", "replace"))
        elif escape == b"(I":
            text.append(
                bytes(byte | 0x80 if byte > 0x20 else byte for byte in piece).decode("cp932")
            )
        else:
            text.append(decode(piece))
    return "".join(text)


def _shift_pairs(piece: bytes) -> bytes:
    """Return JIS X 0208 pairs of seven bits as Shift_JIS; the end of a line ends the pairs."""
    shifted = bytearray()
    at = 0
    while at < len(piece):
        first = piece[at]
        second = piece[at + 1] if at + 1 < len(piece) else 0
        if first == 0x0A:
            return bytes(shifted) + piece[at:]
        if not 0x21 <= first <= 0x7E or not 0x21 <= second <= 0x7E:
            shifted.append(first)
            at += 1
            continue
        lead = ((first - 0x21) >> 1) + 0x81
        shifted.append(lead if lead <= 0x9F else lead + 0x40)
        if first % 2:
            shifted.append(second + (0x1F if second < 0x60 else 0x20))
        else:
            shifted.append(second + 0x7E)
        at += 2
    return bytes(shifted)
