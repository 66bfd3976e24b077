"""Saved configurations: rules and pages that a job of version 2 takes by an id."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, BaseModel, StringConstraints, model_validator

from app.api.dependencies import ApiCall, Call
from app.api.v2.ids import ConfigurationId, show_configuration_id
from app.api.v2.schemas import (
    ClassifyConfigurationModel,
    ParametersResponse,
    check_rule_count,
    dump_configuration,
)
from app.api.wire.pagination import (
    MAX_JOBS_PAGE,
    IncludeTotal,
    PageSize,
    PageToken,
    encode_token,
    read_page,
)
from app.api.wire.text import Text, require_storable
from app.configurations import service
from app.configurations.models import Configuration
from app.configurations.service import ConfigurationFilter
from app.files import service as files

router = APIRouter(prefix="/api/v1/beta/configurations", tags=["configurations"])

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=255), AfterValidator(require_storable)
]


class ParametersModel(ClassifyConfigurationModel):
    """What is saved. Products other than the classifier have no configurations here."""

    product_type: Literal["classify_v2"]

    @model_validator(mode="before")
    @classmethod
    def _check_product(cls, value: Any) -> Any:  # noqa: ANN401  # pydantic judges what it is
        product = value.get("product_type") if isinstance(value, dict) else None
        if isinstance(product, str) and product != service.CLASSIFY:
            raise ValueError(
                f"this server saves configurations of {service.CLASSIFY} only, not of {product}"
            )
        return value


class ConfigurationRequest(BaseModel):
    """What POST takes: a name that is there already is given the new parameters."""

    name: Name
    parameters: ParametersModel


class ConfigurationChangeRequest(BaseModel):
    """What PUT takes; what is left out or null stays as it is."""

    name: Name | None = None
    parameters: ParametersModel | None = None


class ConfigurationResponse(BaseModel):
    """A saved configuration; `version` changes with every change."""

    id: str
    name: str
    product_type: Literal["classify_v2"]
    version: str
    parameters: ParametersResponse
    created_at: datetime
    updated_at: datetime


class ConfigurationListResponse(BaseModel):
    items: list[ConfigurationResponse]
    next_page_token: str | None = None
    total_size: int | None = None


@router.post("", status_code=201)
def save_configuration(call: ApiCall, body: ConfigurationRequest) -> ConfigurationResponse:
    """Save a configuration under a name; one that has the name already is changed."""
    parameters = _dump(call, body.parameters)
    return _render(service.save(call.services.database, call.scope(), body.name, parameters))


@router.get("")
def list_configurations(
    call: ApiCall,
    product_type: Annotated[list[Text] | None, Query()] = None,
    name: Text | None = None,
    latest_only: Annotated[  # noqa: ARG001  # part of the contract
        bool, Query(description="Makes no difference: there is one configuration of a name.")
    ] = False,
    page_size: PageSize = None,
    page_token: PageToken = None,
    include_total: IncludeTotal = False,
) -> ConfigurationListResponse:
    """List the project's configurations, the newest first."""
    scope, secrets = call.scope(), call.services.secrets
    wanted = ConfigurationFilter(name, None if product_type is None else tuple(product_type))
    purpose = f"configurations {scope.project_id} {wanted}"
    request = read_page(
        secrets,
        purpose,
        page_size,
        page_token,
        include_total=include_total,
        max_size=MAX_JOBS_PAGE,
    )
    with call.services.database.read() as session:
        page = service.find_page(session, scope, wanted, request)
    return ConfigurationListResponse(
        items=[_render(configuration) for configuration in page.rows],
        next_page_token=encode_token(secrets, purpose, page.next_after),
        total_size=page.total,
    )


@router.get("/{configuration_id}")
def get_configuration(call: ApiCall, configuration_id: ConfigurationId) -> ConfigurationResponse:
    """Return a configuration."""
    scope = call.scope()
    with call.services.database.read() as session:
        return _render(service.get(session, scope, configuration_id))


@router.put("/{configuration_id}")
def update_configuration(
    call: ApiCall, configuration_id: ConfigurationId, body: ConfigurationChangeRequest
) -> ConfigurationResponse:
    """Change a configuration, for jobs to come. 409 when another one has the name."""
    scope = call.scope()
    parameters = None if body.parameters is None else _dump(call, body.parameters)
    with call.services.database.write() as session:
        configuration = service.update(
            session, scope, configuration_id, name=body.name, parameters=parameters
        )
        return _render(configuration)


@router.delete("/{configuration_id}", status_code=204)
def delete_configuration(call: ApiCall, configuration_id: ConfigurationId) -> Response:
    """Delete a configuration; jobs that were made from it stay as they are."""
    scope = call.scope()
    with call.services.database.write() as session:
        service.remove(session, scope, configuration_id)
    return Response(status_code=204)


def _dump(call: Call, parameters: ParametersModel) -> dict[str, Any]:
    check_rule_count(call.services.settings, parameters.rules, ("body", "parameters"))
    examples = [example for rule in parameters.rules for example in rule.examples or ()]
    shown = [example.file_id for example in examples if example.file_id is not None]
    if shown:
        scope = call.scope()
        with call.services.database.read() as session:
            files.names(session, scope, shown)  # refuses what is not there, or out of reach
    return dump_configuration(parameters)


def _render(configuration: Configuration) -> ConfigurationResponse:
    return ConfigurationResponse(
        id=show_configuration_id(configuration.id),
        name=configuration.name,
        product_type=service.CLASSIFY,
        version=configuration.updated_at.isoformat(),
        parameters=ParametersResponse(product_type=service.CLASSIFY, **configuration.parameters),
        created_at=configuration.created_at,
        updated_at=configuration.updated_at,
    )
