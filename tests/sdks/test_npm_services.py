"""llama-cloud-services for Node: one call, over an older generated client."""

import pytest

from tests.sdks.conftest import Drive
from tests.sdks.environments import SERVICES, Sdk

pytestmark = pytest.mark.parametrize("sdk", [SERVICES], ids=lambda sdk: sdk.name)


@pytest.mark.parametrize(
    ("scenario", "types"),
    [
        ("path", ["invoice"]),
        ("buffer", ["invoice"]),
        ("bytes", ["invoice"]),
        ("text", ["recipe"]),
        ("file", ["recipe"]),
        ("several", ["recipe", "invoice", "recipe"]),
    ],
)
def test_classify(drive: Drive, sdk: Sdk, scenario: str, types: list[str]) -> None:
    assert drive(sdk)[scenario] == {"value": types}


@pytest.mark.parametrize("scenario", ["wrong_key", "refused_rule"])
def test_refusals_are_raised(drive: Drive, sdk: Sdk, scenario: str) -> None:
    assert "exception" in drive(sdk)[scenario], drive(sdk)[scenario]
