"""Generated requests are refused with a validation error or survive a round trip."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from app.api.v1.configurations import SavedConfigurationRequest
from app.api.v1.files import FileQueryRequest
from app.api.v1.saved_webhooks import SavedWebhookRequest
from app.api.v1.schemas import ClassifyJobRequest
from app.api.v2.schemas import ClassifyRequest
from app.api.wire.webhooks import WebhookRequest

MODELS = (
    ClassifyJobRequest,
    WebhookRequest,
    ClassifyRequest,
    SavedConfigurationRequest,
    SavedWebhookRequest,
    FileQueryRequest,
)
# The same examples each time, however busy the machine is.
FEW = settings(max_examples=60, derandomize=True, deadline=None)
TEXT = st.text(st.characters(codec="utf-8"), max_size=60)
SCALARS = st.none() | st.booleans() | st.integers() | st.integers(-(10**40), 10**40) | TEXT
JSON = st.recursive(
    SCALARS | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)
UUIDS = st.uuids().map(str)
RULES = st.lists(
    st.fixed_dictionaries({"type": TEXT, "description": TEXT.map(lambda text: text + "x" * 10)}),
    min_size=1,
    max_size=3,
)
JOBS = st.fixed_dictionaries(
    {"file_ids": st.lists(UUIDS, min_size=1, max_size=3), "rules": RULES},
    optional={
        "parsing_configuration": st.fixed_dictionaries(
            {},
            optional={
                "max_pages": st.none() | st.integers(),
                "target_pages": st.none() | st.lists(st.integers(), max_size=3),
            },
        ),
        "webhook_configurations": st.lists(
            st.fixed_dictionaries({"webhook_url": TEXT.map(lambda text: "http:" + text)}),
            max_size=2,
        ),
        "something else": JSON,
    },
)


def is_refused_or_kept(model: type[BaseModel], document: Any) -> bool:
    body = json.dumps(document)
    try:
        parsed = model.model_validate_json(body)
    except ValidationError:
        return True
    return model.model_validate_json(parsed.model_dump_json()) == parsed


@pytest.mark.parametrize("model", MODELS)
@FEW
@given(document=JSON)
def test_any_value_is_refused_or_kept(model: type[BaseModel], document: Any) -> None:
    assert is_refused_or_kept(model, document)


@pytest.mark.parametrize("model", MODELS)
@FEW
@given(data=st.data())
def test_any_values_under_valid_names(model: type[BaseModel], data: st.DataObject) -> None:
    names = st.sampled_from(sorted(model.model_fields))

    assert is_refused_or_kept(model, data.draw(st.dictionaries(names, JSON)))


@FEW
@given(document=JOBS)
def test_nearly_valid_jobs(document: dict[str, Any]) -> None:
    assert is_refused_or_kept(ClassifyJobRequest, document)
