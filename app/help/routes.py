"""The addresses below /help. No key is needed: the pages are the same for everyone."""

from functools import cache
from urllib.parse import quote

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.api.page_route import PageRoute
from app.errors import NotFound
from app.help import rendering
from app.help.pages import INDEX, load_site
from app.help.search import MAX_QUERY, Index
from app.web.assets import read_assets

HOME = "/help"
MEDIA_TYPES = {
    "css": "text/css",
    "json": "application/json",
    "png": "image/png",
    "svg": "image/svg+xml",
}
NO_PAGE = "There is no such page. /help lists all pages."


def install(app: FastAPI) -> None:
    """Add the pages. Endpoints are plain functions, which Starlette runs in threads."""
    app.router.routes.extend(
        [
            PageRoute(HOME, _go_to_index, methods=["GET"]),
            PageRoute(f"{HOME}/search", _show_search, methods=["GET"]),
            PageRoute(f"{HOME}/{{address:path}}", _show, methods=["GET"]),
        ]
    )


@cache
def static_files() -> dict[str, bytes]:
    """Return the styles and the icon of the pages by name."""
    return read_assets("app.help")


def _go_to_index(request: Request) -> Response:
    # With a name, so that relative links work: a slash at the end of a path is ignored.
    return RedirectResponse(f"{quote(_server(request))}{HOME}/{INDEX}", 307)


def _show(request: Request) -> Response:
    address: str = request.path_params["address"]
    site = load_site()
    if address in site.pages:
        page = site.pages[address]
        return _html(rendering.render_page(site, page, _article(address), server=_server(request)))
    media_type = MEDIA_TYPES.get(address.rpartition(".")[2], "")
    if address in site.files:
        return Response(site.files[address].read_bytes(), media_type=media_type)
    if address in static_files():
        return Response(static_files()[address], media_type=media_type)
    raise NotFound(NO_PAGE)


def _show_search(request: Request) -> Response:
    site = load_site()
    if INDEX not in site.pages:
        raise NotFound(NO_PAGE)
    query = request.query_params.get("q", "")[:MAX_QUERY]
    page = rendering.render_template(
        "search.html",
        site,
        site.pages[INDEX],
        found=_index().search(query),
        server=_server(request),
        query=query,
    )
    return _html(page)


def _server(request: Request) -> str:
    prefix: str = request.scope.get("root_path", "")
    return prefix


def _html(page: str) -> Response:
    return HTMLResponse(page, headers={"Content-Security-Policy": rendering.POLICY})


@cache
def _article(address: str) -> rendering.Article:
    site = load_site()
    return rendering.render_article(site, site.pages[address])


@cache
def _index() -> Index:
    return Index(load_site())
