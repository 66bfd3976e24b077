"""Two tenants: each endpoint with each id of the other answers 404, and changes nothing.

What to try comes from the application's own routes and OpenAPI. An id that this module does not
know fails it: say here what it names, or that it is the client's own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.models import Base
from devtools.tenant_data import TenantData
from tests.integration.application import FILES, JOBS, RULES, Api, create_job, upload

V2_JOBS = "/api/v2/classify"
LABELS_IMPORT = "/api/v1/classifier/labels/import"
CONFIGURATIONS = "/api/v1/beta/configurations"
WEBHOOKS = "/api/v1/beta/webhook-configs"
LINT = "/api/v1/classifier/rules/lint"
PARAMETERS = {"product_type": "classify_v2", "rules": RULES}
CONFIGURATION = {"rules": RULES}

# Names in requests that look like ids of the server's, and are the client's own.
CLIENTS_OWN = {"external_file_id", "transaction_id", "data_source_id"}
# Parameters of paths that name a place within something, and are no ids.
PLACES = {"page": ["0"]}
# Always refused.
REFUSED = {"parse_job_id"}
# Listings take these as filters: an unknown id gives an empty page.
FILTERS = {"file_ids", "job_ids", "configuration_id"}
# Here such a name is no filter: an unknown id is answered with 404.
WITHOUT_FILTERS = {"/api/v1/classifier/quality"}
# Written at each use of a key, refused or not.
IGNORED_COLUMNS = {("api_keys", "last_used_at")}


@dataclass
class Tenant:
    """A key, and ids by the name that the API's parameters have for them."""

    client: TestClient
    ids: dict[str, list[str]] = field(default_factory=dict)


def tenant_with_everything(api: Api, tenants: TenantData) -> Tenant:
    """Make one of each thing through the API; of jobs one that is open and one that has ended."""
    client = api.client(api.key(tenants.first))
    file_id = upload(client)
    webhook = {"webhook_url": "https://example.com/hook"}
    body = {"file_ids": [file_id], "rules": RULES, "webhook_configurations": [webhook]}
    ended = client.post(JOBS, json=body).json()["id"]
    assert client.post(f"{JOBS}/{ended}/cancel").json()["status"] == "CANCELLED"
    (delivery,) = client.get(f"{JOBS}/{ended}/webhooks").json()["items"]
    configuration = client.post(CONFIGURATIONS, json={"name": "ours", "parameters": PARAMETERS})
    single = {"file_input": file_id, "configuration": CONFIGURATION, "transaction_id": "once"}
    first = client.post(V2_JOBS, json=single).json()["id"]
    assert client.post(f"{V2_JOBS}/{first}/cancel").json()["status"] == "CANCELLED"
    second = client.post(V2_JOBS, json={**single, "transaction_id": "twice"}).json()["id"]
    project_id = str(tenants.first.project_id)
    ids = {
        "file_id": [file_id],
        "classify_job_id": [ended, create_job(client, file_id)],
        "item_id": [client.get(f"{JOBS}/{ended}/results").json()["items"][0]["id"]],
        "delivery_id": [delivery["id"]],
        "job_id": [first, second],
        "configuration_id": [configuration.json()["id"]],
        "webhook_id": [client.post(WEBHOOKS, json=webhook).json()["id"]],
        "project_id": [project_id],
        "wanted_id": [project_id],  # of a project in a path
        "organization_id": [str(tenants.first.principal.organization_id)],
    }
    ids |= {
        "file_ids": ids["file_id"],
        "job_ids": ids["job_id"],
        "file_input": ids["file_id"],
        "webhook_configuration_ids": ids["webhook_id"],
    }
    return Tenant(client, ids)


@pytest.fixture
def api(tenants: TenantData, tmp_path_factory: pytest.TempPathFactory) -> Api:
    # In production: an embedded server takes any id of an organization for its only one.
    return Api(tenants.database, tmp_path_factory.mktemp("data"), embedded=False)


@pytest.fixture
def owner(api: Api, tenants: TenantData) -> Tenant:
    return tenant_with_everything(api, tenants)


