"""The values that a chart shows beside its data points: ECMA-376 part 1, 21.2.2.47 to 21.2.2.49."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from worker.parsing.readers.office.formats.number_format import format_number
from worker.parsing.readers.office.package import local_name

_OFF = frozenset({"0", "false", "off"})
_VALUES = frozenset({"val", "yVal"})


def shown_values(chart: Element) -> Iterator[str]:
    """Yield values and percentages that labels show, and all values of a chart with a table."""
    for area in (each for each in chart.iter() if local_name(each.tag) == "plotArea"):
        has_table = _first(area, "dTable") is not None
        for group in area:
            for series in (each for each in group if local_name(each.tag) == "ser"):
                labels = _first(series, "dLbls")
                labels = _first(group, "dLbls") if labels is None else labels
                yield from _values(series, labels, has_table=has_table)


def format_label(text: str, code: str | None) -> str:
    """Return a stored number as a format code shows it; anything else as it is stored."""
    try:
        return format_number(float(text), code) if code else text
    except (ValueError, ArithmeticError):
        return text


def _values(series: Element, labels: Element | None, *, has_table: bool) -> Iterator[str]:
    shows_values = has_table or _is_on(labels, "showVal")
    shows_percentages = _is_on(labels, "showPercent")
    if not (shows_values or shows_percentages):
        return
    numbers: list[str] = []
    code = None
    for holder in (each for each in series if local_name(each.tag) in _VALUES):
        for each in holder.iter():
            kind = local_name(each.tag)
            if kind == "formatCode":
                code = each.text
            elif kind == "v" and each.text:
                numbers.append(each.text.strip())
    form = _first(labels, "numFmt")
    if form is not None and form.get("sourceLinked", "0").lower() in _OFF:
        code = form.get("formatCode")
    if shows_values:
        yield from (format_label(number, code) for number in numbers)
    if shows_percentages:
        yield from _percentages(numbers)


def _percentages(numbers: list[str]) -> Iterator[str]:
    try:
        values = [float(number) for number in numbers]
    except ValueError:
        return
    total = sum(values)
    if total > 0:
        yield from (format_number(value / total, "0%") for value in values)


def _first(element: Element | None, name: str) -> Element | None:
    for child in () if element is None else element:
        if local_name(child.tag) == name:
            return child
    return None


def _is_on(labels: Element | None, name: str) -> bool:
    mark = _first(labels, name)
    return mark is not None and mark.get("val", "1").lower() not in _OFF
