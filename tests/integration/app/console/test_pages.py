"""What pages show: strangers' texts as text, downloads as attachments, keys to administrators."""

import csv
import html
import io
import json
import re
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.console.rendering import POLICY
from app.db import Database
from app.jobs.models import Item, ItemStatus, Job, JobStatus, Result
from app.projects.models import ApiKey
from devtools.tenant_data import TenantData
from tests.integration.app.console.browser import Browser, is_signed_out
from tests.integration.application import FILES, JOBS, RULES, Api, upload

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}.pdf"
CONFIGURATIONS = "/api/v1/beta/configurations"
KEYS = "/api/v1/admin/keys"
PARAMETERS = {"product_type": "classify_v2", "rules": RULES}


@pytest.fixture
def finished_job(browser: Browser, database: Database) -> str:
    """A job of two files with hostile names and words: one has a verdict, one failed."""
    rules = [{"type": "invoice", "description": f"A bill {HOSTILE}"}]
    ids = [upload(browser_client(browser), HOSTILE), upload(browser_client(browser), "=1+1.pdf")]
    hook = {"webhook_url": "https://example.com/<script>"}
    body = {"file_ids": ids, "rules": rules, "webhook_configurations": [hook]}
    job_id = str(browser.call("POST", JOBS, json=body).json()["id"])
    items = browser.call("GET", f"{JOBS}/{job_id}/results").json()["items"]
    with database.write() as session:
        for position, item in enumerate(session.query(Item).order_by(Item.ordinal)):
            assert str(item.id) == items[position]["id"]
            item.status = ItemStatus.DONE
            if position == 0:
                session.add(
                    Result(
                        item_id=item.id,
                        type="invoice",
                        confidence=0.97,
                        reasoning=f"Very likely {HOSTILE}\n- because {HOSTILE}\nDetails:\n1. x",
                        candidates=[{"type": HOSTILE, "confidence": 0.5}],
                        evidence=[{"page": 0, "quote": HOSTILE}],
                    )
                )
            else:
                item.status = ItemStatus.FAILED
                item.error_code, item.error_message = "corrupt", HOSTILE
        session.execute(
            update(Job).values(status=JobStatus.SUCCESS, ended_count=2, error_message=HOSTILE)
        )
    return job_id


def browser_client(browser: Browser) -> object:
    """Let helpers that upload with a client use the session of a browser."""

    class Client:
        def post(self, path: str, **options: object) -> object:
            return browser.call("POST", path, **options)

    return Client()


def test_texts_of_strangers_are_text_everywhere(browser: Browser, finished_job: str) -> None:
    saved = browser.call(
        "POST",
        CONFIGURATIONS,
        json={
            "name": HOSTILE,
            "parameters": {
                **PARAMETERS,
                "rules": [{"type": "a", "description": f"Words {HOSTILE}"}],
            },
        },
    ).json()["id"]
    item_ids = [
        item["id"] for item in browser.call("GET", f"{JOBS}/{finished_job}/results").json()["items"]
    ]
    pages = {
        path: browser.get(path)
        for path in (
            "",
            f"?job={finished_job}",
            "/jobs",
            f"/jobs/{finished_job}",
            f"/jobs/{finished_job}/rows",
            f"/jobs/{finished_job}/plots",
            f"/jobs/{finished_job}/webhooks",
            f"/jobs/{finished_job}/results/{item_ids[0]}",
            f"/jobs/{finished_job}/results/{item_ids[1]}",
            f"/compare?a={finished_job}&b={finished_job}",
            "/rules",
            f"/rules/{saved}",
            "/status",
        )
    }
    for path, page in pages.items():
        assert page.status_code == 200, path
        assert page.headers["content-security-policy"] == POLICY
        assert "<script>alert" not in page.text, path
        assert "<img src=x" not in page.text, path
        assert "onerror=alert(2)&gt;" in page.text or "onerror" not in page.text, path
        # Neither scripts nor styles in a page: the policy would stop them.
        assert not re.search(r"<script(?![^>]*\ssrc=)", page.text), path
        assert not re.search(r"<style|\sstyle=|\son\w+=\"", page.text), path
    assert "{{7*7}}" in pages[f"/jobs/{finished_job}"].text.replace("&#39;", "'")
    # A job is known by its first file.
    assert "onerror=alert(2)&gt;" in pages["/jobs"].text


