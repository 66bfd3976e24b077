import pytest

from app.errors import FileError, FileErrorCode
from devtools import sample_files
from devtools.cpu_time import within_reader_limit
from worker.parsing.document import Document
from worker.parsing.readers.rtf.reader import read_rtf, rtf_html, rtf_text


def rtf(body: str, fonts: str = "", start: str = r"\ansi") -> bytes:
    table = rf"{{\fonttbl{fonts}}}" if fonts else ""
    return rf"{{\rtf1{start}\deff0{table} {body}}}".encode("latin-1")


def read(data: bytes) -> Document:
    return read_rtf(sample_files.source(data))


def text_of(body: str, **others: str) -> str:
    return rtf_text(rtf(body, **others))


def escaped(text: str, encoding: str) -> str:
    return "".join(rf"\'{byte:02x}" for byte in text.encode(encoding))


@pytest.mark.parametrize(
    ("page", "charset", "encoding", "text"),
    [
        (1252, 0, "cp1252", "Größe € –"),
        (1250, 238, "cp1250", "Žluťoučký"),
        (1251, 204, "cp1251", "Счёт"),
        (1253, 161, "cp1253", "Τιμολόγιο"),
        (1254, 162, "cp1254", "Şirket"),
        (1255, 177, "cp1255", "חשבונית"),
        (1256, 178, "cp1256", "فاتورة"),
        (1257, 186, "cp1257", "Sąskaita"),
        (874, 222, "cp874", "ใบแจ้งหนี้"),
        (932, 128, "cp932", "請求書ソ表"),
        (936, 134, "gbk", "发票"),
        (949, 129, "cp949", "송장"),
        (950, 136, "big5", "發票功"),
    ],
)
def test_code_pages_of_documents_and_fonts(page, charset, encoding, text):
    code = escaped(text, encoding)
    assert text_of(code, start=rf"\ansi\ansicpg{page}") == text
    fonts = rf"{{\f0\fcharset0 A;}}{{\f1\fnil\fcharset{charset} B;}}"
    assert text_of(rf"\f1 {code}", fonts=fonts) == text
    # A careless program names the code page, but a Western font.
    western = r"{\f0\fcharset0 A;}"
    assert text_of(code, fonts=western, start=rf"\ansi\ansicpg{page}") == text
    assert text_of(r"caf\'e9 ", fonts=fonts, start=rf"\ansi\ansicpg{page}") == "café"


def test_fonts_switch_within_a_paragraph():
    fonts = r"{\f0\fcharset0 A;}{\f1\fcharset204 B;}{\f2\fcharset128 C;}"
    body = (
        rf"caf\'e9 {{\f1 {escaped('мир', 'cp1251')}}} {{\f2 {escaped('請', 'cp932')}}}"
        rf"\f1 {escaped('да', 'cp1251')}\plain \'e9"
    )
    assert text_of(body, fonts=fonts) == "café мир 請даé"


@pytest.mark.parametrize(
    ("start", "body", "text"),
    [
        (r"\mac", r"\'8a", "ä"),
        (r"\pc", r"\'81", "ü"),
        (r"\pca", r"\'81", "ü"),
        (r"\ansi\ansicpg65001", r"\'c3\'bc", "ü"),
        (r"\ansi\ansicpg99", r"\'fc", "ü"),
        (r"\ansi", "Gr\u00c3\u00bc\u00c3\u009fe", "Grüße"),
        (r"\ansi\ansicpg932", r"\'83\\ \'83A", "ソ ア"),
    ],
)
def test_other_character_sets(start, body, text):
    assert text_of(body, start=start) == text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"\u8364?5", "€5"),
        (r"\u8364\'805", "€5"),
        (r"\u-10179?\u-8704?!", "😀!"),
        (r"{\uc2\u36899\'8c\'83 a}", "連 a"),
        (r"\uc0\u252 b\u252\par c", "üb\u00fc\n\nc"),
        (r"\u252\par c", "ü\n\nc"),
        (r"\u8220\ldblquote a", "“a"),
        (r"\u252{}x", "üx"),
        (r"{\upr{old}{\*\ud{new \u252?}}} x", "new ü x"),
        (r"\u-10179?x", "\ufffdx"),
    ],
)
def test_unicode_and_what_stands_for_it(body, text):
    assert text_of(body) == text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"a\tab b\line c\par d\page e", "a b\nc\n\nd\n\ne"),
        (r"a\~b\_c\-d\emdash e\bullet\lquote x\rquote", "a b-cd—e•‘x’"),
        ("a\r\nb\\\nc", "ab\n\nc"),
        (r"\{a\\b\}", r"{a\b}"),
        (r"{\b b}{\i i}\'zz", "bizz"),
        (r"a{\v hidden}{\deleted gone}\v no\v0 b\v no\plain c", "abc"),
        (r"{\*\unknown x}{\info{\title t}}{\xe entry}{\*\bkmkstart m}a", "a"),
        (r'see {\field{\*\fldinst HYPERLINK "http://x"}{\fldrslt the page}}', "see the page"),
        (r"{\listtext\pard 1.\tab}one\par{\pntext 2.\tab}two", "1. one\n\n2. two"),
        (r"a{\pict\bin3 }{{}b{\pict 00ff}c", "abc"),
        (r"{\object\objemb{\*\objclass Word}{\*\objdata 0105}{\result shown}}", "shown"),
        (r"{\mmath{\*\moMath{\mr x}}{\mmathPict{\pict 00}}}", "x"),
        (r"{\*\moMath{\mf{\mnum{\mr 1}}{\mden{\mrad{\me{\mr x}}}}}}", "1/√x"),
    ],
)
def test_words_and_groups(body, text):
    assert text_of(body) == text


