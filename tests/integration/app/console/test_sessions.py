"""A session is the visitor's own: it ends when it should, and no other site can use it."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.audit.models import AuditEvent
from app.db import Database, now
from app.projects.keys import revoke_key
from app.projects.models import ApiKey, ConsoleSession, KeyOrigin
from devtools.tenant_data import TenantData
from tests.integration.app.console.browser import Browser, is_signed_out
from tests.integration.application import JOBS, Api, create_job, upload


@pytest.fixture
def key(api: Api, tenants: TenantData) -> str:
    return api.key(tenants.first)


@pytest.fixture
def browser(api: Api, key: str) -> Iterator[Browser]:
    browser = Browser(api)
    assert browser.sign_in(key).status_code == 303
    return browser


def test_without_a_session_every_page_leads_to_the_sign_in(api: Api) -> None:
    browser = Browser(api)

    for path in ("", "/jobs", "/rules", "/compare", "/status", "/keys"):
        assert is_signed_out(browser.get(path)), path
    assert browser.get("/sign-in").status_code == 200
    assert browser.http.get("/").headers["location"] == "/console"


@pytest.mark.parametrize("wanted", ["/jobs?cursor=a%26b", "?job=1"])
def test_signing_in_leads_to_the_page_that_was_asked_for(api: Api, key: str, wanted: str) -> None:
    browser = Browser(api)

    address = browser.get(wanted).headers["location"]
    form = browser.http.get(address).text
    asked_for = html.unescape(re.findall('name="back" value="([^"]*)">', form)[0])
    answer = browser.http.post("/console/sign-in", data={"key": key, "back": asked_for})

    assert answer.headers["location"] == f"/console{wanted}"


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example/console/", "/console/\\evil.example", "/consoles/x"],
)
def test_signing_in_leads_to_no_other_site(api: Api, key: str, address: str) -> None:
    answer = Browser(api).http.post("/console/sign-in", data={"key": key, "back": address})

    assert answer.headers["location"] == "/console/"


def test_a_wrong_key_gets_the_form_again(api: Api) -> None:
    browser = Browser(api)

    answer = browser.sign_in("ph_wrong")

    assert answer.status_code == 401
    assert "does not know that key" in answer.text
    assert not browser.cookies


def test_sign_in_attempts_are_limited(api: Api, key: str) -> None:
    browser = Browser(api)
    statuses = [browser.sign_in("ph_wrong").status_code for _ in range(12)]

    assert statuses == [401] * 10 + [429] * 2
    assert browser.sign_in(key).status_code == 429


def test_the_cookie_is_for_the_server_only(api: Api, key: str) -> None:
    cookie = Browser(api).sign_in(key).headers["set-cookie"].lower()
    https = Browser(api, "https://testserver").sign_in(key).headers["set-cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie
    assert "secure" in https


def test_the_database_holds_no_token(browser: Browser, database: Database) -> None:
    with database.read() as session:
        (digest,) = session.scalars(select(ConsoleSession.digest))

    assert digest not in browser.cookies.values()


def test_after_sign_out_the_cookie_is_worthless(api: Api, browser: Browser) -> None:
    thief = browser.copy(api)
    assert thief.get("/jobs").status_code == 200

    assert browser.post("/sign-out").status_code == 303

    assert is_signed_out(thief.get("/jobs"))
    assert thief.call("GET", JOBS).status_code == 401


def test_the_session_ends_with_its_key(browser: Browser, database: Database) -> None:
    with database.write() as session:
        (key_id,) = session.scalars(select(ConsoleSession.key_id))
        revoke_key(session, key_id)

    assert is_signed_out(browser.get("/jobs"))
    assert browser.call("GET", JOBS).status_code == 401


@pytest.mark.parametrize("table", [ConsoleSession, ApiKey])
def test_the_session_ends_at_its_time_and_with_the_end_of_its_key(
    browser: Browser, database: Database, table: type[ConsoleSession] | type[ApiKey]
) -> None:
    with database.write() as session:
        session.execute(update(table).values(expires_at=now() - timedelta(seconds=1)))

    assert is_signed_out(browser.get("/jobs"))


def test_a_session_is_useless_for_another_project(
    api: Api, tenants: TenantData, database: Database
) -> None:
    owner = api.client(api.key(tenants.first))
    job_id = create_job(owner, upload(owner))
    item_id = owner.get(f"{JOBS}/{job_id}/results").json()["items"][0]["id"]
    file_id = owner.get(f"{JOBS}/{job_id}/results").json()["items"][0]["file_id"]
    other_project = api.key(tenants.project(tenants.first), organization_wide=False)

    for key in (other_project, api.key(tenants.add("Others"))):
        stranger = Browser(api)
        stranger.sign_in(key)
        for path in (
            f"/jobs/{job_id}",
            f"/jobs/{job_id}/rows",
            f"/jobs/{job_id}/plots",
            f"/jobs/{job_id}/webhooks",
            f"/jobs/{job_id}/results.csv",
            f"/jobs/{job_id}/results.json",
            f"/jobs/{job_id}/results/{item_id}",
            f"/files/{file_id}",
            f"/compare?a={job_id}&b={job_id}",
            f"/?job={job_id}",
        ):
            assert stranger.get(path.replace("/?", "?")).status_code == 404, path
        assert job_id not in stranger.get("/jobs").text
        assert stranger.call("GET", f"{JOBS}/{job_id}").status_code == 404
        refused = stranger.post("/project", project=str(tenants.first.project_id))
        assert refused.status_code == 404
        with database.write() as session:
            session.execute(update(ConsoleSession).values(expires_at=now()))


def test_an_organization_wide_key_chooses_its_project(
    tenants: TenantData, browser: Browser
) -> None:
    other = tenants.project(tenants.first)

    assert browser.post("/project", project=str(other.project_id)).status_code == 303

    file = browser.call("POST", "/api/v1/beta/files", files={"file": ("a.txt", b"x")}).json()
    assert file["project_id"] == str(other.project_id)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[x"},
        {"Origin": "http://testserver:81"},
    ],
)
def test_other_origins_get_nothing_from_the_cookie(
    api: Api, browser: Browser, key: str, headers: dict[str, str]
) -> None:
    assert browser.call("GET", JOBS, headers=headers).status_code == 403
    assert browser.http.post("/console/sign-out", headers=headers).status_code == 403
    assert browser.get("/jobs").status_code == 200
    assert Browser(api).sign_in(key, **headers).status_code == 403


def test_the_cookie_needs_the_token_of_forms(browser: Browser) -> None:
    assert browser.call("GET", JOBS, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert browser.call("GET", JOBS, headers={"Origin": "http://testserver"}).status_code == 200
    assert browser.http.get(JOBS).status_code == 401
    browser.form_token = "0" * 64
    assert browser.call("GET", JOBS).status_code == 403
    assert browser.post("/sign-out").status_code == 403
    assert browser.get("/jobs").status_code == 200


def test_a_key_in_the_header_wins_over_the_cookie(browser: Browser) -> None:
    answer = browser.call("GET", JOBS, headers={"Authorization": "Bearer wrong"})

    assert answer.status_code == 401


def test_signing_in_is_in_the_audit_log(browser: Browser, database: Database) -> None:
    del browser
    with database.read() as session:
        actions = session.scalars(select(AuditEvent.action)).all()

    assert actions.count("console.signed_in") == 1


def test_pages_are_in_the_language_of_the_browser_or_the_chosen_one(browser: Browser) -> None:
    browser.http.headers["Accept-Language"] = "fr, de;q=0.8"
    assert 'lang="de"' in browser.get("/jobs").text

    answer = browser.post("/language", language="en", back="/console/jobs")

    assert answer.headers["location"] == "/console/jobs"
    assert 'lang="en"' in browser.get("/jobs").text
    for elsewhere in ("https://evil.example/console/", "//evil.example", "/console/\\evil"):
        answer = browser.post("/language", language="en", back=elsewhere)
        assert answer.headers["location"] == "/console/"
    assert browser.post("/language", language="../en").status_code == 403


class TestAutomaticSignIn:
    @pytest.fixture
    def automatic(self, tenants: TenantData, tmp_path: Path) -> Api:
        api = Api(tenants.database, tmp_path / "own", console_sign_in="automatic")
        api.key(tenants.first, origin=KeyOrigin.BOOTSTRAP)
        return api

    def visit(self, api: Api, origin: str, client: str) -> Browser:
        browser = Browser(api, origin)
        # The address from which the test client says that it comes.
        browser.http._transport.client = (client, 50000)  # type: ignore[attr-defined]
        return browser

    def test_a_browser_of_this_machine_needs_no_key(self, automatic: Api) -> None:
        browser = self.visit(automatic, "http://127.0.0.1:8000", "127.0.0.1")

        to_sign_in = browser.get("/jobs?cursor=x").headers["location"]
        assert browser.http.get(to_sign_in).headers["location"] == "/console/jobs?cursor=x"
        assert browser.get("/jobs").status_code == 200
        browser.read_token()
        browser.post("/sign-out")
        assert browser.get("/sign-in?signed-out").status_code == 200

    @pytest.mark.parametrize(
        ("origin", "client"),
        [
            # A site that points its name to this machine (DNS rebinding).
            ("http://evil.example:8000", "127.0.0.1"),
            ("http://127.0.0.1:8000", "192.0.2.7"),
        ],
    )
    def test_others_need_a_key(self, automatic: Api, origin: str, client: str) -> None:
        browser = self.visit(automatic, origin, client)

        assert browser.get("/sign-in").status_code == 200
        assert not browser.cookies
