"""The projects and the organization of an API key."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from app.api.dependencies import ApiCall
from app.api.router import Router
from app.api.wire.text import Text
from app.projects import scope, service
from app.projects.models import Project

router = Router(prefix="/api/v1", tags=["projects"])


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
    """List the projects that the API key may use."""
    with call.read() as session:
        projects = scope.find_projects(session, call.scope.principal, project_name)
    return [project_response(project) for project in projects]


@router.get("/projects/{wanted_id}")
def get_project(call: ApiCall, wanted_id: UUID) -> ProjectResponse:
    """Return a project."""
    with call.read() as session:
        return project_response(scope.get_project(session, call.scope.principal, wanted_id))


@router.get("/organizations")
def list_organizations(call: ApiCall) -> list[OrganizationResponse]:
    """List the API key's organization."""
    with call.read() as session:
        organization = service.get_organization(session, call.scope.principal.organization_id)
    return [OrganizationResponse(id=organization.id, name=organization.name)]


def project_response(project: Project) -> ProjectResponse:
    """Return the wire form of a project."""
    return ProjectResponse(
        id=project.id,
        name=project.name,
        organization_id=project.organization_id,
        is_default=project.is_default,
        created_at=project.created_at,
        updated_at=project.created_at,
    )
