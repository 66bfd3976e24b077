"""The pages that `make openapi` writes are those of today's program."""

import json
from typing import Any

import pytest

from docs import command_line, generate


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return generate.openapi()


def test_openapi_json_is_what_is_served(document: dict[str, Any]) -> None:
    assert generate.OPENAPI.read_text(encoding="utf-8") == generate.render_openapi(document), (
        "the API has changed: run `make openapi`, and commit what it writes"
    )


def test_the_table_of_calls_is_up_to_date(document: dict[str, Any]) -> None:
    assert generate.COVERAGE.read_text(encoding="utf-8") == generate.render_coverage(document)


def test_the_reference_of_the_command_is_up_to_date() -> None:
    assert command_line.PAGE.read_text(encoding="utf-8") == command_line.render(), (
        "a verb has changed: run `make openapi`, and commit what it writes"
    )


def test_a_call_that_is_not_served_is_reported(document: dict[str, Any]) -> None:
    less = {**document, "paths": {}}

    with pytest.raises(ValueError, match="not served"):
        generate.render_coverage(less)


def test_each_endpoint_tells_its_errors(document: dict[str, Any]) -> None:
    wanted = {"400", "401", "404", "409", "413", "422", "429", "500", "503"}
    for path, operations in json.loads(json.dumps(document))["paths"].items():
        for operation in operations.values():
            assert not path.startswith("/api/") or wanted <= set(operation["responses"]), path
