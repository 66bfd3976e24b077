import pytest

from devtools import sample_files
from devtools.cpu_time import within_reader_limit
from worker.parsing.readers.markup.html import read_html, visible_text


def text_of(markup: str) -> str:
    return visible_text(markup)[0]


def headings_of(markup: str) -> tuple[str, ...]:
    return visible_text(markup)[1]


def test_hidden_parts_are_left_out():
    markup = """<html><head><title>Invoice 7</title><style>p {color: red}</style>
    <script>alert("x < y")</script></head><body><noscript>turn on</noscript>
    <ix:header><ix:hidden>facts<ix:header>more</ix:header></ix:hidden></ix:header>
    <svg><title>icon</title><style>x</style></svg><p>Total&nbsp;&euro; 5</p></body></html>"""
    assert text_of(markup) == "Invoice 7\n\nTotal € 5"


@pytest.mark.parametrize(
    "markup",
    [
        "<title>Shop</title><noscript><p>INVOICE 7</p></noscript>",
        "<body>&nbsp;<div id=app></div><template><p>INVOICE 7</template>",
        "<img src=scan.png alt='INVOICE 7'>",
        "<frameset><frame src=a.html><noframes>INVOICE 7</noframes></frameset>",
    ],
)
def test_a_page_without_other_text_is_read_as_without_scripts(markup):
    assert text_of(markup).endswith("INVOICE 7")


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ("<option>Austria<option value=de selected>Germany</option><option>Spain", "Germany"),
        ("<optgroup label=Europe><option>Austria</option></optgroup><option>Chile", "Austria"),
        ("<p>Austria</p><option>Germany", "Austria\n\nGermany"),
        ("", ""),
    ],
)
def test_a_list_of_choices_shows_the_chosen_one(options, shown):
    assert text_of(f"<SELECT name=country>{options}</SELECT>") == shown


def test_a_page_of_frames_says_that_they_are_other_files():
    page = b"<frameset><frame src=a.html><noframes>Your browser has no frames</noframes></frameset>"
    found = read_html(sample_files.source(page, "html"))
    assert found.pages[0].text == "Your browser has no frames"
    assert found.warnings == ("the page only shows other files in its frames: upload these files",)


def test_an_empty_title_of_xhtml_ends_itself():
    page = b"<html><head><title/><script src=a.js></script></head><body>Offer</body></html>"
    found = read_html(sample_files.source(page, "html"))
    assert (found.pages[0].text, found.warnings) == ("Offer", ())


def test_frames_may_be_in_their_address():
    frames = (
        "<iframe src='data:text/html,%3Cp%3EGr%C3%BC%C3%9Fe'></iframe>"
        '<iframe src="data:text/html;charset=utf-8;base64,PGI+SU5WPC9iPg=="></iframe>'
        "<iframe src=data:text/html;base64,!></iframe><iframe src=a.html></iframe>"
    )
    assert text_of(f"<p>a</p>{frames}").split() == ["a", "Grüße", "INV"]


def test_symbol_fonts_show_other_characters():
    markup = (
        "<span style='font-family:Wingdings'>&agrave;</span> <FONT face=\"Symbol\">a</FONT>"
        "<span style='font-family:Symbol'><span style='x:y'>·</span></span><font face=A>J</font>"
    )
    assert text_of(markup) == "→ α•J"


def test_components_are_shown_at_once():
    assert text_of("<p>a<x-y><template shadowrootmode=open>b</template></x-y>") == "ab"
    assert text_of("<p>a<template>b</template>") == "a"


def test_a_page_of_pictures_says_so():
    for markup in ("<img src='data:image/png;base64,AA=='>", '<img alt=x src="data:,a">'):
        found = read_html(sample_files.source(markup.encode(), "a.html"))
        assert found.warnings == ("the page consists of pictures, which were not read",)
    found = read_html(sample_files.source(b"<p>Hi<img src='data:,a'>", "a.html"))
    assert (found.warnings, found.lost_parts) == ((), 0)


