"""The addresses of the console. Plain Starlette routes: they have no part in the API's document."""

from collections.abc import Callable
from urllib.parse import quote

from anyio import to_thread
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from app.api.page_route import PageRoute
from app.console.mode import HOME
from app.console.pages import (
    compare,
    files,
    jobs,
    keys,
    learning,
    missing,
    results,
    rules,
    signing_in,
    status,
    try_out,
)
from app.console.rendering import assets
from app.console.visits import Endpoint, Visit, any_page, open_page, page
from app.limits.buckets import LocalBuckets

MEDIA_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"


def install(app: FastAPI) -> None:
    """Add the pages of the console, and send visitors of / there."""
    # For this process alone: keys have 256 random bits, so the limit only saves queries.
    app.state.sign_in_attempts = LocalBuckets()
    app.router.routes.extend(
        [
            PageRoute("/", _go_home, methods=["GET"]),
            _open("/sign-in", open_page(signing_in.show_sign_in)),
            _post("/sign-in", open_page(signing_in.sign_in)),
            _post("/language", open_page(signing_in.choose_language)),
            _post("/sign-out", page(signing_in.sign_out, for_all=True)),
            _post("/project", page(signing_in.choose_project)),
            _get("", try_out.show_try),
            _get("/jobs", jobs.list_jobs),
            _get("/jobs/{job_id}", jobs.show_job),
            _get("/jobs/{job_id}/rows", jobs.show_rows),
            _get("/jobs/{job_id}/plots", jobs.show_plots),
            _get("/jobs/{job_id}/webhooks", jobs.show_webhooks),
            _get("/jobs/{job_id}/results.csv", jobs.download_csv),
            _get("/jobs/{job_id}/results.json", jobs.download_json),
            _get("/jobs/{job_id}/results/{item_id}", results.show_result),
            _get("/files/{file_id}", files.download_file),
            _get("/rules", rules.list_rules),
            _get("/rules/new", rules.new_rules),
            _post("/rules/import", page(rules.import_rules)),
            _get("/rules/{rules_id}", rules.edit_rules),
            _get("/rules/{rules_id}/rules.yaml", rules.download_yaml),
            _get("/compare", compare.show_compare),
            _get("/triage", learning.show_triage),
            _get("/triage/next", learning.go_to_next),
            _get("/labels.csv", learning.download_labels),
            _get("/quality", learning.show_quality),
            _open("/status", page(status.show_status, for_all=True)),
            _open("/keys", page(keys.show_keys, for_admins=True)),
            PageRoute(f"{HOME}/static/{{version}}/{{name}}", _send_asset, methods=["GET"]),
            # The last: anything else.
            _open("/{path:path}", any_page(missing.show_missing)),
        ]
    )


def _get(path: str, handler: Callable[[Visit], Response]) -> Route:
    return _open(path, page(handler))


def _open(path: str, endpoint: Endpoint) -> Route:
    return PageRoute(HOME + path, endpoint, methods=["GET"])


def _post(path: str, endpoint: Endpoint) -> Route:
    return PageRoute(HOME + path, endpoint, methods=["POST"])


async def _go_home(request: Request) -> Response:
    return RedirectResponse(quote(request.scope.get("root_path", "")) + HOME, 307)


async def _send_asset(request: Request) -> Response:
    name = request.path_params["name"]
    # Read from the disk at the first visit.
    content = (await to_thread.run_sync(assets)).get(name)
    if content is None:
        return Response(status_code=404)
    media_type = MEDIA_TYPES[name.rpartition(".")[2]]
    return Response(content, media_type=media_type, headers={"Cache-Control": FOREVER})
