import time

import pytest

from devtools import sample_files
from worker.parsing.readers.html import read_html, visible_text


def test_hidden_parts_are_left_out():
    markup = """<html><head><title>Invoice 7</title><style>p {color: red}</style>
    <script>alert("x < y")</script></head><body><noscript>turn on</noscript>
    <ix:header><ix:hidden>facts<ix:header>more</ix:header></ix:hidden></ix:header>
    <svg><text>icon</text></svg><p>Total&nbsp;&euro; 5</p></body></html>"""
    assert visible_text(markup) == "Invoice 7\n\nTotal € 5"


def test_blocks_break_lines_and_cells_do_not():
    markup = "<ul><li>a<li>b</ul>x<br/>y<table><tr><td>1<td>2<tr><td>3</table>"
    assert visible_text(markup).split("\n") == ["a", "b", "", "x", "y", "", "1 2", "3"]


def test_preformatted_text_keeps_its_lines():
    assert visible_text("<p>a\nb</p><pre>c\nd</pre></pre>") == "a b\n\nc\nd"


def test_links_and_pictures_leave_their_words_only():
    assert visible_text('<a href="http://x.y">here</a> <img src="data:,x" alt="z">') == "here"


def test_encoding_declared_in_the_markup():
    markup = '<html><meta charset="windows-1251"><p>Счёт'
    (page,) = read_html(sample_files.source(markup.encode("cp1251"), "a.html")).pages
    assert page.text == "Счёт"


def test_deeply_nested_markup_is_read():
    text = "<div>" * 30_000 + "x" + "</div>" * 30_000
    assert visible_text(text) == "x"


def test_a_bracket_in_values_and_in_text():
    assert visible_text('<p title="a > b">x < y &lt; z</p>') == "x < y < z"


def test_scripts_end_at_their_own_tag_only():
    assert visible_text("<script>'<script>' + '</p>'</SCRIPT >after") == "after"
    assert visible_text("<svg/>after <!-- <p>hidden --> it") == "after it"


@pytest.mark.parametrize(
    "unit", ["<!--", "<a ", '<a "', "<script>", "<ix:header>", "<", "&", '<a href="x>y', '<b ">']
)
def test_unclosed_tags_take_no_longer(unit):
    start = time.process_time()
    visible_text(unit * 100_000)
    assert time.process_time() - start < 10
