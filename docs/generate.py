"""Write the pages of the reference that are made from the program: `make openapi`."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.api.dependencies import Services
from app.broker import LocalNotifier
from app.db import Database
from app.files.blobs.local import LocalBlobStore
from app.main import create_app
from app.secrets import Secrets
from app.settings import Settings
from docs import command_line

REFERENCE = Path(__file__).parent / "reference"
OPENAPI = REFERENCE / "openapi.json"
COVERAGE = REFERENCE / "coverage.md"

V1 = (
    "POST /api/v1/classifier/jobs",
    "GET /api/v1/classifier/jobs",
    "GET /api/v1/classifier/jobs/{classify_job_id}",
    "GET /api/v1/classifier/jobs/{classify_job_id}/results",
)
FIRST_FILES = (
    "POST /api/v1/files",
    "PUT /api/v1/files",
    "GET /api/v1/files/{file_id}",
    "GET /api/v1/files/{file_id}/content",
    "DELETE /api/v1/files/{file_id}",
)
BETA_FILES = (
    "POST /api/v1/beta/files",
    "GET /api/v1/beta/files",
    "GET /api/v1/beta/files/{file_id}/content",
    "POST /api/v1/beta/files/query",
    "DELETE /api/v1/beta/files/{file_id}",
)
RETRIEVE = ("GET /api/v1/beta/files/{file_id}",)
V2 = (
    "POST /api/v2/classify",
    "GET /api/v2/classify",
    "GET /api/v2/classify/{job_id}",
)
V2_CANCEL = ("POST /api/v2/classify/{job_id}/cancel",)
V2_DELETE = ("DELETE /api/v2/classify/{job_id}",)
CONFIGURATIONS = (
    "POST /api/v1/beta/configurations",
    "GET /api/v1/beta/configurations",
    "GET /api/v1/beta/configurations/{configuration_id}",
    "PUT /api/v1/beta/configurations/{configuration_id}",
    "DELETE /api/v1/beta/configurations/{configuration_id}",
)
WEBHOOKS = (
    "POST /api/v1/beta/webhook-configs",
    "GET /api/v1/beta/webhook-configs",
    "GET /api/v1/beta/webhook-configs/{webhook_id}",
    "PUT /api/v1/beta/webhook-configs/{webhook_id}",
    "DELETE /api/v1/beta/webhook-configs/{webhook_id}",
    "GET /api/v2/webhook-configs",
)
# Which calls each generation of the SDKs makes around the classifier.
SDKS: Mapping[str, tuple[str, ...]] = {
    "py services 0.6": (*V1, *FIRST_FILES),
    "npm services 0.5": (*V1, FIRST_FILES[0], FIRST_FILES[4]),
    "py 1.0": (*V1, *BETA_FILES),
    "py 1.6": (*V1, *BETA_FILES, *V2),
    "py 2.15": (*V1, *BETA_FILES, *RETRIEVE, *V2, *V2_CANCEL, *CONFIGURATIONS, *WEBHOOKS),
    "py 2.19": (*BETA_FILES, *RETRIEVE, *V2, *V2_CANCEL, *V2_DELETE, *CONFIGURATIONS, *WEBHOOKS),
    "npm 1.6": (*V1, *BETA_FILES),
    "npm 2.15": (*V1, *BETA_FILES, *RETRIEVE, *V2, *V2_CANCEL, *CONFIGURATIONS),
    "npm 2.16": (*BETA_FILES, *RETRIEVE, *V2, *V2_CANCEL, *CONFIGURATIONS),
}

HEAD = """\
# Which SDK calls what

Made by `make openapi` from the server's own description, [openapi.json](openapi.json).

A dot marks a call that this generation of the SDK makes to use the classifier. This server serves
all rows; those without a dot are extensions, or calls that no classifier client makes.
`py services` and `npm services` are llama-cloud-services with the generated client, `py` is
llama-cloud, `npm` is @llamaindex/llama-cloud.

"""


def openapi() -> dict[str, Any]:
    """Return the description that a server with default settings serves."""
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        secrets = Secrets("nothing is signed or encrypted with this")
        database = Database(f"sqlite:///{data_dir / 'pigeonhole.db'}")
        blobs = LocalBlobStore(data_dir / "blobs")
        services = Services(Settings(data_dir=data_dir), database, blobs, secrets, LocalNotifier())
        try:
            return create_app(services).openapi()
        finally:
            database.close()


def render_openapi(document: Mapping[str, Any]) -> str:
    """Return the text of openapi.json."""
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def calls(document: Mapping[str, Any]) -> list[str]:
    """Return each operation as `GET /path`, in the order of the paths."""
    return [
        f"{method.upper()} {path}"
        for path, operations in sorted(document["paths"].items())
        for method in sorted(operations)
    ]


def render_coverage(document: Mapping[str, Any]) -> str:
    """Return the text of coverage.md; raises ValueError when an SDK's call is not served."""
    served = calls(document)
    for sdk, made in SDKS.items():
        if missing := [call for call in made if call not in served]:
            raise ValueError(f"{sdk} makes calls that are not served: {missing}")
    lines = [
        f"| Call | {' | '.join(SDKS)} |",
        f"| --- |{' :-: |' * len(SDKS)}",
        *(
            f"| `{call}` | {' | '.join('●' if call in made else '' for made in SDKS.values())} |"
            for call in served
        ),
    ]
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    description = openapi()
    OPENAPI.write_text(render_openapi(description), encoding="utf-8")
    COVERAGE.write_text(render_coverage(description), encoding="utf-8")
    command_line.PAGE.write_text(command_line.render(), encoding="utf-8")