@pytest.mark.parametrize("body", ["<div id=app></div>", "<noscript>Turn on JavaScript</noscript>"])
def test_a_page_that_scripts_write_says_so(body):
    found = read_html(sample_files.source(f"<body>{body}<script src=a.js></script>".encode(), ""))
    assert found.warnings == ("the text of the page is written by scripts, which were not run",)
    found = read_html(sample_files.source(b"<p>Hi<script src=a.js></script>", ""))
    assert (found.warnings, found.lost_parts) == ((), 0)


def test_boxes_are_set_apart():
    assert text_of("<a>Home</a><a href=b>About</a> (<a>more</a>)") == "Home About (more)"
    assert text_of("<span style='display: block'>a<span>b</span>c</span>d") == "abc\nd"
    assert text_of("<b style=display:inline-block>Total</b><i>5</i>") == "Total 5"
    assert text_of("<b style='display: inline'>To</b>tal") == "Total"


def test_words_in_drawings_are_read():
    markup = (
        "<p>a</p><svg><title>icon</title><text>Total</text><text>5<tspan>%</tspan></text></svg>"
    )
    assert text_of(markup).split() == ["a", "Total", "5", "%"]


def test_form_fields_show_what_was_typed():
    markup = """<input name=a value="INV 7"><input value='5 &lt; 6'/><input placeholder="Name">
    <input type=hidden value=no><input type="PASSWORD" value=no><textarea>note</textarea>"""
    assert text_of(markup).split() == ["INV", "7", "5", "<", "6", "Name", "note"]


@pytest.mark.parametrize(
    "attribute", ["""title='5" pipe'""", """title='a > b'""", 'title="it\'s"', 'class=a"b', "a'b"]
)
def test_quotes_in_tags_hide_no_text(attribute):
    assert text_of(f"<p {attribute}>Invoice</p><p>7</p>") == "Invoice\n\n7"


def test_a_quote_that_is_never_closed_hides_no_text():
    assert text_of('<a href="x>Invoice</a> 7') == "Invoice 7"


def test_literal_sections_of_xhtml_are_read():
    assert text_of("<p><![CDATA[A < B & <i>C</i>]]></p>") == "A < B & <i>C</i>"
    assert text_of("<p>a<![CDATA[b") == "ab"


def test_soft_hyphens_do_not_split_words():
    assert text_of("In&shy;voice\u200b 7") == "Invoice 7"


def test_encoding_declared_as_xml():
    markup = '<?xml version="1.0" encoding="windows-1251"?><html><p>Счёт'
    (page,) = read_html(sample_files.source(markup.encode("cp1251"), "a.xhtml")).pages
    assert page.text == "Счёт"


def test_blocks_break_lines_and_cells_do_not():
    markup = "<ul><li>a<li>b</ul>x<br/>y<table><tr><td>1<td>2<tr><td>3</table>"
    assert text_of(markup).split("\n") == ["a", "b", "", "x", "y", "", "1 2", "3"]


def test_preformatted_text_keeps_its_lines():
    assert text_of("<p>a\nb</p><pre>c\nd</pre></pre>") == "a b\n\nc\nd"


def test_links_and_pictures_leave_their_words_only():
    assert text_of('<a href="http://x.y">here</a> <img src="data:,x" alt="z">') == "here"


def test_encoding_declared_in_the_markup():
    markup = '<html><meta charset="windows-1251"><p>Счёт'
    (page,) = read_html(sample_files.source(markup.encode("cp1251"), "a.html")).pages
    assert page.text == "Счёт"


def test_deeply_nested_markup_is_read():
    text = "<div>" * 30_000 + "x" + "</div>" * 30_000
    assert text_of(text) == "x"


def test_a_bracket_in_values_and_in_text():
    assert text_of('<p title="a > b">x < y &lt; z</p>') == "x < y < z"


