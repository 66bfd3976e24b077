"""Decodes text files of any encoding."""

import codecs
import contextlib
import re

from app.files.sniff.ebcdic import detect_ebcdic
from app.files.sniff.wide_unicode import detect_wide
from worker.parsing.readers.encodings.legacy_encodings import guess_encoding

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_XML_ENCODING = re.compile(rb"\s*<\?xml[^>]{0,100}encoding=[\"']([\w.:-]{1,40})[\"']")
_SAMPLE = 65536
_MAX_GUESS_BYTES = 8192
_MAX_WORD = 32
# Declared encodings, and the larger sets that programs really write under these names.
_DECLARABLE = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "cp1252": "cp1252",
    "iso8859-9": "cp1254",
    "cp1254": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "big5hkscs": "big5hkscs",
    "shift_jis": "cp932",
    "cp932": "cp932",
    "euc_jp": "euc_jp",
    "iso2022_jp": "iso2022_jp",
    "euc_kr": "cp949",
    "cp949": "cp949",
    **{name: name for name in ("koi8-r", "koi8-u", "cp1250", "cp1251", "cp1253", "cp1255")},
    **{name: name for name in ("cp1256", "cp1257", "cp1258", "cp874", "cp866", "tis-620")},
    **{f"iso8859-{part}": f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
}
_BROKEN = re.compile("[\udc80-\udcff]+")
_WESTERN = frozenset(map(chr, range(0xA0, 0x100))) | frozenset("€“”„‘’‚–—…•œŒšŠžŽŸ™")
# The first byte of a character of two, as Python keeps a broken byte.
_FIRST_OF_TWO = "\udcc2"
_NO_WESTERN_LETTERS = str.maketrans("þÿ", "\ufffd\ufffd")
_FRAME_LINE = re.compile(rb"\xc4{6}|\xcd{6}")
_FRAME_BYTES = re.compile(rb"[\xb0-\xdf]+")
# Encodings of seven bits switch alphabets by escapes: RFC 1468, RFC 1557, RFC 1843.
_SEVEN_BITS = (
    (re.compile(rb"\x1b(\$[@B]|\([BIJ])"), "iso2022_jp"),
    (re.compile(rb"\x1b\$\)C"), "iso2022_kr"),
    (re.compile(rb"~\{(?:[!-}][!-~])+~\}"), "hz"),
)


def decode(data: bytes, declared: str | None = None) -> str:
    """Return the text; never raises. `declared` is the encoding that the file itself names.

    Takes the first that fits: a byte order mark, UTF-16 or UTF-32 by its pattern of NUL bytes,
    valid UTF-8, EBCDIC by its spaces and letters, the declared encoding, the likeliest of the old
    encodings.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace").removeprefix("\ufeff")
    for escape, encoding in _SEVEN_BITS:
        if escape.search(data, 0, _SAMPLE):
            with contextlib.suppress(UnicodeDecodeError):
                return data.decode(encoding)
    wide = detect_wide(data)
    if wide:
        return data.decode(wide, "replace")
    with contextlib.suppress(UnicodeDecodeError):
        return data.decode("utf-8")
    mainframe = detect_ebcdic(data)
    if mainframe:
        return data.decode(mainframe).replace("\x85", "\n")
    named = _canonical(declared)
    if named:
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode(named)
    damaged = _decode_damaged_utf8(data)
    if damaged is not None:
        return damaged
    return data.decode(_guess_old_encoding(data), "replace")


def _guess_old_encoding(data: bytes) -> str:
    if _FRAME_LINE.search(data[:_SAMPLE]):
        # Programs of DOS draw frames with bytes that are no letters in their encodings.
        words = _FRAME_BYTES.sub(b" ", data[:_SAMPLE])
        return "cp866" if guess_encoding(_choose_sample(words)) == "cp866" else "cp437"
    return guess_encoding(_choose_sample(data))


def _choose_sample(data: bytes) -> bytes:
    """Return some kilobytes from the word with the first byte beyond ASCII on."""
    first = re.search(rb"[\x80-\xff]", data)
    start = max(0, first.start() - _MAX_WORD) if first else 0
    return data[start : start + _MAX_GUESS_BYTES]


def _canonical(declared: str | None) -> str | None:
    """Return the codec of a declared name, None for names that are not text encodings."""
    if declared is None:
        return None
    try:
        return _DECLARABLE.get(codecs.lookup(declared).name)
    except LookupError:
        return None


def _decode_damaged_utf8(data: bytes) -> str | None:
    """Return UTF-8 with some broken bytes, None for data that is more likely no UTF-8 at all.

    Broken bytes of Western text are read in the encoding of Windows: programs append lines in it.
    A character that is cut at the end stays broken.
    """
    sample = data[:_SAMPLE].decode("utf-8", "surrogateescape")
    broken = sum(map(len, _BROKEN.findall(sample)))
    letters = [character for character in sample if character > "\x7f"]
    whole = len(letters) - broken
    is_western = whole > 0 and sum(each in _WESTERN for each in letters) == whole
    enough = broken / 2 if is_western else 3 * broken
    if whole <= max(enough, 2 + (broken > 1)):
        return None
    if not is_western:
        return data.decode("utf-8", "replace")
    text = data.decode("utf-8", "surrogateescape")
    return _BROKEN.sub(lambda match: _decode_broken(match, len(text)), text)


def _decode_broken(match: re.Match[str], length: int) -> str:
    if match.end() == length and match[0][-1] >= _FIRST_OF_TWO:
        return "\ufffd"
    broken = match[0].encode("utf-8", "surrogateescape")
    return broken.decode("cp1252", "replace").translate(_NO_WESTERN_LETTERS)


def declared_encoding(data: bytes) -> str | None:
    """Return the encoding that an XML declaration at the start of the file names, or None."""
    declared = _XML_ENCODING.match(data)
    return declared.group(1).decode("ascii") if declared else None
