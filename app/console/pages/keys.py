"""Keys and projects, for administrators."""

from starlette.responses import Response

from app.console.visits import Visit
from app.db import now
from app.projects.keys import list_keys


def show_keys(visit: Visit) -> Response:
    """Show the keys and the projects of the organization."""
    organization_id = visit.session.principal.organization_id
    with visit.call.read() as session:
        keys = list_keys(session, organization_id)
    return visit.render("keys.html", section="keys", keys=keys, moment=now())