def test_scripts_end_at_their_own_tag_only():
    assert text_of("<script>'<script>' + '</p>'</SCRIPT >after") == "after"
    assert text_of("<svg/>after <!-- <p>hidden --> it") == "after it"


def test_titles_and_large_headings_stand_out():
    markup = "<title>Shop</title><h1>Invoice</h1><h2>Items</h2><h3>Fees</h3><h4>Notes</h4><p>Pay"
    assert visible_text(markup) == (
        "Shop\n\nInvoice\n\nItems\n\nFees\n\nNotes\n\nPay",
        ("Shop", "Invoice", "Items", "Fees"),
    )


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (
            '<h1 id="a>b">Tax <b>assess<i>ment</i></b> <a href=x>notice</a></h1>',
            "Tax assessment notice",
        ),
        ("<H1>A &amp; B&nbsp;&euro;&#0;</H1>", "A & B €\ufffd"),
        ("<h1>Notice<script>'</h1>'</script> of <!-- no --> leave</h1>", "Notice of leave"),
        ("<h1>\n  Terms\n  of use </h1>", "Terms of use"),
        ("<h1>Notice<br>of leave</h1>", "Notice\nof leave"),
        ("<pre><h1>Notice\nof leave</h1></pre>", "Notice\nof leave"),
    ],
)
def test_headings_are_read_as_the_text_is(markup, expected):
    assert headings_of(f"{markup}<p>Pay") == (expected,)
    assert text_of(f"{markup}<p>Pay") == f"{expected}\n\nPay"


def test_a_heading_ends_where_the_next_begins():
    assert headings_of("<h1>Invoice<h2>Items</h2>5</h1>6") == ("Invoice", "Items")
    assert headings_of("</h2><h1>Invoice</h3>6</h1>") == ("Invoice",)


def test_a_heading_that_never_ends_is_text():
    assert visible_text("<p>Dear Jane<h1>thank you<p>for your letter") == (
        "Dear Jane\n\nthank you\n\nfor your letter",
        (),
    )


def test_headings_without_words_or_in_hidden_parts_do_not_stand_out():
    assert headings_of("<h1></h1><h2> &nbsp;<img></h2><svg><title>icon</title></svg>text") == ()


def test_headings_are_those_of_the_first_page_that_is_read():
    markup = f"<h1>Invoice</h1><p>{'a ' * 1494}<h2>Terms</h2><p>{'b ' * 1400}"
    found = read_html(sample_files.source(markup.encode(), "a.html"))
    assert [page.headings for page in found.pages] == [("Invoice",), ()]
    found = read_html(
        sample_files.source(markup.encode(), "a.html", sample_files.request(target_pages=(1,)))
    )
    assert [page.headings for page in found.pages] == [("Terms",)]


def test_headings_are_few_and_short():
    assert len(headings_of("<h1>a</h1>" * 100)) == 60
    assert headings_of(f"<h1>{'long ' * 50}</h1><h2>Invoice</h2>") == ("Invoice",)


@pytest.mark.parametrize(
    "unit",
    [
        "<!--",
        "<a ",
        '<a "',
        "<a ='",
        "<a =",
        "<svg><title>",
        "<![CDATA[",
        "<input ",
        "<script>",
        "<ix:header>",
        "<",
        "&",
        '<a href="x>y',
        '<b ">',
        "<h1>a",
    ],
)
def test_unclosed_tags_take_no_longer(unit):
    with within_reader_limit():
        text, *_ = visible_text("<p>Invoice 7</p>" + unit * 100_000)
        assert text.startswith("Invoice 7")


