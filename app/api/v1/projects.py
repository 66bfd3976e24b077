"""Projects and organizations, as far as clients look them up."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import Select, select

from app.api.dependencies import ApiCall, Call
from app.api.wire.text import Text
from app.errors import NotFound
from app.projects.models import Organization, Project

router = APIRouter(prefix="/api/v1", tags=["projects"])


class ProjectResponse(BaseModel):
    id: UUID
    name: str
    organization_id: UUID
    is_default: bool
    created_at: datetime
    updated_at: datetime


class OrganizationResponse(BaseModel):
    id: UUID
    name: str


@router.get("/projects")
def list_projects(call: ApiCall, project_name: Text | None = None) -> list[ProjectResponse]:
    """List the projects that the key may use."""
    query = _reachable(call)
    if project_name is not None:
        query = query.where(Project.name == project_name)
    with call.services.database.read() as session:
        projects = session.scalars(query.order_by(Project.created_at)).all()
    return [_render(project) for project in projects]


@router.get("/projects/{wanted_id}")
def get_project(call: ApiCall, wanted_id: UUID) -> ProjectResponse:
    """Return a project."""
    with call.services.database.read() as session:
        project = session.scalars(_reachable(call).where(Project.id == wanted_id)).one_or_none()
    if project is None:
        raise NotFound(f"Project {wanted_id} does not exist, or this API key may not use it.")
    return _render(project)


@router.get("/organizations")
def list_organizations(call: ApiCall) -> list[OrganizationResponse]:
    """List the key's organization."""
    call.scope()  # refuses a `project_id` out of reach, as everywhere
    with call.services.database.read() as session:
        organization = session.get_one(Organization, call.principal.organization_id)
    return [OrganizationResponse(id=organization.id, name=organization.name)]


def _reachable(call: Call) -> Select[Any]:
    call.scope()  # refuses a `project_id` out of reach, as everywhere
    principal = call.principal
    if principal.organization_wide:
        return select(Project).where(Project.organization_id == principal.organization_id)
    return select(Project).where(Project.id == principal.project_id)


def _render(project: Project) -> ProjectResponse:
    return ProjectResponse(
        id=project.id,
        name=project.name,
        organization_id=project.organization_id,
        is_default=project.is_default,
        created_at=project.created_at,
        updated_at=project.created_at,
    )
