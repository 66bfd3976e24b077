"""The OpenAPI document, and the page /docs, which works offline: its files come from a package."""

from importlib.resources import files
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from app.api import documentation
from app.api.headers import page_policy

router = APIRouter()

ASSETS = "/docs/assets"
METHODS = ("get", "put", "post", "patch", "delete")

# Errors that every endpoint below /api can return.
ERRORS = {
    "400": "The body is not JSON, or the page_token belongs to another listing.",
    "401": "The API key is missing, unknown, revoked or expired; `detail` says which.",
    "403": "The endpoint needs an API key of the other kind: with or without administration.",
    "404": "An id or a path does not exist, or this API key has no access to it.",
    "408": "The body of the request did not arrive in time.",
    "409": "The current state does not allow it; `detail` says why. Do not retry.",
    "413": "The file or the body is larger than the limit of this server or project.",
    "429": "The API key has used up its rate; retry after the seconds of Retry-After.",
    "500": "An error of the server; `detail` has the id of the request.",
    "503": "The database or the store of uploaded files is unavailable; see Retry-After.",
    "507": "The disk of the server is full.",
}


@router.get("/docs", include_in_schema=False)
async def docs(request: Request) -> HTMLResponse:
    """Return the page of Swagger UI."""
    prefix = request.scope.get("root_path", "")
    page = get_swagger_ui_html(
        openapi_url=f"{prefix}/openapi.json",
        title=f"{request.app.title} API",
        swagger_js_url=f"{prefix}{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{prefix}{ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{prefix}{ASSETS}/favicon-32x32.png",
        # Sections are folded: the overview fits on a screen.
        swagger_ui_parameters={"docExpansion": "none", "defaultModelsExpandDepth": -1},
    )
    page.headers["Content-Security-Policy"] = page_policy(bytes(page.body).decode())
    return page


def install(app: FastAPI) -> None:
    """Serve the page, its assets and the OpenAPI document."""
    app.mount(ASSETS, StaticFiles(directory=str(files("fastapi_swagger.resources"))))
    app.include_router(router)

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = build_document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend it


def build_document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of an application."""
    document = get_openapi(
        title=app.title, version=app.version, summary=app.summary, routes=app.routes
    )
    components = document.setdefault("components", {})
    # FastAPI does not see the keys: a middleware checks them.
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
    documentation.arrange(document)
    return document


def _add_errors(operation: dict[str, Any]) -> None:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    responses = operation["responses"]
    for status, meaning in ERRORS.items():
        responses.setdefault(status, {"description": meaning, "content": content})
    operation["responses"] = dict(sorted(responses.items()))