@pytest.mark.parametrize("comment", ["<!-->", "<!--->", "<!-- x --!>", "<!-- <b> -->", "<!---->"])
def test_comments_end_where_they_end_in_browsers(comment):
    assert text_of(f"<p>a {comment}b</p><!-- c -->") == "a b"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rt>じ</rt></ruby>の", "漢字(かんじ)の"),
        ("<ruby>東<rt>とう</ruby><ruby>京<rt>きょう</ruby>駅", "東京(とうきょう)駅"),
        ("<p><ruby>駅<rt>えき</ruby></p><p>次", "駅(えき)\n\n次"),
        ("<ruby>a<rp>never closed<p>text</p></ruby>", "anever closed\n\ntext"),
        ("<ruby>a<rt>r<rp></rp></ruby>", "a(r)"),
        ("a<rt>b</rt>", "ab"),
    ],
)  # fmt: skip
def test_readings_follow_ruby_texts(markup, expected):
    assert text_of(markup) == expected


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        ('<img src="logo.png" alt="Acme &amp; Sons">', "a Acme & Sons b"),
        ('<img alt="">', "a b"),
        ('<img src="x.png" alt="IMG_0815.JPG">', "a b"),
        ('<img src="data:image/png;base64,AA" alt="seen">', "a b"),
        ('<img src="cid:7@x" alt="seen">', "a b"),
    ],
)
def test_pictures_that_are_not_there_show_their_descriptions(picture, expected):
    assert text_of(f"a{picture}b").split() == expected.split()


def test_pictures_that_are_there_show_no_descriptions():
    assert visible_text('a <img src="x.png" alt="seen"> b', shows_pictures=True)[0] == "a b"


@pytest.mark.parametrize(
    ("size", "shown"), [("1", "Apple"), ("4", "Apple\nPear"), ("12", "Apple\nPear")]
)
def test_a_list_of_several_lines_shows_all_of_them(size: str, shown: str):
    assert text_of(f"<select size={size}><option>Apple<option>Pear</select>") == shown


def test_groups_of_options_have_labels():
    many = '<select multiple><optgroup label="Fruits"><option>Apple<option>Pear</select>'
    assert text_of(many) == "Fruits\nApple\nPear"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<ol><li>one<li><p>two</p></ol>", "1. one\n\n2. two"),
        ('<ol start="3" type="a"><li>x</li><li value="5">y</li></ol>', "c. x\n\ne. y"),
        ('<ol type="I"><li>x<ul><li>dot</ul><li>y</ol>', "I. x\n\ndot\n\nII. y"),
        ('<ol type="i" start="21"><li>x</ol>', "21. x"),
        ('<ol style="list-style: none"><li>x</ol>', "x"),
        ("<ol reversed><li>x</ol>", "x"),
        ("<ol><li></li><li>two</ol>", "2. two"),
        ("<li>x</ol></ol>", "x"),
    ],
)
def test_numbers_of_lists(markup, expected):
    assert text_of(markup) == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("<mfrac><mn>1</mn><mn>2</mn></mfrac>", "1/2"),
        ("<mn>1</mn><mfrac><mn>1</mn><mn>2</mn></mfrac>", "1 1/2"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mi>c</mi></mfrac>", "a+b/c"),
        ("<mfrac><mfrac><mi>a</mi><mi>b</mi></mfrac><mi>c</mi></mfrac>", "a/b/c"),
        ("<mfrac><mi>a</mi><mi>b</mi>", "a/b"),
        ("<msqrt><mi>a</mi></msqrt><mfrac><mn>1</mn><msqrt><mn>2</mn></msqrt></mfrac>", "√a 1/√2"),
        ("<mtable><mtr><mtd>a</mtd><mtd>b</mtd></mtr></mtable>", "a b"),
    ],
)
def test_formulas_have_bars_roots_and_columns(formula, expected):
    text = visible_text(f"<p><math>{formula}</math> cups of flour</p>")[0]
    assert text == f"{expected} cups of flour"


def test_ticked_boxes_are_shown():
    boxes = "<input type=checkbox checked> Paid <input type=radio> Open"
    assert visible_text(f"<p>{boxes}</p>")[0] == "☒ Paid Open"
