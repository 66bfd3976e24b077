import pytest

from devtools.cpu_time import within_reader_limit
from worker.parsing.readers.markup.html import visible_text
from worker.parsing.readers.markup.style_sheets import read_hidden_names

SHOWN = "<p>Invoice 7, payable within 14 days</p>"


def text_of(sheet: str, markup: str, before: str = "<style>", after: str = "</style>") -> str:
    return visible_text(f"{before}{sheet}{after}{SHOWN}{markup}")[0].partition("days")[2].strip()


@pytest.mark.parametrize(
    ("sheet", "markup"),
    [
        (".menu {display: none}", "<div class='nav menu'>no</div>yes"),
        ("p, span.old{color:red;VISIBILITY:hidden !important}", "<span class=old>no</span>yes"),
        ("#ad{display:none}", "<div id=ad>no</div>yes"),
        ("<!-- /* a */ .x{display:none} -->", "<i class=x>no</i>yes"),
    ],
)
def test_what_a_class_or_an_id_hides_is_left_out(sheet, markup):
    assert text_of(sheet, markup) == "yes"


@pytest.mark.parametrize(
    "sheet",
    [
        ".tab{display:none} .tab.active{display:block}",
        "@media print {.tab{display:none} .x{color:red} .tab {display:none}}",
        ".closed .tab{display:none}",
        "/* .tab{display:none} */",
        ".tab{display:block}",
    ],
)
def test_what_a_page_may_show_is_read(sheet):
    assert text_of(sheet, "<div class=tab>yes</div>") == "yes"


def test_style_sheets_for_other_programs_and_media_do_not_count():
    sheet, markup = ".a{display:none}", "<div class=a>yes</div>"
    assert text_of(sheet, markup, before="<style media=print>") == "yes"
    assert text_of(sheet, markup, "<!--[if mso]><style>", "</style><![endif]-->") == "yes"


def test_style_sheets_without_end_take_little_time():
    with within_reader_limit():
        for part in ("<style>", "<style>/*", "<style>{", "<style>.a{display:none}</style>"):
            hidden = read_hidden_names("display" + part * (400_000 // len(part)))
            assert hidden.classes == ({"a"} if ".a{" in part else set())
        for part in ("/*", "{", "}", ".a,", ".a{display:none}", "<!--"):
            hidden = read_hidden_names(f"<style>display{part * (400_000 // len(part))}</style>")
            assert hidden.classes == ({"a"} if ".a{" in part else set())
