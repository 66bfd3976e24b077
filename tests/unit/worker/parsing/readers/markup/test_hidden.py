import pytest

from devtools.cpu_time import within_reader_limit
from worker.parsing.readers.markup.html import visible_text


def lines_of(markup: str, *, is_mail: bool = False) -> list[str]:
    return [line for line in visible_text(markup, is_mail=is_mail)[0].split("\n") if line]


def test_what_is_shown_later_is_left_out():
    markup = (
        "<p>Offer 7</p><dialog><p>Cookies?</p></dialog><dialog open>Now</dialog>"
        "<div popover>x</div>"
        "<video src=a>No films</video><canvas>No drawings</canvas><datalist><option>a</datalist>"
    )
    assert visible_text(markup)[0].split() == ["Offer", "7", "Now"]


@pytest.mark.parametrize(
    "markup",
    [
        '<div style="color: red; DISPLAY : none !important">x<div>y</div></div>',
        "<span style='visibility:hidden'>x</span>",
        "<p hidden>x</p>",
        '<input hidden value="x">',
        '<section hidden="until-found">x</section>',
        '<div hidden>x<!-- </div> --><script>"</div>"</script><br>y</div>',
        "<div hidden>x</b><img src=a.png alt=y></div>",
    ],
)
def test_what_attributes_hide_is_left_out(markup):
    assert lines_of(f"<p>Invoice 7</p>{markup}<p>Total</p>") == ["Invoice 7", "Total"]


@pytest.mark.parametrize(
    "attributes",
    [
        'class="hidden"',
        'style="overflow:hidden"',
        'style="backface-visibility: hidden"',
        'style="mso-hide:all"',
        'title="display:none"',
        "aria-hidden=true",
    ],
)
def test_other_attributes_hide_nothing(attributes):
    assert lines_of(f"<p>Invoice 7</p><div {attributes}>Total</div>") == ["Invoice 7", "Total"]


@pytest.mark.parametrize(
    ("markup", "lines"),
    [
        ("A<p hidden>x<p>B", ["A", "B"]),
        ("A<ul><li hidden>x<ul><li>y</ul><li>B</ul>", ["A", "B"]),
        ("A<table><tr><td hidden>x<td>B<tr hidden><td>y<tr><td>C</table>", ["A", "B", "C"]),
        ("A<dl><dt hidden>x<dd>B</dl>", ["A", "B"]),
        ("A<div><span hidden>x</div>B", ["A", "B"]),
        ("A<div hidden>its end tag is lost", ["A", "its end tag is lost"]),
    ],
)
def test_lost_end_tags_hide_no_more_than_browsers_do(markup, lines):
    assert lines_of(markup) == lines


def test_what_scripts_will_show_is_read():
    answers = "<div hidden><p>An answer to a question. </p></div>" * 40

    assert lines_of("<body style='display:none'>Invoice 7</body>") == ["Invoice 7"]
    assert len(lines_of(f"<h1>Questions</h1>{answers}")) == 41


def test_the_first_hidden_text_of_a_mail_is_read():
    mail = "<div style='display:none'>Your order is here</div><p>Dear Ann</p><p hidden>x</p>"

    assert lines_of(mail, is_mail=True) == ["Your order is here", "Dear Ann"]
    assert lines_of(mail) == ["Dear Ann"]


def test_closed_details_are_read():
    assert lines_of("<details><summary>More</summary>Terms</details>") == ["More", "Terms"]


def test_a_button_that_is_a_picture_shows_its_description():
    assert lines_of("<input type=image src=a.png alt='Pay now'>") == ["Pay now"]


@pytest.mark.parametrize(
    "markup",
    [
        "<div hidden>" * 20_000,
        "<div hidden>" + "<b>" * 20_000 + "</i></b>" * 20_000,
        "<p hidden><p>" * 20_000,
    ],
)
def test_hidden_elements_take_time_in_proportion_to_their_length(markup):
    with within_reader_limit():
        assert visible_text(markup)[0] == ""
