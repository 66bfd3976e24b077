"""Routes of web pages, which have no part in the description of the API."""

from starlette.routing import Match, Route
from starlette.types import Scope


class PageRoute(Route):
    """A route whose template is in the log and in the metrics, as those of the API are."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Return how well a request fits, and what the route knows about it."""
        match, child_scope = super().matches(scope)
        return match, {**child_scope, "route": self}
