"""The description of the API that /openapi.json serves: with keys, and every error's shape."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

METHODS = ("get", "put", "post", "patch", "delete")

# Of every endpoint under /api: `project_id` may be out of reach, any body too large or too slow.
ERRORS = {
    "400": "A body that is no JSON, or a page_token of another listing.",
    "401": "No API key, or one that is worthless; the sentence tells which.",
    "403": "The API key is for administration, and this is not; or the other way round.",
    "404": "Something that is named does not exist, or this key may not see it.",
    "408": "The body did not arrive in time.",
    "409": "The state of things forbids it; the sentence tells why. Not to be repeated.",
    "413": "Larger than this server takes.",
    "429": "Too many requests, or a quota is used up: see Retry-After.",
    "500": "A fault of the server; the sentence has the request's id.",
    "503": "The database or the store of files cannot be reached just now: see Retry-After.",
    "507": "The server's disk is full.",
}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of an application."""
    document = get_openapi(
        title=app.title, version=app.version, summary=app.summary, routes=app.routes
    )
    components = document.setdefault("components", {})
    # The middleware checks keys, so FastAPI cannot know of them.
    components["securitySchemes"] = {"API key": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"API key": []}]
    components.setdefault("schemas", {})["Error"] = {
        "title": "Error",
        "type": "object",
        "properties": {"detail": {"type": "string", "title": "Detail"}},
        "required": ["detail"],
    }
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method not in operations:
                continue
            if path.startswith("/api/"):
                _add_errors(operations[method])
            else:
                operations[method]["security"] = []
    return document


def _add_errors(operation: dict[str, Any]) -> None:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    responses = operation["responses"]
    for status, meaning in ERRORS.items():
        responses.setdefault(status, {"description": meaning, "content": content})
    operation["responses"] = dict(sorted(responses.items()))
