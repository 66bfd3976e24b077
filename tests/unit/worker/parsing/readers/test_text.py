import base64
import json
import random

import pytest

from devtools import sample_files
from devtools.cpu_time import within_reader_limit
from worker.parsing.document import Document
from worker.parsing.readers.text import read_text


def read(data: str | bytes, name: str) -> Document:
    encoded = data.encode() if isinstance(data, str) else data
    return read_text(sample_files.source(encoded, name))


def text_of(data: str | bytes, name: str) -> str:
    return read(data, name).pages[0].text


WORDS = {"art": "Für Möbel", "титул": "счёт", "n": [1, "請求書 😀"]}


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a", "a.txt", "a.log"])
def test_escaped_letters_of_json_are_read_as_letters(name):
    plain = json.dumps(WORDS, ensure_ascii=False, indent=1)
    assert text_of(json.dumps(WORDS, indent=1), name) == plain


def test_broken_json_and_lines_of_json():
    assert text_of('{"a": "f\\u00fcr", "b": "cut \\u00f', "a.json") == (
        '{"a": "für", "b": "cut \\u00f'
    )
    assert text_of('{"a": "\\u00fc"}\n{"a": "\\u00e4"}', "a.ndjson") == '{"a": "ü"}\n{"a": "ä"}'


def test_notebooks_are_read_as_their_cells():
    cells = [
        {"source": ["# Plan\n", "for May"], "outputs": [{"data": {"image/png": "iVBO"}}]},
        {"source": "1+1", "outputs": [{"text": ["a\n"]}, {"data": {"text/plain": ["2"]}}, {}]},
        {"input": "x", "outputs": [{"ename": "E", "evalue": "no x"}]},
        "damaged",
    ]
    notebook = {"cells": cells[:2], "worksheets": [{"cells": cells[2:]}], "nbformat": 3}
    shown = "# Plan\nfor May\n\n1+1\n\na\n\n2\n\nx\n\nno x"
    assert text_of(json.dumps(notebook), "a.ipynb") == shown
    for other in ('{"nbformat": 4', '["nbformat"]', '{"nbformat": 4}'):
        assert text_of(other, "a.json") == other


def test_other_escapes_of_json():
    assert text_of(r'["a\nb\t\"c\" \\u0041 \/ \ud83d \ude00"]', "a.json") == (
        '["a\nb\t"c" \\u0041 / \ufffd \ufffd"]'
    )


def test_escapes_in_other_texts_stay():
    assert text_of(r"C:\new\u00fc", "a.txt") == r"C:\new\u00fc"
    assert text_of("Fish &amp; Chips &#252;", "a.txt") == "Fish &amp; Chips &#252;"


def test_xml_is_read_as_its_names_and_values():
    found = read(
        '<?xml version="1.0" encoding="iso-8859-1"?><a><b>F\xfcr</b></a>'.encode("latin-1"), "a.xml"
    )
    assert (found.format, found.pages[0].text) == ("xml", "a\nb: Für")


def test_references_in_broken_xml_are_read_as_letters():
    markup = '<?xml version="1.0"?><a t="M&#xF6;bel">F&#252;r &amp; &lt;wider&gt; &other; &#x;'
    assert text_of(markup, "a.xml") == (
        '<?xml version="1.0"?><a t="Möbel">Für & <wider> &other; &#x;'
    )


def test_tables_in_wide_characters():
    assert text_of("Größe;Preis\n1;2\n".encode("utf-16-le"), "a.csv") == "Größe;Preis\n1;2"


def test_escapes_take_time_in_proportion():
    with within_reader_limit():
        for unit in ('"', '\\"', "\\", "\\u", "\\ud83d", '"\\'):
            assert text_of('{"' + unit * 200_000, "a.json").startswith("{")
        for unit in ("&", "&#", "&#1", "&amp"):
            assert text_of("<?xml?>" + unit * 200_000, "a.xml").startswith("<?xml?>&")