def test_tables_have_a_line_for_each_row():
    body = (
        r"a\par\trowd\intbl A\par\cell B\par b\cell\row\trowd\intbl C\cell\cell\row\pard End"
        r"\par\trowd\intbl\itap2 n\nestcell m\nestcell{\*\nesttableprops\trowd\nestrow}"
        r"{\nonesttables\par}\cell\row"
    )
    assert text_of(body) == "a\n\nA B\nb\nC\nEnd\n\nn m"


@pytest.mark.parametrize(
    ("switches", "shown"),
    [
        ("", "Usual"),
        (r"\titlepg", "Usual\n\nFirst"),
        (r"\facingp", "Usual\n\nLeft"),
    ],
)
def test_headers_that_no_page_shows_are_left_out(switches, shown):
    headers = r"{\header Usual\par}{\headerf First\par}{\headerl Left\par}"
    assert text_of(f"{switches}{headers}Body") == f"{shown}\n\nBody"


def test_drop_caps_begin_the_paragraph_after_them():
    assert text_of(r"\dropcapli3\dropcapt1 O\par\pard nce\par upon") == "Once\n\nupon"


def test_headers_are_first_and_footers_last():
    body = (
        r"\titlepg{\header ACME\par}{\footerf Page {\field{\*\fldinst PAGE}}\par}{\footer 7}"
        r"Dear Sir"
    )
    assert text_of(body) == "ACME\n\nDear Sir\n\nPage"
    pages = [page.text for page in read(rtf(body + r"\par " + "word " * 1000)).pages]
    assert pages[0].startswith("ACME\n\nDear Sir")
    assert pages[0].endswith("Page")


def test_notes_and_boxes_follow_their_paragraph():
    body = (
        r"One{\footnote\chftn foot {\footnote deep}}"
        r"{\*\atnid J}{\*\atnauthor Jane}\chatn{\*\annotation comment} more"
        r"{\shp{\*\shpinst{\sp{\sn gtextUNICODE}{\sv letters}}{\sp{\sn x}{\sv 5}}"
        r"{\shptxt\pard box\par}}{\shprslt{\*\do{\dptxbxtext box}}}}"
        r"{\*\do\dobxpage{\dptxbxtext old box\par}}\par Two"
    )
    lines = [line for line in text_of(body).split("\n") if line]
    assert lines == ["One more", "foot", "deep", "comment", "letters", "box", "old box", "Two"]


def test_symbol_fonts_show_other_characters():
    fonts = (
        r"{\f0\fcharset0 A;}{\f1\fcharset2{\*\panose 050}Symbol{\*\falt Arial};}"
        r"{\f2\fcharset2 Wingdings;}{\f3\fcharset2 X;}"
    )
    body = r"{\f1 a\'b7\u-3999 ? \'bc}{\f2 \'fe qJ}{\f3\'b7 z} yes"
    assert text_of(body, fonts=fonts) == "α•α …☑ ❑☺• z yes"


def test_headings_have_a_style_or_a_level():
    body = (
        r"{\stylesheet{\s0 Normal;}{\s1\b heading 1;}{\s2 Title;}{\*\cs10 Title;}}"
        r"\pard\s2 Invoice\par\pard\plain Text\par\s1 Terms\par\pard\outlinelevel1 Fees\par"
        r"\pard\outlinelevel7 small\par\pard end"
    )
    assert read(rtf(body)).pages[0].headings == ("Invoice", "Terms", "Fees")


