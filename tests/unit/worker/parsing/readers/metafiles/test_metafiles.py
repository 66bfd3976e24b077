"""The texts that Windows metafiles draw."""

import gzip
import struct
from collections.abc import Callable

import pytest

from devtools.metafiles import (
    emf,
    emf_of,
    emf_record,
    emf_text,
    wmf,
    wmf_of,
    wmf_record,
    wmf_text,
)
from worker.parsing.readers.metafiles.reader import metafile_text, unpack

GLYPHS = 0x10


def plus(text: str) -> bytes:
    """Return a comment with an EMF+ record that draws a string."""
    string = struct.pack("<3L4f", 0, 0, len(text), 5, 7, 0, 0) + text.encode("utf-16-le")
    record = struct.pack("<2H2L", 0x401C, 0, 12 + len(string), len(string)) + string
    return emf_record(70, struct.pack("<L", 4 + len(record)) + b"EMF+" + record)


def font(number: int, charset: int, name: str) -> bytes:
    look = bytes(23) + bytes((charset,)) + bytes(4) + name.encode("utf-16-le").ljust(64, b"\0")
    return emf_record(82, struct.pack("<L", number) + look)


def choose(number: int) -> bytes:
    return emf_record(37, struct.pack("<L", number))


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("made", [emf_of("Grüße", "Total 12"), wmf_of("Grüße", "Total 12")])
def test_each_text_of_a_drawing_is_a_line(made: bytes, pack: Callable[[bytes], bytes]) -> None:
    assert metafile_text(unpack(pack(made), 10_000)) == ("Grüße\nTotal 12", False)


def test_compressed_pictures_have_a_limit() -> None:
    assert unpack(gzip.compress(bytes(1 << 20)), 1000) == bytes(1000)
    with pytest.raises(ValueError, match="damaged"):
        unpack(b"\x1f\x8b" + bytes(20), 1000)


def test_a_wmf_without_the_header_that_places_it() -> None:
    assert metafile_text(wmf([wmf_text(0, 0, b"Plain")], is_placeable=False)) == ("Plain", False)


def test_pieces_of_a_word_are_joined_and_words_of_a_line_kept_apart() -> None:
    records = [
        emf_text(0, 0, "Inv"),
        emf_text(24, 0, "oice"),
        emf_text(64, 0, "2024"),
        emf_text(0, 20, "Sum", is_placed=False),
        emf_text(90, 20, "7", is_placed=False),
    ]

    assert metafile_text(emf(records)) == ("Invoice 2024\nSum 7", False)


def test_lines_drawn_by_letters_have_their_own_spaces() -> None:
    letters = [emf_text(15 * at, 0, letter) for at, letter in enumerate("my sum")]
    assert metafile_text(emf(letters))[0] == "my sum"
    assert metafile_text(emf([*letters[:2], emf_text(60, 0, "sum")]))[0] == "m y sum"


def test_texts_may_begin_where_the_last_one_ended() -> None:
    from_position = emf_record(22, struct.pack("<L", 1))
    move = emf_record(27, struct.pack("<2l", 40, 60))
    records = [from_position, move, emf_text(0, 0, "Inv"), emf_text(0, 0, "oice")]

    assert metafile_text(emf(records)) == ("Invoice", False)


def test_a_shadow_is_read_once() -> None:
    assert metafile_text(emf([emf_text(0, 0, "Logo"), emf_text(0, 0, "Logo")]))[0] == "Logo"


def test_bytes_are_decoded_by_the_font() -> None:
    body = struct.pack("<2l3L4lL", 0, 0, 4, 76, 0, 0, 0, 0, 0, 0)
    text = emf_record(83, bytes(28) + body + "Цена".encode("cp1251"))

    assert metafile_text(emf([font(1, 204, "Arial"), choose(1), text])) == ("Цена", False)


def test_symbol_fonts_show_symbols() -> None:
    records = [font(1, 2, "Symbol"), choose(1), emf_text(0, 0, "\uf0e5")]

    assert metafile_text(emf(records)) == ("∑", False)


def test_a_font_of_a_wmf_takes_the_lowest_free_number() -> None:
    greek = wmf_record(0x02FB, bytes(13) + b"\xa1" + bytes(4) + b"Arial\0")
    records = [
        wmf_record(0x02FA, bytes(10)),
        wmf_record(0x02FC, bytes(8)),
        wmf_record(0x01F0, b"\0\0"),
        greek,
        wmf_record(0x012D, b"\0\0"),
        wmf_text(0, 0, "Τιμή".encode("cp1253")),
    ]

    assert metafile_text(wmf(records)) == ("Τιμή", False)


def test_short_records_of_texts() -> None:
    small = struct.pack("<2l2L", 0, 0, 5, 0x0300) + bytes(12) + b"Small"
    old = wmf_record(0x0521, b"\x03\0Old\0" + struct.pack("<2h", 0, 0))

    assert metafile_text(emf([emf_record(108, small)])) == ("Small", False)
    assert metafile_text(wmf([old])) == ("Old", False)


def test_strings_for_new_programs_count_where_there_are_no_others() -> None:
    assert metafile_text(emf([plus("New")])) == ("New", False)
    assert metafile_text(emf([plus("New"), emf_text(0, 0, "Old")])) == ("Old", False)


def test_text_of_glyphs_is_lost() -> None:
    assert metafile_text(emf([emf_text(0, 0, "\x05\x06", GLYPHS)])) == ("", True)


def test_a_damaged_file_is_read_up_to_the_damage() -> None:
    cut = emf([emf_text(0, 0, "First"), struct.pack("<2L", 84, 4)])

    assert metafile_text(cut) == ("First", True)
    assert metafile_text(emf_of("Text")[:120]) == ("", True)


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n" + bytes(80), bytes(200)])
def test_other_data_has_no_text(data: bytes) -> None:
    assert metafile_text(data) == ("", False)


def test_several_texts_of_one_record() -> None:
    texts = [struct.pack("<2l3L4lL", 0, 20 * n, 1, 120 + 2 * n, 0, 0, 0, 0, 0, 0) for n in (0, 1)]
    body = bytes(28) + struct.pack("<L", 2) + b"".join(texts) + "AB".encode("utf-16-le")

    assert metafile_text(emf([emf_record(97, body)])) == ("A\nB", False)


def test_many_objects_end_in_time() -> None:
    pens = [wmf_record(0x02FA, bytes(10))] * 5000

    assert metafile_text(wmf([*pens, wmf_text(0, 0, b"Late")])) == ("", True)
