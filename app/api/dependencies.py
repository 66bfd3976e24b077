"""What every route needs: the services of the server, and the project of the request."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Annotated, TypeVar
from uuid import UUID

from anyio import to_thread
from fastapi import Depends, Query, Request
from sqlalchemy.orm import Session

from app.api.wire.pagination import MAX_SIZE, ListResponse, PageParams, encode_token
from app.broker import Notifier
from app.db import Database
from app.errors import NotFound
from app.files.blobs.protocol import BlobStore
from app.limits.open_files import OpenFiles
from app.paging import Page, PageRequest
from app.projects.scope import Principal, Scope, resolve_scope
from app.secrets import Secrets
from app.settings import Settings

Row = TypeVar("Row")
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Services:
    """The parts that the command built for the server."""

    settings: Settings
    database: Database
    blobs: BlobStore
    secrets: Secrets
    notifier: Notifier
    open_files: OpenFiles = field(default_factory=OpenFiles)


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated request: the services, and the scope of the key and the project."""

    services: Services
    scope: Scope

    def read(self) -> AbstractContextManager[Session]:
        """Open a session for queries."""
        return self.services.database.read()

    def write(self) -> AbstractContextManager[Session]:
        """Open a session that is committed at the end of the block."""
        return self.services.database.write()

    def page(
        self,
        purpose: str,
        find: Callable[[Session, Scope, PageRequest], Page[Row]],
        to_response: Callable[[Row], Item],
        params: PageParams,
        max_size: int = MAX_SIZE,
    ) -> ListResponse[Item]:
        """Return the page of a listing that the client asks for.

        `purpose` names the listing and its filters; a page token is valid for the same purpose
        and project only.
        """
        secrets = self.services.secrets
        purpose = f"{purpose} {self.scope.project_id}"
        request = params.to_request(secrets, purpose, max_size)
        with self.read() as session:
            page = find(session, self.scope, request)
        return ListResponse(
            items=[to_response(row) for row in page.rows],
            next_page_token=encode_token(secrets, purpose, page.next_after),
            total_size=page.total,
        )

    def require_room(self, files: int) -> None:
        """Raise TooManyRequests if the project has no room for so many waiting files."""
        limit = self.services.settings.project_max_open_files
        self.services.open_files.check(self.services.database, self.scope.project_id, files, limit)

    def in_project(self, project_id: UUID) -> "Call":
        """Return the call for another project.

        Raises NotFound for a project that the key may not use. The embedded server creates a
        project that does not exist, as `resolve_scope` explains.
        """
        return replace(self, scope=_resolve(self.services, self.scope.principal, project_id))


def _resolve(services: Services, principal: Principal, project_id: UUID | None) -> Scope:
    return resolve_scope(
        services.database, principal, project_id, adopt=services.settings.is_embedded
    )


async def get_call(
    request: Request,
    project_id: Annotated[UUID | None, Query(description="Default: the key's project.")] = None,
    organization_id: Annotated[
        UUID | None, Query(description="Default: the key's organization.")
    ] = None,
) -> Call:
    """Return the call of a request; raises NotFound for a project that the key may not use.

    A coroutine, because FastAPI runs other dependencies in a thread: only a project that is not
    the key's own needs one, for the database.
    """
    services: Services = request.app.state.services
    principal: Principal = request.state.principal
    if (
        organization_id is not None
        and organization_id != principal.organization_id
        # Code written for the hosted API sends its organization's id there. The embedded server
        # has one organization and takes any id for it.
        and not services.settings.is_embedded
    ):
        raise NotFound(
            f"Organization {organization_id} does not exist, or this API key may not use it."
        )
    if project_id is None or project_id == principal.project_id:
        scope = _resolve(services, principal, project_id)
    else:
        scope = await to_thread.run_sync(_resolve, services, principal, project_id)
    return Call(services, scope)


ApiCall = Annotated[Call, Depends(get_call)]