def test_the_way_from_file_to_file_follows_the_filters(browser: Browser, finished_job: str) -> None:
    ids = [
        str(each["id"])
        for each in browser.call("GET", f"{JOBS}/{finished_job}/results").json()["items"]
    ]
    path = f"/jobs/{finished_job}/results/"

    assert f'{ids[1]}">Next file' in browser.get(path + ids[0]).text
    assert f'{ids[1]}?name=pdf">Next file' in browser.get(f"{path}{ids[0]}?name=pdf").text
    filtered = browser.get(f"{path}{ids[0]}?type=invoice&level=high").text
    assert "Next file" not in filtered
    assert f"/jobs/{finished_job}?type=invoice&amp;level=high" in filtered


def test_a_file_is_found_in_all_jobs(browser: Browser, finished_job: str) -> None:
    items = browser.call("GET", f"{JOBS}/{finished_job}/results").json()["items"]
    browser.call("PUT", f"{JOBS}/{finished_job}/results/{items[0]['id']}/label", json={"type": "x"})

    found = browser.get("/jobs?name=SCRIPT").text
    assert f"/jobs/{finished_job}/results/{items[0]['id']}" in found
    assert items[1]["id"] not in found
    assert "is really" in found
    # A sign of patterns is one of a name.
    assert "No job has a file of this name." in browser.get("/jobs?name=%25pdf").text


def test_files_go_with_their_job(browser: Browser, finished_job: str) -> None:
    items = browser.call("GET", f"{JOBS}/{finished_job}/results").json()["items"]
    browser.call("DELETE", f"{FILES}/{items[0]['file_id']}")
    results = [browser.get(f"/jobs/{finished_job}/results/{item['id']}").text for item in items]
    assert ["The file is deleted." in page for page in results] == [True, False]
    assert ["Delete the file" in page for page in results] == [False, True]

    path = f"{JOBS}/{finished_job}"
    assert browser.call("DELETE", path, params={"delete_files": True}).status_code == 204

    assert browser.call("GET", path).status_code == 404
    assert browser.call("GET", f"{FILES}/{items[1]['file_id']}").status_code == 404


def test_a_job_runs_again_with_its_examples_and_options(browser: Browser) -> None:
    ids = [upload(browser_client(browser), name) for name in ("a.txt", "b.txt")]
    examples = [{"text": "Invoice 1, please pay 3.50"}]
    options = {
        "mode": "MULTIMODAL",
        "parsing_configuration": {"max_pages": 20, "target_pages": None, "lang": "de"},
        "min_confidence": 0.5,
        "learn": False,
    }
    rules = [{**RULES[0], "examples": examples}]
    job = browser.call("POST", JOBS, json={"file_ids": ids, "rules": rules, **options}).json()
    assert browser.call("DELETE", f"{FILES}/{ids[0]}").status_code == 204

    page = browser.get(f"?job={job['id']}").text

    given = json.loads(html.unescape(re.findall(r'data-given="([^"]*)"', page)[0]))
    assert given["options"] == options
    assert [rule["examples"] for rule in given["rules"]] == [examples]
    assert [file["isGone"] for file in given["files"]] == [True, False]


def test_no_job_is_compared_with_itself_at_first(browser: Browser, finished_job: str) -> None:
    body = {"file_ids": [upload(browser_client(browser), "a.pdf")], "rules": RULES}
    newest = browser.call("POST", JOBS, json=body).json()["id"]

    def chosen(query: str) -> list[str]:
        return re.findall(r'<option value="([^"]+)" selected', browser.get(f"/compare{query}").text)

    assert chosen("") == [finished_job, newest]
    assert chosen(f"?a={newest}") == [newest, finished_job]
    assert chosen(f"?a={newest}&b={newest}") == [newest, newest]


