"""What the routes work with, and who calls them."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request

from app.broker import Notifier
from app.db import Database
from app.errors import NotFound
from app.files.blobs.protocol import BlobStore
from app.projects.scope import Principal, Scope, resolve_scope
from app.secrets import Secrets
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that the command built and passed in."""

    settings: Settings
    database: Database
    blobs: BlobStore
    secrets: Secrets
    notifier: Notifier


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the API: the services, the key's owner, and the project it names."""

    services: Services
    principal: Principal
    project_id: UUID | None

    def scope(self) -> Scope:
        """Return what the request may touch; raises NotFound for a project out of reach."""
        return resolve_scope(
            self.services.database,
            self.principal,
            self.project_id,
            adopt=self.services.settings.is_embedded,
        )


async def get_call(
    request: Request,
    project_id: Annotated[UUID | None, Query(description="Default: the key's project.")] = None,
    organization_id: Annotated[UUID | None, Query(description="Default: the key's.")] = None,
) -> Call:
    """Return the call; a coroutine, because FastAPI would give a function a thread of its own."""
    services: Services = request.app.state.services
    principal: Principal = request.state.principal
    if (
        organization_id is not None
        and organization_id != principal.organization_id
        # Code written for the hosted API carries its organization's id: on a server of one
        # organization it can only mean that one.
        and not services.settings.is_embedded
    ):
        raise NotFound(
            f"Organization {organization_id} does not exist, or this API key may not use it."
        )
    return Call(services, principal, project_id)


ApiCall = Annotated[Call, Depends(get_call)]
