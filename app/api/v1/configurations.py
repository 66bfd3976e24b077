"""Saved configurations: rules and pages that a job of version 2 takes by an id."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query, Response
from pydantic import AfterValidator, BaseModel, StringConstraints, model_validator

from app.api.dependencies import ApiCall, Call
from app.api.router import Router
from app.api.wire.configurations import ClassifyConfigurationRequest, ClassifyParsingResponse
from app.api.wire.ids import ConfigurationId, format_configuration_id
from app.api.wire.pagination import ListResponse, PageQuery
from app.api.wire.rules import RuleWithExamplesResponse, check_rule_count
from app.api.wire.text import Text
from app.configurations import service
from app.configurations.models import Configuration, ConfigurationVersion
from app.configurations.service import ConfigurationFilter
from app.files import service as files
from app.text import require_storable

router = Router(prefix="/api/v1/beta/configurations", tags=["configurations"])

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=255), AfterValidator(require_storable)
]


class ParametersRequest(ClassifyConfigurationRequest):
    """The parameters to save. `product_type` must be the classifier's."""

    product_type: Literal["classify_v2"]

    @model_validator(mode="before")
    @classmethod
    def _check_product(cls, value: Any) -> Any:  # noqa: ANN401  # pydantic checks the type
        product = value.get("product_type") if isinstance(value, dict) else None
        if isinstance(product, str) and product != service.CLASSIFY:
            raise ValueError(
                f"This server saves configurations of {service.CLASSIFY} only, not of {product}."
            )
        return value


class SavedConfigurationRequest(BaseModel):
    """The body of POST: an existing configuration of this name gets the new parameters."""

    name: Name
    parameters: ParametersRequest


class ConfigurationChangeRequest(BaseModel):
    """The body of PUT: a field that is missing or null stays as it is."""

    name: Name | None = None
    parameters: ParametersRequest | None = None


class ParametersResponse(BaseModel):
    """A saved configuration's parameters.

    `min_confidence`, `learn` and `examples` are extensions.
    """

    product_type: Literal["classify_v2"]
    rules: list[RuleWithExamplesResponse]
    mode: Literal["FAST"]
    parsing_configuration: ClassifyParsingResponse
    min_confidence: float | None = None
    learn: bool | None = None


class SavedConfigurationResponse(BaseModel):
    """A saved configuration; `version` changes with every change."""

    id: str
    name: str
    product_type: Literal["classify_v2"]
    version: str
    parameters: ParametersResponse
    created_at: datetime
    updated_at: datetime


class ConfigurationVersionResponse(BaseModel):
    """A state of a saved configuration; `created_at` is when it began."""

    version: str
    name: str
    parameters: ParametersResponse
    created_at: datetime


@router.post("", status_code=201)
def save_configuration(
    call: ApiCall, body: SavedConfigurationRequest
) -> SavedConfigurationResponse:
    """Save a configuration under a name, or change the one that has the name."""
    parameters = _to_parameters(call, body.parameters)
    saved = service.save(call.services.database, call.scope, body.name, parameters)
    return _configuration_response(saved)


@router.get("")
def list_configurations(
    call: ApiCall,
    params: PageQuery,
    product_type: Annotated[list[Text] | None, Query()] = None,
    name: Text | None = None,
    latest_only: Annotated[  # noqa: ARG001  # part of the contract
        bool, Query(description="Has no effect: the names of configurations are unique.")
    ] = False,
) -> ListResponse[SavedConfigurationResponse]:
    """List the project's configurations, newest first."""
    wanted = ConfigurationFilter(name, None if product_type is None else tuple(product_type))
    return call.page(
        f"configurations {wanted}",
        lambda session, scope, page: service.find_page(session, scope, wanted, page),
        _configuration_response,
        params,
    )


@router.get("/{configuration_id}")
def get_configuration(
    call: ApiCall, configuration_id: ConfigurationId
) -> SavedConfigurationResponse:
    """Return a configuration."""
    with call.read() as session:
        return _configuration_response(service.get(session, call.scope, configuration_id))


@router.get("/{configuration_id}/versions")
def list_configuration_versions(
    call: ApiCall, configuration_id: ConfigurationId
) -> ListResponse[ConfigurationVersionResponse]:
    """List the states of a configuration, newest first: the present one, and up to 50 before it.

    A change of the name alone makes no version. To go back, PUT the parameters of an earlier one.
    An extension of this server.
    """
    with call.read() as session:
        versions = service.find_versions(session, call.scope, configuration_id)
    return ListResponse(items=[_version_response(version) for version in versions])


@router.put("/{configuration_id}")
def update_configuration(
    call: ApiCall, configuration_id: ConfigurationId, body: ConfigurationChangeRequest
) -> SavedConfigurationResponse:
    """Change a configuration for later jobs. 409 if another configuration has the name."""
    parameters = None if body.parameters is None else _to_parameters(call, body.parameters)
    with call.write() as session:
        configuration = service.update(
            session, call.scope, configuration_id, name=body.name, parameters=parameters
        )
        return _configuration_response(configuration)


@router.delete("/{configuration_id}", status_code=204)
def delete_configuration(call: ApiCall, configuration_id: ConfigurationId) -> Response:
    """Delete a configuration; jobs that were created from it stay as they are."""
    with call.write() as session:
        service.remove(session, call.scope, configuration_id)
    return Response(status_code=204)


def _to_parameters(call: Call, parameters: ParametersRequest) -> dict[str, Any]:
    check_rule_count(call.services.settings, parameters.rules, ("body", "parameters"))
    examples = [example for rule in parameters.rules for example in rule.examples or ()]
    file_ids = [example.file_id for example in examples if example.file_id is not None]
    if file_ids:
        with call.read() as session:
            files.find_names(session, call.scope, file_ids)  # raises NotFound
    return parameters.to_parameters()


def _configuration_response(configuration: Configuration) -> SavedConfigurationResponse:
    return SavedConfigurationResponse(
        id=format_configuration_id(configuration.id),
        name=configuration.name,
        product_type=service.CLASSIFY,
        version=configuration.updated_at.isoformat(),
        parameters=ParametersResponse(product_type=service.CLASSIFY, **configuration.parameters),
        created_at=configuration.created_at,
        updated_at=configuration.updated_at,
    )


def _version_response(
    version: Configuration | ConfigurationVersion,
) -> ConfigurationVersionResponse:
    began = version.updated_at if isinstance(version, Configuration) else version.created_at
    return ConfigurationVersionResponse(
        version=began.isoformat(),
        name=version.name,
        parameters=ParametersResponse(product_type=service.CLASSIFY, **version.parameters),
        created_at=began,
    )
