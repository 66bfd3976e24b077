"""The bytes of an uploaded file, as an attachment."""

from starlette.responses import RedirectResponse, Response

from app.api.links import presign
from app.console.visits import Visit
from app.files import service

LINK_SECONDS = 60


def download_file(visit: Visit) -> Response:
    """Send the browser to a presigned link, which sends the file as an attachment."""
    with visit.call.read() as session:
        file = service.get(session, visit.call.scope, visit.id("file_id"))
    url, _ = presign(visit.request, visit.call, file, LINK_SECONDS)
    return RedirectResponse(url, 303)