@pytest.mark.parametrize("line", [76, 10**6])
def test_embedded_files_do_not_take_the_place_of_the_text(line):
    packed = base64.b64encode(random.Random(1).randbytes(900_000)).decode()
    packed = "\n".join(packed[at : at + line] for at in range(0, len(packed), line))
    found = read(f"<?xml version='1.0'?><a><file>{packed}</file><id>INVOICE 7</id></a>", "a.xml")
    assert found.pages[0].text == "a\nid: INVOICE 7"
    assert found.warnings == ("files that are embedded in the text were not read",)


def test_short_keys_and_plain_words_are_no_embedded_files():
    for text in ("<?xml version='1.0'?><key>" + "aB3/" * 300, "word " * 5000):
        found = read(text, "a.xml")
        assert (found.warnings, found.pages[0].text[:1200]) == ((), text[:1200])


def test_embedded_files_take_time_in_proportion():
    with within_reader_limit():
        for text in (
            "a" * 59 + " " + ("a" * 200 + " \n" * 50) * 10_000 + "!",
            ("aB3/" * 16 + "\n") * 7 + (" " * 200_000),
            ((("aB3/" * 16) + "\n") * 7 + "!\n") * 2000,
        ):
            found = read(text, "a.md")
            assert found.pages[0].text or found.warnings, "nothing is left out in silence"


def test_the_codes_of_terminals_are_left_out():
    assert text_of("\x1b[1;31mINVOICE\x1b[0m 7\n", "a.txt") == "INVOICE 7"
    assert text_of("I\bIN\bNV\bV 7\n", "a.txt") == "INV 7"
    assert text_of("\x1b]0;title\x07INVOICE\x1b(B 7\n\x1b@end", "a.txt") == "INVOICE 7\nend"


def test_fields_that_are_filled_with_nuls_stay_apart():
    assert text_of("Invoice\0\0\0\0Total\0\0\0\0", "a.txt") == "Invoice Total"


def test_folded_lines_of_calendars_and_cards_are_joined():
    text = "BEGIN:VCALENDAR\r\nSUMMARY:Meeting on the inv\r\n oice\r\nEND:VCALENDAR\r\n"
    assert (
        text_of(text, "a.ics") == "BEGIN:VCALENDAR\nSUMMARY:Meeting on the invoice\nEND:VCALENDAR"
    )


def test_quoted_printable_lines_of_cards_are_decoded():
    card = (
        "BEGIN:VCARD\r\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg =\r\nM=C3=BCller\r\n"
        "ORG;ENCODING=QUOTED-PRINTABLE;CHARSET=iso-8859-1:F=FCr\r\nNOTE:a=20b\r\nEND:VCARD\r\n"
    )
    assert text_of(card, "a.vcf").split("\n") == [
        "BEGIN:VCARD",
        "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Jörg Müller",
        "ORG;ENCODING=QUOTED-PRINTABLE;CHARSET=iso-8859-1:Für",
        "NOTE:a=20b",
        "END:VCARD",
    ]


def test_cards_show_letters_for_escapes_and_no_photos():
    photo = "\n ".join(["QUJD" * 15] * 30)
    card = (
        f"BEGIN:VCARD\nFN:Jörg\\, Ann\nPHOTO;ENCODING=b;TYPE=JPEG:{photo}\n"
        f"LOGO:data:image/png;base64,{photo}=\nNOTE:one\\ntwo\nEND:VCARD\n"
    )
    shown = [
        "BEGIN:VCARD",
        "FN:Jörg, Ann",
        "PHOTO;ENCODING=b;TYPE=JPEG:",
        "LOGO:data:image/png;base64,",
        "NOTE:one",
        "two",
        "END:VCARD",
    ]
    assert text_of(card, "a.vcf").split("\n") == shown
    assert text_of(card.replace("\n", "\r\n"), "a.vcf").split("\n") == shown
