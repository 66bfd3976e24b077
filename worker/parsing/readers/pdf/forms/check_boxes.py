"""Reads which check boxes and radio buttons of a page are ticked, and the words beside them."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2

_TICKED = "☒"
# Words begin at most this far to the right of a box, in points.
_MAX_DISTANCE = 30.0
_MAX_WIDTH = 250.0
_MAX_BOXES = 300
_MAX_WORDS = 12

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class CheckBox:
    """A check box or radio button: left, bottom, right and top in points, and its own label.

    `label` is what a viewer shows when the pointer is over the box, or the box's value.
    """

    place: Box
    is_ticked: bool
    label: str


def read_ticked(page: pypdfium2.PdfPage, boxes: list[CheckBox]) -> list[str]:
    """Return a line for each ticked box with the words to its right.

    A box without such words has its own label, or else the words to its left.
    """
    boxes = boxes[:_MAX_BOXES]
    if not any(box.is_ticked for box in boxes):
        return []
    lines: list[str] = []
    with contextlib.closing(page.get_textpage()) as textpage:
        for box in boxes:
            if box.is_ticked:
                words = _words_beside(textpage, box, boxes) or box.label.split()
                words = words[:_MAX_WORDS] or _words_before(textpage, box, boxes)[-_MAX_WORDS:]
                lines.append(" ".join((_TICKED, *words)))
    return lines


def _words_beside(
    textpage: pypdfium2.PdfTextPage, box: CheckBox, boxes: list[CheckBox]
) -> list[str]:
    """Return the words on the line of a box, up to the next box."""
    left, bottom, right, top = box.place
    starts = (other.place[0] for other in _on_line(box, boxes) if other.place[0] > left)
    end = min(starts, default=right + _MAX_WIDTH)
    end = min(end, right + _MAX_WIDTH)
    if end <= right:
        return []
    near: str = textpage.get_text_bounded(right, bottom, min(end, right + _MAX_DISTANCE), top)
    if not near.strip():
        return []
    text: str = textpage.get_text_bounded(right, bottom, end, top)
    return text.split()


def _words_before(
    textpage: pypdfium2.PdfTextPage, box: CheckBox, boxes: list[CheckBox]
) -> list[str]:
    """Return the words on the line of a box, from the last box before it on."""
    left, bottom, _, top = box.place
    ends = (other.place[2] for other in _on_line(box, boxes) if other.place[0] < left)
    start = max(ends, default=left - _MAX_WIDTH)
    start = max(start, left - _MAX_WIDTH)
    text: str = textpage.get_text_bounded(start, bottom, left, top) if start < left else ""
    return text.split()


def _on_line(box: CheckBox, boxes: list[CheckBox]) -> Iterator[CheckBox]:
    """Yield the boxes that stand at the height of a box, among them itself."""
    middle = (box.place[1] + box.place[3]) / 2
    return (other for other in boxes if other.place[1] < middle < other.place[3])
