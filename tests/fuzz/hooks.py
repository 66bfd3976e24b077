"""Schemathesis hooks: put real ids into requests and write a line for each response.

Schemathesis imports this module in its own environment; SCHEMATHESIS_HOOKS names it.
`PIGEONHOLE_FUZZ` names the file that `tests.fuzz.run` writes for it.
"""

import json
import os
import threading
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import requests
import schemathesis

from tests.fuzz.known import Known

PLAN = json.loads(Path(os.environ["PIGEONHOLE_FUZZ"]).read_text())
KNOWN = Known(PLAN["pools"], PLAN["seed"])
KEYS: dict[str, str] = PLAN["keys"]
TALLY = Path(PLAN["tally"])
TALLY_LOCK = threading.Lock()

# Presigned links are not in the published API, but any client can send requests to them.
QUERY = [
    {"name": "expires", "in": "query", "required": True, "schema": {"type": "integer"}},
    {"name": "signature", "in": "query", "required": True, "schema": {"type": "string"}},
]
FILE_ID = {
    "name": "file_id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "format": "uuid"},
}
REFUSAL = {
    "description": "Refused",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}
INVALID = {
    "description": "Not as described",
    "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/HTTPValidationError"}}
    },
}
BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
LINKS: dict[str, Any] = {
    "/upload/{file_id}": {
        "put": {
            "parameters": [FILE_ID, *QUERY],
            "requestBody": {"content": BYTES},
            "responses": {"204": {"description": "Taken"}, "422": INVALID, "4XX": REFUSAL},
        }
    },
    "/download/{file_id}": {
        "get": {
            "parameters": [FILE_ID, *QUERY],
            "responses": {"200": {"description": "The bytes"}, "422": INVALID, "4XX": REFUSAL},
        }
    },
}


# Its generated bodies are hardly ever tables.
IMPORT = "POST /api/v1/classifier/labels/import"
# Jobs of small files have ended before this operation runs; the answer would be 409.
CANCEL = "POST /api/v2/classify/{job_id}/cancel"


@schemathesis.hook
def before_load_schema(_context: Any, raw_schema: dict[str, Any]) -> None:
    raw_schema["paths"].update(LINKS)


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: dict[str, Any]) -> None:
    operation = case.operation.label
    # Ids do not fit into parameters that have the wrong shape on purpose.
    if isinstance(case.path_parameters, dict):
        query = KNOWN.put_into_path(operation, case.path_parameters)
        if query is not None:
            case.query = dict(parse_qsl(query))
        if operation == CANCEL and KNOWN.chance(0.4):
            put_fresh_job(case.path_parameters)
    if isinstance(case.query, dict):
        KNOWN.put_into_query(operation, case.query)
    if isinstance(case.body, dict | list):
        case.body = KNOWN.body(operation, case.body)
    elif operation == IMPORT and KNOWN.chance(0.5):
        case.body = f"file_id,type\n{KNOWN.pick('file')},invoice\n"
    choose_key(operation, case.headers)


def choose_key(operation: str, headers: Any) -> None:
    """Return mostly a permitted key, at times another tenant's, a wrong one, or the generated."""
    right = "admin" if "/admin/" in operation else "tenant"
    if KNOWN.chance(0.9):
        headers["Authorization"] = f"Bearer {KEYS[right]}"
    elif KNOWN.chance(0.7):
        other = KNOWN.pick("key")
        headers["Authorization"] = f"Bearer {other}"


def put_fresh_job(path: dict[str, Any]) -> None:
    """Put a new job into the path, because only an open job can be cancelled."""
    body = KNOWN.right_body("POST /api/v2/classify")
    made = requests.post(
        f"{PLAN['base_url']}/api/v2/classify",
        json=body,
        headers={"Authorization": f"Bearer {KEYS['tenant']}"},
        timeout=60,
    )
    # Another worker may have deleted the object meanwhile.
    if made.ok:
        path["job_id"] = made.json()["id"]


@schemathesis.serializer("text/csv")
def encode_table(_context: Any, value: Any) -> bytes:
    return str(value).encode(errors="replace")


@schemathesis.hook
def after_call(_context: Any, case: Any, response: Any) -> None:
    operation = case.operation.label
    with TALLY_LOCK, TALLY.open("a") as lines:
        lines.write(f"{response.status_code} {operation}\n")
    if not 200 <= response.status_code < 300:
        return
    # A label is deleted by the ids of its job and its result, which stay.
    if case.operation.method.upper() == "DELETE" and not operation.endswith("/label"):
        KNOWN.forget(case.path_parameters)
    elif response.headers.get("content-type", [""])[0].startswith("application/json"):
        KNOWN.learn(operation, response.json())
