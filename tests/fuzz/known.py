"""Ids of objects on the fuzzed server; puts them into generated requests.

Every route answers generated ids with 404, so only real ids reach the code behind. This module
does not use schemathesis; `tests.fuzz.hooks` does.
"""

import random
import re
import threading
from collections.abc import Mapping, MutableMapping
from typing import Any

Pools = dict[str, list[str]]

# The kind of id that each parameter or field takes.
KINDS = {
    "file_id": "file",
    "file_ids": "file",
    "file_input": "file",
    "classify_job_id": "job",
    "job_id": "v2 job",
    "job_ids": "v2 job",
    "configuration_id": "configuration",
    "webhook_id": "webhook",
    "webhook_configuration_ids": "webhook",
    "wanted_id": "project",
    "project_id": "project",
    "organization_id": "organization",
}
# Operations whose response has a new `id`, and the kind of that id.
MAKERS = {
    "POST /api/v1/files": "file",
    "POST /api/v1/beta/files": "file",
    "POST /api/v1/classifier/jobs": "job",
    "POST /api/v2/classify": "v2 job",
    "POST /api/v1/beta/configurations": "configuration",
    "POST /api/v1/beta/webhook-configs": "webhook",
}
# So many ids of each kind are never deleted, so that later requests find objects.
FLOOR = 8
MAX_POOL = 500

RULES = [
    {"type": "recipe", "description": "A recipe with ingredients and steps of cooking"},
    {"type": "timetable", "description": "Times of departure of ferries, trains or buses"},
]
PARAMETERS = {"product_type": "classify_v2", "rules": RULES}
# Valid bodies, once ids replace None.
BODIES: dict[str, Any] = {
    "POST /api/v1/classifier/jobs": {"file_ids": [None], "rules": RULES},
    "POST /api/v2/classify": {"file_input": None, "configuration_id": None},
    "POST /api/v1/beta/configurations": {"name": "fuzz", "parameters": PARAMETERS},
    "PUT /api/v1/beta/configurations/{configuration_id}": {"parameters": PARAMETERS},
    "POST /api/v1/beta/webhook-configs": {"webhook_url": "http://hook.invalid/"},
    "PUT /api/v1/beta/webhook-configs/{webhook_id}": {"webhook_events": ["classify.success"]},
    "PUT /api/v1/classifier/jobs/{classify_job_id}/results/{item_id}/label": {"type": "invoice"},
    "POST /api/v1/beta/files/query": {"filter": {"file_ids": [None]}},
}
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
LINK = re.compile(
    r"/(upload|download)/([^?]+)\?expires=(\d+)&(?:key=[0-9a-f-]+&)?signature=([^&]+)$"
)


class Known:
    """Ids, presigned links and page tokens by kind. Thread-safe."""

    def __init__(self, pools: Pools, seed: int) -> None:
        self._pools = {kind: list(values) for kind, values in pools.items()}
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    def chance(self, probability: float) -> bool:
        with self._lock:
            return self._random.random() < probability

    def pick(self, kind: str, *, floor: int = 0) -> str | None:
        """Return one of a kind, or None if there are at most `floor`."""
        with self._lock:
            pool = self._pools.get(kind, [])
            return self._random.choice(pool) if len(pool) > floor else None

    def learn(self, operation: str, answer: Any) -> None:
        """Add the ids, links and tokens of a successful response."""
        if not isinstance(answer, dict):
            return
        if operation in MAKERS and isinstance(answer.get("id"), str):
            self._add(MAKERS[operation], answer["id"])
        if isinstance(answer.get("url"), str) and (link := LINK.search(answer["url"])):
            self._add(link[1], link[0])
        if isinstance(answer.get("next_page_token"), str):
            self._add(f"page of {operation}", answer["next_page_token"])

    def forget(self, path: Mapping[str, Any]) -> None:
        """Remove everything with one of these ids after a successful DELETE."""
        gone = {found[0].lower() for value in path.values() if (found := UUID.search(str(value)))}
        with self._lock:
            for kind, values in self._pools.items():
                self._pools[kind] = [
                    value for value in values if not gone & set(UUID.findall(value.lower()))
                ]

    def put_into_path(self, operation: str, path: MutableMapping[str, Any]) -> str | None:
        """Put real ids into the path; return the query that a presigned link has, if it is one."""
        deletes = operation.startswith("DELETE ")
        if not path or not self.chance(0.3 if deletes else 0.85):
            return None
        for kind in ("upload", "download"):
            if f" /{kind}/" in operation and (link := self.pick(kind)):
                path["file_id"], _, query = link.removeprefix(f"/{kind}/").partition("?")
                return query
        if "delivery_id" in path and (pair := self.pick("delivery")):
            path["classify_job_id"], _, path["delivery_id"] = pair.partition("/")
            return None
        if "item_id" in path and (pair := self.pick("result")):
            path["classify_job_id"], _, path["item_id"] = pair.partition("/")
            return None
        for name in path:
            real = self.pick(KINDS.get(name, ""), floor=FLOOR if deletes else 0)
            path[name] = real or path[name]
        return None

    def put_into_query(self, operation: str, query: MutableMapping[str, Any]) -> None:
        """Put real ids and page tokens into the query; leave out the tenant mostly.

        Nearly every generated tenant gets the same 404 before the rest of the request is read.
        """
        for name in ("project_id", "organization_id"):
            if name in query and self.chance(0.7):
                del query[name]
        if "page_token" in query:
            token = self.pick(f"page of {operation}")
            if token and self.chance(0.5):
                query["page_token"] = token
            elif self.chance(0.7):
                del query["page_token"]
        for name in query:
            if self.chance(0.6):
                query[name] = self._real(name, query[name])

    def body(self, operation: str, made_up: Any) -> Any:
        """Return the body to send: a valid one, or the generated one with real ids."""
        if operation in BODIES and self.chance(0.3):
            return self.right_body(operation)
        return self._filled(made_up, 0.6)

    def right_body(self, operation: str) -> Any:
        """Return a valid body of the operation, with real ids."""
        return self._filled(BODIES[operation], 1.0)

    def _filled(self, value: Any, probability: float) -> Any:
        if isinstance(value, list):
            return [self._filled(one, probability) for one in value]
        if not isinstance(value, dict):
            return value
        return {
            name: self._real(name, inner)
            if name in KINDS and self.chance(probability)
            else self._filled(inner, probability)
            for name, inner in value.items()
        }

    def _real(self, name: str, made_up: Any) -> Any:
        real = self.pick(KINDS.get(name, "")) if isinstance(name, str) else None
        if real is None:
            return made_up
        return [real] if isinstance(made_up, list) else real

    def _add(self, kind: str, value: str) -> None:
        with self._lock:
            pool = self._pools.setdefault(kind, [])
            if value not in pool:
                pool.append(value)
                # The oldest are the likeliest to be deleted.
                del pool[:-MAX_POOL]
