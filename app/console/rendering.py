"""From templates to pages. Jinja2 is imported at the first visit: until then it takes no memory."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache, partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse

from app.console.reasoning_texts import failure_advice, failure_sentence, translate_line
from app.console.texts import Language, codes, load
from app.web.assets import read_assets

if TYPE_CHECKING:
    from jinja2 import Environment

# Pictures of pages are fetched by scripts, which show them as blobs.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def render(
    template: str, language: Language, base: str, values: Mapping[str, Any], status: int = 200
) -> HTMLResponse:
    """Return a page. `base` is the path of the console, with the path prefix of the server."""
    html = (
        _environment()
        .get_template(template)
        .render(
            language=language,
            t=language.text,
            number=language.number,
            percent=language.percent,
            translate_line=partial(translate_line, language=language),
            failure_sentence=partial(failure_sentence, language=language),
            failure_advice=partial(failure_advice, language=language),
            size=language.size,
            base=base,
            root=base.removesuffix("/console"),
            assets=f"{base}/static/{assets_version()}",
            languages=[load(code) for code in codes()],
            version=version("pigeonhole-server"),
            **values,
        )
    )
    headers = {
        "Content-Security-Policy": POLICY,
        # With no-referrer, forms would be sent with `Origin: null`.
        "Referrer-Policy": "same-origin",
    }
    return HTMLResponse(html, status, headers)


@cache
def assets() -> Mapping[str, bytes]:
    """Return the scripts, styles and pictures of the console by name."""
    return read_assets("app.console")


@cache
def assets_version() -> str:
    """Return what changes with any asset: browsers keep assets until it changes."""
    digest = hashlib.sha256()
    for name, content in sorted(assets().items()):
        digest.update(name.encode() + content)
    return digest.hexdigest()[:12]


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415  # see above

    environment = Environment(
        loader=PackageLoader("app.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = _moment
    environment.filters["exact_moment"] = _exact_moment
    environment.filters["json"] = _json
    return environment


def _moment(value: datetime) -> str:
    """Return a moment in UTC; scripts show it in the visitor's zone and language."""
    return value.strftime("%Y-%m-%d %H:%M UTC")


def _exact_moment(value: datetime) -> str:
    """Return a moment with its seconds, which tells apart what one chooses from."""
    return value.strftime("%Y-%m-%d %H:%M:%S UTC")


def _json(value: object) -> str:
    """Return JSON for a `data-` attribute, which Jinja2 escapes."""
    return json.dumps(value, ensure_ascii=False, default=str)
