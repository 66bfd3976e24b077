from xml.etree.ElementTree import fromstring

import pytest

from tests.unit.worker.parsing.readers.office.packages import NAMES
from worker.parsing.readers.office.drawings.data_labels import shown_values

VALUES = (
    "<c:val><c:numRef><c:numCache><c:formatCode>0.0</c:formatCode>"
    "<c:pt><c:v>1</c:v></c:pt><c:pt><c:v>3</c:v></c:pt></c:numCache></c:numRef></c:val>"
)


def chart(of_series: str = "", of_group: str = "", of_area: str = "", values: str = VALUES) -> str:
    return (
        f"<c:chart {NAMES}><c:plotArea><c:pieChart><c:ser>{of_series}{values}</c:ser>{of_group}"
        f"</c:pieChart>{of_area}</c:plotArea></c:chart>"
    )


def labels(*marks: str, form: str = "") -> str:
    shown = "".join(f'<c:{mark} val="1"/>' for mark in marks)
    return f"<c:dLbls>{form}{shown}</c:dLbls>"


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        (chart(), []),
        (chart(labels("showCatName")), []),
        (chart(labels("showVal")), ["1.0", "3.0"]),
        (chart(of_group=labels("showVal")), ["1.0", "3.0"]),
        (chart(labels("showPercent")), ["25%", "75%"]),
        (
            chart(labels("showVal", form='<c:numFmt formatCode="0&quot; kg&quot;"/>')),
            ["1 kg", "3 kg"],
        ),
        (
            chart(labels("showVal", form='<c:numFmt formatCode="0" sourceLinked="1"/>')),
            ["1.0", "3.0"],
        ),
        (chart('<c:dLbls><c:showVal val="0"/></c:dLbls>', labels("showVal")), []),
        (chart(of_area="<c:dTable/>"), ["1.0", "3.0"]),
        (chart(labels("showPercent"), values=VALUES.replace(">3<", ">x<")), []),
        (chart(labels("showPercent"), values=""), []),
    ],
)
def test_values_are_those_that_labels_show(markup: str, shown: list[str]):
    assert list(shown_values(fromstring(markup))) == shown