def test_downloads_are_attachments(browser: Browser, finished_job: str) -> None:
    table = browser.get(f"/jobs/{finished_job}/results.csv")
    answer = browser.get(f"/jobs/{finished_job}/results.json")

    for download in (table, answer):
        assert download.headers["content-disposition"].startswith("attachment")
        assert download.headers["x-content-type-options"] == "nosniff"
    rows = list(csv.DictReader(io.StringIO(table.text.lstrip("\ufeff"))))
    assert [row["type"] for row in rows] == ["invoice", ""]
    assert rows[1]["file"] == "'=1+1.pdf"
    assert rows[0]["confidence"] == "0.9700"
    browser.http.headers["Accept-Language"] = "de"
    german = browser.get(f"/jobs/{finished_job}/results.csv").text.lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(german), delimiter=";"))
    assert rows[0]["confidence"] == "0,9700"
    assert rows[1]["reasoning"] == "Die Datei ist beschädigt."
    assert len(json.loads(answer.text)["items"]) == 2


def test_downloads_have_the_files_that_the_filters_leave(
    browser: Browser, finished_job: str
) -> None:
    def downloaded(query: str) -> tuple[list[str], int]:
        path = f"/jobs/{finished_job}/results"
        table = browser.get(f"{path}.csv?{query}").text.lstrip("\ufeff")
        answer = json.loads(browser.get(f"{path}.json?{query}").text)
        return [row["status"] for row in csv.DictReader(io.StringIO(table))], len(answer["items"])

    assert downloaded("name=1.PDF") == (["failed"], 1)
    assert downloaded("type=!failed") == (["failed"], 1)
    assert downloaded("type=invoice&level=high") == (["done"], 1)
    assert downloaded("type=-") == downloaded("level=low") == ([], 0)


def test_a_file_is_downloaded_as_an_attachment(browser: Browser) -> None:
    page = b"<script>alert(1)</script>"
    file = browser.call("POST", FILES, files={"file": ("a.html", page)}).json()

    link = browser.get(f"/files/{file['id']}").headers["location"]
    download = browser.http.get(link)

    assert download.content == page
    assert download.headers["content-disposition"].startswith("attachment")


def test_rows_since_a_moment_are_those_that_changed(browser: Browser, finished_job: str) -> None:
    path = f"/jobs/{finished_job}/rows"

    assert browser.get(path).text.count("<tr ") == 2
    assert browser.get(f"{path}?since=2100-01-01T00:00:00Z").text.count("<tr ") == 0
    for nonsense in ("yesterday", "0001-01-01T00:00:00%2B23:59", "9999-12-31T23:59:59-23:59"):
        assert browser.get(f"{path}?since={nonsense}").status_code == 400


def test_labels_show_what_a_person_said(browser: Browser, finished_job: str) -> None:
    item = browser.call("GET", f"{JOBS}/{finished_job}/results").json()["items"][0]["id"]
    path = f"{JOBS}/{finished_job}/results/{item}/label"

    assert browser.call("PUT", path, json={"type": "recipe"}).status_code == 200
    assert "is really" in browser.get(f"/jobs/{finished_job}").text
    assert browser.call("DELETE", path).status_code == 204
    assert "is really" not in browser.get(f"/jobs/{finished_job}").text


def test_rules_are_imported_and_exported(browser: Browser) -> None:
    text = "name: Mail\nrules:\n  - type: invoice\n    description: A bill with a total.\n"

    good = browser.post("/rules/import", text=text)
    bad = browser.post("/rules/import", text="rules:\n  - kind: <b>x</b>\n")

    assert good.status_code == 200
    assert "A bill with a total." in good.text
    assert bad.status_code == 422
    assert "line 2" in bad.text
    assert "<b>x</b>" not in bad.text
    body = {"name": "Mail", "parameters": PARAMETERS}
    saved = browser.call("POST", CONFIGURATIONS, json=body).json()["id"]
    exported = browser.get(f"/rules/{saved}/rules.yaml")
    assert exported.headers["content-disposition"].startswith("attachment")
    assert "A bill with a total to pay." in exported.text


def test_pages_of_what_is_gone_say_so(browser: Browser) -> None:
    gone = ("/jobs/x", f"/jobs/{'0' * 32}", "/rules/x", f"/rules/cfg-{'0' * 32}", "/nonsense/x")
    for path in (*gone, "/jobs?page=other"):
        answer = browser.get(path)
        assert answer.status_code == 404, path
        assert "That did not work" in answer.text
        assert "Sign out" in answer.text