HTML = (
    rb"{\rtf1\ansi\ansicpg1251\fromhtml1 \deff0{\fonttbl{\f0\fcharset204 A;}}"
    rb"{\*\htmltag18 <html>}{\*\htmltag50 <body>}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 "
    rb"\'d1\'f7\'b8\'f2 {\*\htmltag84 &nbsp;}\htmlrtf \'a0\htmlrtf0 1 < 2 \{x\}"
    rb"{\*\mhtmltag72 no}{\*\htmltag72 </p>}\htmlrtf\par}\htmlrtf0{\*\htmltag148 <table>"
    rb"<tr><td>}A{\*\htmltag </td><td>}B{\*\htmltag </td></tr></table>}{\*\htmltag58 </body>}}"
)


def test_html_within_rtf():
    markup = rtf_html(HTML)
    assert markup == (
        "<html><body><p>Счёт &nbsp;1 &lt; 2 {x}</p>"
        "<table><tr><td>A</td><td>B</td></tr></table></body>"
    )
    assert rtf_text(HTML) == "Счёт 1 < 2 {x}\n\nA B"
    assert rtf_html(rb"{\rtf1 a}") is None


def test_rtf_whose_html_is_empty_is_read_as_rtf():
    assert rtf_text(rb"{\rtf1\fromhtml1 {\*\htmltag <p>}\htmlrtf text\htmlrtf0}") == "text"


def test_a_file_that_is_cut_off_is_read_with_a_warning():
    found = read(rb"{\rtf1 Hello {\b wor")
    assert found.pages[0].text == "Hello wor"
    assert (found.lost_parts, found.warnings) == (1, ("the file is cut off: its end is missing",))
    with pytest.raises(FileError) as caught:
        read(rb"{\rtf1{\fonttbl{\f0 Arial")
    assert caught.value.code == FileErrorCode.CORRUPT


def test_text_after_the_end_is_not_shown():
    found = read(rb"{\rtf1 a\par}}} trailing \'41\par {\rtf1 b}")
    assert (found.pages[0].text, found.lost_parts) == ("a\n\nb", 0)


@pytest.mark.parametrize(
    "unit",
    [
        "{", "}", "{}", r"{\*\x ", r"{\footnote a", r"{\header a", r"{\stylesheet a",
        r"{\fonttbl a", r"\par ", r"\'e4", r"\u9999?", "\\", r"{\sn a}", r"\bin9 ",
        r"{\shptxt a\par", "a ",
    ],
)  # fmt: skip
def test_hostile_files_take_time_in_proportion(unit):
    with within_reader_limit():
        assert len(rtf_text(rtf(unit * (400_000 // len(unit))))) < 2_500_000


def field(codes: str, result: str = "") -> str:
    return rf"{{\rtf1\ansi A {{\field{{\*\fldinst {codes}}}{{\fldrslt {result}}}}} end}}"


@pytest.mark.parametrize(
    ("codes", "result", "shown"),
    [
        (r"FORMCHECKBOX {\*\formfield{\fftype1\ffres1{\*\ffname Yes}}}", "", "A ☒ end"),
        (r"{FORMCHECKBOX {\*\formfield{\fftype1\ffres25\ffdefres0}}}", "", "A ☐ end"),
        (r"FORMDROPDOWN {\*\formfield{\fftype2\ffres1{\*\ffl 1}{\*\ffl 2}}}", "", "A 2 end"),
        (r"FORMDROPDOWN {\*\formfield{\fftype2\ffres9{\*\ffl 1}}}", "", "A end"),
        (r"FORMDROPDOWN {\*\formfield{\fftype2\ffres0{\*\ffl 1}}}", "x", "A x end"),
        (r"MACROBUTTON None [Type here]", "", "A [Type here] end"),
        (r"SYMBOL 8364 \\u", " ", "A € end"),
        (r'HYPERLINK "http://a.b"', "link", "A link end"),
        (r"QUOTE {\field{\*\fldinst SYMBOL 128}{\fldrslt x}}", "", "A end"),
    ],
)
def test_a_field_without_a_result_shows_what_its_codes_say(codes, result, shown):
    assert " ".join(rtf_text(field(codes, result).encode("cp1252")).split()) == shown


def test_fields_that_never_end_take_time_in_proportion():
    data = rb"{\rtf1 " + rb"{\field{\*\fldinst SYMBOL 65} " * 20_000
    with within_reader_limit():
        assert rtf_text(data).strip() == "A"
