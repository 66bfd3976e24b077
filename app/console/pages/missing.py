"""The answer to an address that the console does not have."""

from starlette.responses import Response

from app.console.visits import Visitor
from app.errors import NotFound


def show_missing(visitor: Visitor) -> Response:
    """Say that nothing is here, with the navigation if the visitor is signed in."""
    raise NotFound(visitor.language.text("error.no_page"))