def test_an_address_without_a_page_is_a_page_for_strangers_too(api: Api) -> None:
    answer = Browser(api).get("/nonsense")

    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "Sign out" not in answer.text


def test_the_list_of_jobs_says_how_many_pages_it_has(browser: Browser, tenants: TenantData) -> None:
    file_id = tenants.file()
    for _ in range(26):
        tenants.job([file_id])

    first = browser.get("/jobs").text
    link = re.search(r'rel="next" href="/console([^"]+)"', first)
    assert link
    second = browser.get(html.unescape(link[1])).text

    assert "Page 1 of 2 (26 jobs)" in first
    assert "Page 2 of 2 (26 jobs)" in second


@pytest.fixture
def admin(api: Api, tenants: TenantData, database: Database) -> Browser:
    """Return a browser with a key for administration, the oldest one."""
    key = api.key(tenants.first)
    with database.write() as session:
        session.execute(
            update(ApiKey).where(ApiKey.id == oldest_key(session)).values(is_admin=True)
        )
    browser = Browser(api)
    browser.sign_in(key)
    return browser


def oldest_key(session: Session) -> UUID:
    return session.query(ApiKey).order_by(ApiKey.created_at).first().id


def make_key(admin: Browser, name: str) -> str:
    return str(admin.call("POST", KEYS, json={"name": name}).json()["key"])


def test_keys_for_administration_manage_keys_and_see_no_documents(api: Api, admin: Browser) -> None:
    assert admin.get("/jobs").headers["location"] == "/console/keys"
    assert admin.call("GET", JOBS).status_code == 403
    assert admin.get("/status").status_code == 200
    made = make_key(admin, HOSTILE)
    assert admin.call("POST", "/api/v1/admin/projects", json={"name": "New"}).status_code == 201
    page = admin.get("/keys").text
    assert "<script>alert" not in page
    assert "New" in page
    assert made not in page
    user = Browser(api)
    user.sign_in(made)
    assert user.get("/jobs").status_code == 200
    assert user.get("/keys").headers["location"] == "/console/"


def test_a_key_is_replaced_and_revoked(api: Api, admin: Browser, database: Database) -> None:
    user = Browser(api)
    user.sign_in(make_key(admin, HOSTILE))
    key_id = next(key["id"] for key in admin.call("GET", KEYS).json() if key["name"] == HOSTILE)
    with database.read() as session:
        own_id = oldest_key(session)

    successor = admin.call("POST", f"{KEYS}/{key_id}/rotate", json={"grace_seconds": 60})

    assert successor.status_code == 201
    assert Browser(api).sign_in(successor.json()["key"]).status_code == 303
    assert user.get("/jobs").status_code == 200
    assert admin.call("POST", f"{KEYS}/{key_id}/rotate", json={}).status_code == 409
    assert admin.call("DELETE", f"{KEYS}/{key_id}").status_code == 204
    assert is_signed_out(user.get("/jobs"))
    assert admin.call("DELETE", f"{KEYS}/{own_id}").status_code == 409, "its own key"


def test_keys_of_others_are_out_of_reach(
    api: Api, admin: Browser, tenants: TenantData, database: Database
) -> None:
    stranger = Browser(api)
    stranger.sign_in(api.key(tenants.add("Others")))
    with database.read() as session:
        others_id = session.query(ApiKey).order_by(ApiKey.created_at.desc()).first().id

    assert str(others_id) not in [key["id"] for key in admin.call("GET", KEYS).json()]
    assert admin.call("DELETE", f"{KEYS}/{others_id}").status_code == 404
    assert admin.call("POST", f"{KEYS}/{others_id}/rotate", json={}).status_code == 404
    assert stranger.call("GET", KEYS).status_code == 403


def test_assets_are_kept_by_browsers_and_pages_are_not(browser: Browser) -> None:
    page = browser.get("/jobs")
    style = re.search(r'href="([^"]+\.css)"', page.text)
    assert style

    asset = browser.http.get(style[1])

    assert "immutable" in asset.headers["cache-control"]
    assert page.headers["cache-control"] == "no-store"
    assert browser.http.get("/console/static/x/none.js").status_code == 404
    assert browser.http.get("/console/static/x/..%2Fmode.py").status_code == 404
