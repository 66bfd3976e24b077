"""Saved configurations: save, find, list, update, delete."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.log import Action, record
from app.configurations.models import Configuration, ConfigurationVersion
from app.db import Database, now
from app.errors import Conflict, NotFound
from app.paging import Page, PageRequest, find_newest
from app.projects.scope import Scope

CLASSIFY: Final = "classify_v2"
# A configuration keeps so many versions; the oldest are deleted first.
MAX_VERSIONS = 50


@dataclass(frozen=True, slots=True)
class ConfigurationFilter:
    """Which configurations a listing returns; None selects all."""

    name: str | None = None
    product_types: tuple[str, ...] | None = None


def save(
    database: Database, scope: Scope, name: str, parameters: Mapping[str, Any]
) -> Configuration:
    """Create the project's configuration of this name, or replace its parameters."""
    try:
        return _save(database, scope, name, parameters)
    except IntegrityError:
        # A concurrent request has created it: replace its parameters.
        return _save(database, scope, name, parameters)


def _save(
    database: Database, scope: Scope, name: str, parameters: Mapping[str, Any]
) -> Configuration:
    with database.write() as session:
        configuration = session.scalars(
            select(Configuration).where(
                Configuration.project_id == scope.project_id,
                Configuration.product_type == CLASSIFY,
                Configuration.name == name,
            )
        ).one_or_none()
        if configuration is None:
            action = Action.CONFIGURATION_CREATED
            moment = now()
            configuration = Configuration(
                project_id=scope.project_id,
                product_type=CLASSIFY,
                name=name,
                created_at=moment,
                updated_at=moment,
            )
            session.add(configuration)
        else:
            action = Action.CONFIGURATION_CHANGED
            _keep_version(session, configuration, parameters)
            configuration.updated_at = now()
        configuration.parameters = dict(parameters)
        session.flush()
        _record(session, scope, action, configuration)
        return configuration


def get(session: Session, scope: Scope, configuration_id: UUID) -> Configuration:
    """Return a configuration; raises NotFound."""
    configuration = session.scalars(
        select(Configuration).where(
            Configuration.id == configuration_id, scope.covers(Configuration.project_id)
        )
    ).one_or_none()
    if configuration is None:
        raise NotFound(f"Configuration {configuration_id} does not exist.")
    return configuration


def find_page(
    session: Session, scope: Scope, requested: ConfigurationFilter, request: PageRequest
) -> Page[Configuration]:
    """Return a page of the project's configurations, newest first."""
    query = select(Configuration).where(Configuration.project_id == scope.project_id)
    if requested.name is not None:
        query = query.where(Configuration.name == requested.name)
    if requested.product_types is not None:
        query = query.where(Configuration.product_type.in_(requested.product_types))
    return find_newest(session, query, Configuration.created_at, Configuration.id, request)


def update(
    session: Session,
    scope: Scope,
    configuration_id: UUID,
    *,
    name: str | None,
    parameters: Mapping[str, Any] | None,
) -> Configuration:
    """Update what is not None; raises NotFound, or Conflict if the name is taken."""
    configuration = get(session, scope, configuration_id)
    if parameters is not None:
        _keep_version(session, configuration, parameters)
    if name is not None:
        configuration.name = name
    if parameters is not None:
        configuration.parameters = dict(parameters)
    configuration.updated_at = now()
    try:
        session.flush()
    except IntegrityError:
        raise Conflict(
            f"Another configuration has the name {name!r}. Choose another name."
        ) from None
    _record(session, scope, Action.CONFIGURATION_CHANGED, configuration)
    return configuration


def remove(session: Session, scope: Scope, configuration_id: UUID) -> None:
    """Delete a configuration, but not the jobs created from it. Raises NotFound."""
    configuration = get(session, scope, configuration_id)
    session.execute(delete(Configuration).where(Configuration.id == configuration.id))
    _record(session, scope, Action.CONFIGURATION_DELETED, configuration)


def find_versions(
    session: Session, scope: Scope, configuration_id: UUID
) -> list[Configuration | ConfigurationVersion]:
    """Return a configuration and its earlier states, newest first; raises NotFound."""
    configuration = get(session, scope, configuration_id)
    earlier = session.scalars(
        select(ConfigurationVersion)
        .where(ConfigurationVersion.configuration_id == configuration_id)
        .order_by(ConfigurationVersion.id.desc())
    )
    return [configuration, *earlier]


def _keep_version(
    session: Session, configuration: Configuration, parameters: Mapping[str, Any]
) -> None:
    """Store the state of a configuration that gets other parameters."""
    if configuration.parameters == dict(parameters):
        return
    session.add(
        ConfigurationVersion(
            configuration_id=configuration.id,
            name=configuration.name,
            parameters=configuration.parameters,
            created_at=configuration.updated_at,
        )
    )
    session.flush()
    surplus = (
        select(ConfigurationVersion.id)
        .where(ConfigurationVersion.configuration_id == configuration.id)
        .order_by(ConfigurationVersion.id.desc())
        .offset(MAX_VERSIONS)
    )
    old = session.scalars(surplus).all()
    if old:
        session.execute(delete(ConfigurationVersion).where(ConfigurationVersion.id.in_(old)))


def _record(session: Session, scope: Scope, action: Action, configuration: Configuration) -> None:
    record(
        session,
        action,
        actor=scope.principal.actor,
        project_id=configuration.project_id,
        subject=configuration.id,
    )
