from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    TextStringObject,
)

from devtools import pdf_samples
from tests.unit.worker.parsing.readers.pdf.annotated_files import appearance, read, with_form

LINE = b"BT /F1 12 Tf 1 0 0 1 %d %d Tm (%s) Tj ET\n"


def box(left: float, bottom: float, state: str, **others: str) -> dict[str, object]:
    """Return a check box of 12 points whose states are the given one and `Off`."""
    sides = (left, bottom, left + 12, bottom + 12)
    return {
        "/Subtype": NameObject("/Widget"),
        "/FT": NameObject("/Btn"),
        "/Rect": ArrayObject(FloatObject(side) for side in sides),
        "/AS": NameObject(state),
        "/V": NameObject(state),
        **{f"/{key}": TextStringObject(value) for key, value in others.items()},
    }


def form(page: bytes, *boxes: dict[str, object], states: str = "Yes"):
    writer = with_form(page, *boxes)
    for annotation in writer.pages[0]["/Annots"]:
        drawn = writer._add_object(appearance("4"))
        states_drawn = {NameObject(f"/{name}"): drawn for name in (states, "Off")}
        looks = DictionaryObject({NameObject("/N"): DictionaryObject(states_drawn)})
        annotation.get_object()[NameObject("/AP")] = looks
    return writer


def test_ticked_boxes_are_read_with_the_words_beside_them():
    page = LINE % (120, 600, b"I agree") + LINE % (220, 600, b"I refuse")
    boxes = (box(100, 598, "/Off", T="a"), box(200, 598, "/Yes", T="b"))
    text = read(form(page, *boxes)).pages[0].text
    assert text.splitlines()[-1] == "☒ I refuse"
    text = (
        read(form(page, box(100, 598, "/Yes", T="a"), box(200, 598, "/Off", T="b"))).pages[0].text
    )
    assert text.splitlines()[-1] == "☒ I agree"


def test_boxes_without_words_beside_them_have_their_own_label():
    page = LINE % (20, 600, b"Title of the person")
    boxes = (box(300, 598, "/Mr", T="a", TU="Title"), box(300, 500, "/Yes", T="b", TU="Member"))
    assert read(form(page, boxes[0], states="Mr")).pages[0].text.endswith("☒ Title Mr")
    assert read(form(page, boxes[1])).pages[0].text.endswith("☒ Member")


def test_boxes_at_the_end_of_a_line_are_read_with_its_words():
    page = LINE % (90, 600, b"Member since 2001")
    boxes = (box(60, 598, "/Off", T="a"), box(300, 598, "/Yes", T="b"))
    assert read(form(page, *boxes)).pages[0].text.endswith("\n☒ Member since 2001")


def test_empty_boxes_are_not_read():
    page = pdf_samples.text_content("Form")
    assert read(form(page, box(300, 598, "/Off", T="a", TU="Member"))).pages[0].text == "Form"
