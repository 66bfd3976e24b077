"""Presigned links and the pages that need no key."""

import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi.testclient import TestClient

from app.files.blobs.s3 import Bucket, S3BlobStore
from app.files.blobs.s3_signing import SigningKey
from devtools.s3 import ACCESS_KEY, SECRET_KEY, S3Server
from devtools.tenant_data import TenantData
from tests.integration.application import FILES, Api, new_client, upload

HTML = b"<script>alert(1)</script>"


def link_of(client: TestClient, file_id: str, **query: int) -> str:
    answer = client.get(f"{FILES}/{file_id}/content", params=query)
    assert answer.status_code == 200
    return str(answer.json()["url"])


def anonymous(api: Api) -> TestClient:
    return new_client(api.app, raise_server_exceptions=False)


class TestLinks:
    def test_nothing_in_a_file_runs_in_a_browser(self, api: Api, client: TestClient) -> None:
        link = link_of(client, upload(client, "page.html", HTML))

        answer = anonymous(api).get(link)

        assert answer.content == HTML
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment; ")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Content-Length"] == str(len(HTML))

    @pytest.mark.parametrize(
        ("forge", "status"),
        [
            (lambda link: link.replace("signature=", "signature=A"), 404),
            (lambda link: re.sub(r"signature=.*", "signature=", link), 404),
            (lambda link: re.sub(r"signature=.*", "signature=%00%ff", link), 404),
            (lambda link: re.sub(r"expires=\d+", "expires=99999999999", link), 404),
            (lambda link: re.sub(r"expires=\d+", "expires=" + "9" * 40, link), 404),
            (lambda link: re.sub(r"expires=\d+", "expires=-1", link), 404),
            (lambda link: re.sub(r"expires=\d+", "expires=soon", link), 422),
            (lambda link: link.split("?")[0], 422),
            (lambda link: re.sub(r"download/[^?]+", "download/../etc", link), 404),
        ],
    )
    def test_a_forged_link_opens_nothing(
        self, api: Api, client: TestClient, forge: object, status: int
    ) -> None:
        forged = forge(link_of(client, upload(client)))  # type: ignore[operator]

        assert anonymous(api).get(forged).status_code == status

    def test_a_link_expires(self, api: Api, client: TestClient) -> None:
        link = link_of(client, upload(client), expires_at_seconds=3)
        assert anonymous(api).get(link).status_code == 200
        expires = int(parse_qs(urlsplit(link).query)["expires"][0])

        time.sleep(max(0.0, expires - time.time()) + 0.01)

        assert anonymous(api).get(link).status_code == 404

    @pytest.mark.parametrize(("asked", "seconds"), [(0, 3600), (-5, 3600), (10**12, 7 * 86400)])
    def test_a_strange_lifetime_is_coerced(
        self, client: TestClient, asked: int, seconds: int
    ) -> None:
        file_id = upload(client)
        answer = client.get(f"{FILES}/{file_id}/content", params={"expires_at_seconds": asked})

        expires = datetime.fromisoformat(answer.json()["expires_at"])
        assert abs((expires - datetime.now(UTC)).total_seconds() - seconds) < 30

    def test_the_public_url_and_prefix_of_the_settings(
        self, tenants: TenantData, tmp_path: Path
    ) -> None:
        api = Api(
            tenants.database,
            tmp_path / "data",
            public_url="https://docs.example.com/",
            root_path="/classify",
        )
        client = api.client(api.key(tenants.first))

        link = link_of(client, upload(client))

        assert link.startswith("https://docs.example.com/classify/download/")
        assert anonymous(api).get(urlsplit(link)._replace(scheme="", netloc="").geturl()).content

    def test_links_of_the_store_itself_where_a_setting_says_so(
        self, api: Api, client: TestClient, s3_server: S3Server, tmp_path: Path
    ) -> None:
        bucket = Bucket(
            s3_server.fresh_bucket(),
            "",
            "us-east-1",
            s3_server.endpoint,
            SigningKey(ACCESS_KEY, SECRET_KEY),
            public_endpoint=s3_server.endpoint,
        )
        store = S3BlobStore(bucket, tmp_path / "spool")
        api.app.state.services = replace(api.app.state.services, blobs=store)
        file_id = upload(client, "page.html", HTML)

        link = link_of(client, file_id, expires_at_seconds=60)
        listed = client.get(FILES, params={"expand": "download_url"}).json()["items"]

        for url in (link, listed[0]["download_url"]["url"]):
            answer = httpx2.get(url, trust_env=False)
            assert url.startswith(s3_server.endpoint)
            assert answer.content == HTML
            assert answer.headers["Content-Type"] == "application/octet-stream"
            assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''page.html"
        assert parse_qs(urlsplit(link).query)["X-Amz-Expires"] == ["60"]
        # A store does not ask whether the key has ended, so the default of an hour is cut.
        long = parse_qs(urlsplit(listed[0]["download_url"]["url"]).query)
        assert long["X-Amz-Expires"] == ["900"]

    def test_bytes_that_are_gone_are_a_404(self, api: Api, client: TestClient) -> None:
        link = link_of(client, upload(client))
        for blob in (api.folder / "blobs").rglob("*"):
            if blob.is_file():
                blob.unlink()

        assert anonymous(api).get(link).status_code == 404


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing is read from it
class TestDocumentation:
    @pytest.fixture(params=["", "/classify"])
    def anonymous(
        self, request: pytest.FixtureRequest, tenants: TenantData, tmp_path: Path
    ) -> TestClient:
        api = Api(tenants.database, tmp_path / "data", root_path=request.param)
        return new_client(api.app, raise_server_exceptions=False)

    def test_the_page_needs_nothing_from_elsewhere(self, anonymous: TestClient) -> None:
        page = anonymous.get("/docs")

        assert page.status_code == 200
        addresses = re.findall(r"""(?:src|href|url)\s*[=:]\s*["']([^"']+)["']""", page.text)
        assert addresses
        for address in addresses:
            assert address.startswith("/"), f"{address} is on another server"
            assert anonymous.get(address).status_code == 200, address

    def test_the_page_can_show_the_version_of_our_description(self, anonymous: TestClient) -> None:
        script = anonymous.get("/docs/assets/swagger-ui-bundle.js").text
        version = re.search(r'PACKAGE_VERSION:"(\d+)', script)

        assert anonymous.get("/openapi.json").json()["openapi"].startswith("3.1")
        assert version is not None
        assert int(version[1]) >= 5, "Swagger UI 4 knows nothing of OpenAPI 3.1"

    def test_the_description_is_complete(self, anonymous: TestClient) -> None:
        document = anonymous.get("/openapi.json").json()

        assert document["openapi"].startswith("3.")
        assert {"/api/v1/classifier/jobs", "/api/v1/beta/files", "/api/v1/files"} <= {
            path.removeprefix("/classify") for path in document["paths"]
        }
        names = set(document["components"]["schemas"])
        used = set(re.findall(r"#/components/schemas/([\w.-]+)", str(document)))
        assert used <= names
        operations = [
            operation["operationId"]
            for path in document["paths"].values()
            for operation in path.values()
        ]
        assert len(operations) == len(set(operations))