@pytest.fixture(params=["another organization", "another project"])
def other_tenant(
    request: pytest.FixtureRequest, api: Api, tenants: TenantData, owner: Tenant
) -> Tenant:
    del owner  # created first, so that it does not count as a change
    if request.param == "another organization":
        client = api.tenant(tenants, "There")
    else:
        client = api.client(api.key(tenants.project(tenants.first), organization_wide=False))
    return Tenant(client, {"file_id": [upload(client)]})


def operations(api: Api) -> list[tuple[str, str]]:
    """Return each method and path template that the running application routes.

    Without those that other modules try: the console, which needs a session, the help, which is
    for all, and endpoints for keys of another kind than any tenant's.
    """
    return [
        (method, route.path)
        for route in iter_route_contexts(api.app.routes)
        for method in sorted(getattr(route, "methods", None) or ())
        if method != "HEAD" and not route.path.startswith(ELSEWHERE)
    ]


_descriptions: dict[str, Any] = {}


def description_of(api: Api) -> Mapping[str, Any]:
    """Return the OpenAPI document, which is the same for each application of these tests."""
    if not _descriptions:  # building it takes longer than most of these tests
        _descriptions.update(api.app.openapi())
    return _descriptions


def described(api: Api) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in description_of(api)["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def parameters_of(template: str) -> list[str]:
    return [part.split("}")[0] for part in template.split("{")[1:]]


def spellings(owner: Tenant, names: list[str]) -> Iterator[dict[str, str]]:
    """Yield every choice of the owner's ids for these parameters; an unknown name fails."""
    known = {**owner.ids, **PLACES}
    for name in names:
        assert name in known, f"the tests do not know what the parameter {name} names"
    for chosen in product(*(known[name] for name in names)):
        yield dict(zip(names, chosen, strict=True))


ADMINISTRATION = "/api/v1/admin"
ELSEWHERE = ("/console", "/help", ADMINISTRATION)

# Valid bodies, so that only the foreign id is wrong.
BODIES: dict[tuple[str, str], Any] = {
    ("PUT", JOBS + "/{classify_job_id}/results/{item_id}/label"): {"type": "recipe"},
    ("PUT", V2_JOBS + "/{job_id}/label"): {"type": "recipe"},
    ("POST", "/api/v1/files/{file_id}/pages/{page}/marks"): {"quotes": ["invoice"]},
    ("PUT", CONFIGURATIONS + "/{configuration_id}"): {"name": "theirs", "parameters": PARAMETERS},
    ("PUT", WEBHOOKS + "/{webhook_id}"): {"webhook_url": "https://example.org/theirs"},
}


def contents(api: Api) -> dict[str, Any]:
    """Return every row of the database and every stored file."""
    rows: dict[str, Any] = {}
    with api.database.read() as session:
        for name, table in Base.metadata.tables.items():
            columns = [column for column in table.c if (name, column.name) not in IGNORED_COLUMNS]
            rows[name] = sorted(map(repr, session.execute(select(*columns))))
    blobs = api.folder / "blobs"
    return rows | {"blobs": sorted(str(path) for path in blobs.rglob("*") if path.is_file())}


def test_ids_in_paths(api: Api, owner: Tenant, other_tenant: Tenant) -> None:
    with_ids = [(method, path) for method, path in operations(api) if "{" in path]
    assert len(with_ids) >= 18
    before = contents(api)
    for method, template in with_ids:
        for chosen in spellings(owner, parameters_of(template)):
            answer = other_tenant.client.request(
                method,
                template.format(**chosen),
                json=BODIES.get((method, template)),
                # Of links, which are not under /api and need no key.
                params={"expires": 2**32, "signature": "x"},
            )
            assert answer.status_code == 404, f"{method} {template}: {answer.text}"
            assert isinstance(answer.json()["detail"], str)
    assert contents(api) == before


def test_the_owner_reads_what_other_tenants_do_not(api: Api, owner: Tenant) -> None:
    """Shows that the requests are valid, so that a 404 means a foreign id."""
    for method, template in operations(api):
        if method == "GET" and template.startswith("/api/") and "{" in template:
            chosen = next(spellings(owner, parameters_of(template)))
            # 202: the preview of a page is asked for.
            status = owner.client.get(template.format(**chosen)).status_code
            assert status in (200, 202), template


def test_ids_in_queries(api: Api, owner: Tenant, other_tenant: Tenant) -> None:
    own = bodies_of(other_tenant)

    def valid(method: str, path: str) -> Any:
        is_refused = path.startswith(ADMINISTRATION)  # before its body is read
        known = method == "GET" or (method, path) in own or is_refused
        assert known, f"no body known for {method} {path}"
        return own.get((method, path), {})

    before = contents(api)
    tried = set()
    for method, path, operation in described(api):
        if "{" in path or not path.startswith("/api/"):
            continue
        for name in _ids_in_query(operation):
            if name == "organization_id" and _is_own(other_tenant, owner):
                continue
            query = {name: owner.ids[name][0]}
            answer = other_tenant.client.request(method, path, params=query, **valid(method, path))
            tried.add(name)
            if name in FILTERS and path not in WITHOUT_FILTERS:
                assert (answer.status_code, answer.json()["items"]) == (200, []), f"{path} {name}"
            else:
                refused = 403 if path.startswith(ADMINISTRATION) else 404
                assert answer.status_code == refused, f"{method} {path} {name}: {answer.text}"
    assert tried >= {"project_id", *FILTERS}
    assert contents(api) == before


def _ids_in_query(operation: Mapping[str, Any]) -> list[str]:
    """Return the query parameters that hold ids; an unknown one fails."""
    names = [
        one["name"]
        for one in operation.get("parameters", ())
        if one["in"] == "query"
        and ("'format': 'uuid'" in str(one["schema"]) or _names_an_id(one["name"]))
        and one["name"] not in CLIENTS_OWN
    ]
    known = {"project_id", "organization_id", "job_id", *FILTERS}
    assert set(names) <= known, f"the tests do not know these parameters: {set(names) - known}"
    return names


def _names_an_id(name: str) -> bool:
    return name.endswith(("_id", "_ids", "_input"))


def _is_own(other_tenant: Tenant, owner: Tenant) -> bool:
    """Tell whether the other tenant is of the owner's organization."""
    organizations = [one["id"] for one in other_tenant.client.get("/api/v1/organizations").json()]
    return organizations == owner.ids["organization_id"]


def bodies_of(tenant: Tenant) -> dict[tuple[str, str], Any]:
    """Return what makes each request without an id in its path succeed for this tenant."""
    file_id = tenant.ids["file_id"][0]
    return {
        ("POST", JOBS): {"json": {"file_ids": [file_id], "rules": RULES}},
        ("POST", LABELS_IMPORT): {"content": f"file_id,type\n{file_id},recipe\n"},
        ("POST", V2_JOBS): {"json": {"file_input": file_id, "configuration": CONFIGURATION}},
        ("POST", FILES): {"files": {"file": ("a.txt", b"a")}},
        ("POST", "/api/v1/files"): {"files": {"upload_file": ("a.txt", b"a")}},
        ("PUT", "/api/v1/files"): {"json": {"name": "a.txt"}},
        ("POST", f"{FILES}/query"): {"json": {}},
        ("POST", CONFIGURATIONS): {"json": {"name": "theirs", "parameters": PARAMETERS}},
        ("POST", WEBHOOKS): {"json": {"webhook_url": "https://example.org/theirs"}},
        ("POST", LINT): {"json": {"rules": RULES}},
    }


def bodies_with_foreign_ids(owner: Tenant, other_tenant: Tenant) -> dict[tuple[str, str], Any]:
    """Return, for each request and property that names something, a body that fails by it only."""
    theirs, ours = owner.ids, other_tenant.ids["file_id"][0]
    job = {"file_input": ours, "configuration": CONFIGURATION}
    shown = [{**RULES[0], "examples": [{"file_id": theirs["file_id"][0]}]}]
    shown_parameters = {**PARAMETERS, "rules": shown}
    return {
        (JOBS, "file_ids"): {"file_ids": [ours, *theirs["file_id"]], "rules": RULES},
        (JOBS, "file_id"): {
            "file_ids": [ours],
            "rules": shown,
        },
        (V2_JOBS, "file_input"): {**job, "file_input": theirs["file_id"][0]},
        (V2_JOBS, "file_id"): {
            "file_id": f"dfl-{theirs['file_id'][0]}",
            "configuration": CONFIGURATION,
        },
        (V2_JOBS, "configuration_id"): {
            "file_input": ours,
            "configuration_id": theirs["configuration_id"][0],
        },
        (V2_JOBS, "webhook_configuration_ids"): {
            **job,
            "webhook_configuration_ids": theirs["webhook_id"],
        },
        (CONFIGURATIONS, "file_id"): {"name": "theirs", "parameters": shown_parameters},
        (f"{CONFIGURATIONS}/{{configuration_id}}", "file_id"): {"parameters": shown_parameters},
        (f"{FILES}/query", "project_id"): {"filter": {"project_id": theirs["project_id"][0]}},
    }


def test_ids_in_bodies(api: Api, owner: Tenant, other_tenant: Tenant) -> None:
    cases = bodies_with_foreign_ids(owner, other_tenant)
    own = {"name": "own", "parameters": PARAMETERS}
    own_id = other_tenant.client.post(CONFIGURATIONS, json=own).json()["id"]
    before = contents(api)
    for method, path, operation in described(api):
        if path.startswith(ADMINISTRATION):  # see tests/integration/app/console
            continue
        for name in _ids_in_body(api, operation):
            if (path, name) == (f"{FILES}/query", "file_ids"):
                answer = other_tenant.client.post(path, json={"filter": {name: owner.ids[name]}})
                assert (answer.status_code, answer.json()["items"]) == (200, [])
                continue
            if (path, name) == (LINT, "file_id"):
                continue  # the files of examples are not looked at
            assert (path, name) in cases, f"the tests do not know {name} in {method} {path}"
            target = path.format(configuration_id=own_id)
            answer = other_tenant.client.request(method, target, json=cases.pop((path, name)))
            assert answer.status_code == 404, f"{method} {path} {name}: {answer.text}"
    assert not cases
    assert contents(api) == before


def _ids_in_body(api: Api, operation: Mapping[str, Any]) -> set[str]:
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    found = {name for name in _properties(description_of(api), schema) if _names_an_id(name)}
    return found - CLIENTS_OWN - REFUSED


def _properties(document: Mapping[str, Any], schema: object) -> Iterator[str]:
    """Yield the name of every property of a schema and of the schemas that it refers to."""
    if isinstance(schema, list):
        for part in schema:
            yield from _properties(document, part)
    if not isinstance(schema, dict):
        return
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        yield from _properties(document, document["components"]["schemas"][name])
    yield from schema.get("properties", {})
    for part in (*schema.get("properties", {}).values(), schema.get("items")):
        yield from _properties(document, part)
    for key in ("anyOf", "allOf", "oneOf"):
        yield from _properties(document, schema.get(key))


def test_a_transaction_id_is_a_tenants_own(owner: Tenant, other_tenant: Tenant) -> None:
    file_id = other_tenant.ids["file_id"][0]
    body = {"file_input": file_id, "configuration": CONFIGURATION, "transaction_id": "once"}

    job = other_tenant.client.post(V2_JOBS, json=body).json()

    assert job["file_input"] == file_id
    assert job["id"] not in owner.ids["job_id"]


def test_lists_show_nothing_of_others(api: Api, owner: Tenant, other_tenant: Tenant) -> None:
    theirs = {UUID(value.removeprefix("cfg-")) for values in owner.ids.values() for value in values}
    if _is_own(other_tenant, owner):
        theirs -= {UUID(owner.ids["organization_id"][0])}
    lists = [
        path
        for method, path in operations(api)
        if method == "GET" and path.startswith("/api/") and "{" not in path
    ]
    assert len(lists) >= 7
    for path in lists:
        answer = other_tenant.client.get(path)
        assert answer.status_code == (403 if path == ADMINISTRATION else 200)
        assert not [one for one in theirs if str(one) in answer.text], path


def test_a_page_token_of_another_tenant(owner: Tenant, other_tenant: Tenant) -> None:
    upload(owner.client)
    page = owner.client.get(FILES, params={"page_size": 1}).json()

    answer = other_tenant.client.get(FILES, params={"page_token": page["next_page_token"]})

    assert answer.status_code == 400
