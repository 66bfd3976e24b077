"""URLs of webhooks are encrypted at rest, and plain ones of older rows keep working."""

import pytest
from sqlalchemy import select, text, update

from app.secrets import Secrets
from app.webhooks.models import SavedWebhook, WebhookConfiguration
from app.webhooks.url_encryption import encrypt_plain_urls, has_plain_urls
from app.webhooks.urls import OTHER_KEY, StoredUrl, digest_url
from devtools.tenant_data import TenantData
from tests.integration.application import JOBS, RULES, SECRET, Api, upload

SAVED = "/api/v1/beta/webhook-configs"
URL = "https://hooks.example/services/TOKEN-OF-A-TEST"


def in_clear(tenants: TenantData, table: str) -> bool:
    with tenants.database.read() as session:
        rows = session.execute(text(f"SELECT * FROM {table}")).all()  # a constant
    assert rows
    return "TOKEN-OF-A-TEST" in str(rows)


def test_a_job_stores_no_plain_url(tenants: TenantData, api: Api) -> None:
    client = api.tenant(tenants, "A")
    body = {
        "file_ids": [upload(client)],
        "rules": RULES,
        "webhook_configurations": [{"webhook_url": URL}] * 2,
    }
    job_id = client.post(JOBS, json=body).json()["id"]

    shown = client.get(f"{JOBS}/{job_id}/webhooks").json()["configurations"]

    assert not in_clear(tenants, "webhook_configurations")
    assert ["https://hooks.example" in each.values() for each in shown] == [True, True]
    with tenants.database.read() as session:
        digests = session.scalars(select(WebhookConfiguration.url_digest)).all()
    assert digests == [digest_url(Secrets(SECRET), URL)] * 2, "for the limit of each receiver"


def test_a_saved_webhook_stores_no_plain_url(tenants: TenantData, api: Api) -> None:
    client = api.tenant(tenants, "A")

    saved = client.post(SAVED, json={"webhook_url": URL}).json()

    assert not in_clear(tenants, "saved_webhooks")
    assert saved["webhook_url"] == URL
    assert client.get(f"{SAVED}/{saved['id']}").json()["webhook_url"] == URL
    assert [each["webhook_url"] for each in client.get(SAVED).json()] == [URL]
    assert client.get("/api/v2/webhook-configs").json()["items"][0]["webhook_url"] == URL


def test_an_older_saved_webhook_keeps_working(tenants: TenantData, api: Api) -> None:
    client = api.tenant(tenants, "A")
    saved = client.post(SAVED, json={"webhook_url": URL}).json()
    with tenants.database.write() as session:
        session.execute(update(SavedWebhook).values(url=URL, url_encrypted=None))

    body = {
        "file_input": upload(client),
        "configuration": {"rules": RULES},
        "webhook_configuration_ids": [saved["id"]],
    }
    created = client.post("/api/v2/classify", json=body)

    assert created.status_code == 200, created.text
    assert client.get(f"{SAVED}/{saved['id']}").json()["webhook_url"] == URL
    assert not in_clear(tenants, "webhook_configurations")


def test_plain_urls_of_an_earlier_release_are_encrypted(tenants: TenantData, api: Api) -> None:
    client, secrets = api.tenant(tenants, "A"), Secrets(SECRET)
    saved = client.post(SAVED, json={"webhook_url": URL}).json()
    body = {
        "file_ids": [upload(client)],
        "rules": RULES,
        "webhook_configurations": [{"webhook_url": URL}, {}],
    }
    job_id = client.post(JOBS, json=body).json()["id"]
    digest = digest_url(secrets, URL)
    with tenants.database.write() as session:
        session.execute(update(SavedWebhook).values(url=URL, url_encrypted=None))
        session.execute(
            update(WebhookConfiguration)
            .where(WebhookConfiguration.url_encrypted.is_not(None))
            .values(url=URL, url_encrypted=None, url_digest=None)
        )
        assert has_plain_urls(session)

    assert encrypt_plain_urls(tenants.database, secrets) == 2
    assert encrypt_plain_urls(tenants.database, secrets) == 0

    assert not in_clear(tenants, "saved_webhooks")
    assert not in_clear(tenants, "webhook_configurations")
    assert client.get(f"{SAVED}/{saved['id']}").json() == saved
    shown = client.get(f"{JOBS}/{job_id}/webhooks").json()["configurations"]
    assert [each["origin"] for each in shown] == ["https://hooks.example", None]
    with tenants.database.read() as session:
        assert not has_plain_urls(session)
        digests = session.scalars(
            select(WebhookConfiguration.url_digest).order_by(WebhookConfiguration.ordinal)
        ).all()
    assert digests == [digest, None]


def test_under_another_key_the_reason_is_reported() -> None:
    other = Secrets("another secret of the tests, long enough")
    stored = StoredUrl(None, other.encrypt(URL))

    assert stored.find(other) == (URL, None)
    assert stored.find(Secrets(SECRET)) == (None, OTHER_KEY)
    assert StoredUrl(URL, None).find(other) == (URL, None)


@pytest.mark.parametrize("value", [{"a": "b"}, ["a"], [[[]]]])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_deep_header_is_refused(tenants: TenantData, api: Api, value: object) -> None:
    client = api.tenant(tenants, "A")
    hook = {"webhook_url": URL, "webhook_headers": {"X-A": value}}
    body = {"file_ids": [upload(client)], "rules": RULES, "webhook_configurations": [hook]}

    answer = client.post(JOBS, json=body)

    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][:5] == [
        "body",
        "webhook_configurations",
        0,
        "webhook_headers",
        "X-A",
    ]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nine_hundred_lists_are_refused_too(tenants: TenantData, api: Api) -> None:
    client = api.tenant(tenants, "A")
    deep = "[" * 900 + "]" * 900
    body = (
        f'{{"file_ids": ["{upload(client)}"], "rules": [], "webhook_configurations": '
        f'[{{"webhook_url": "{URL}", "webhook_headers": {{"X": {deep}}}}}]}}'
    )

    answer = client.post(JOBS, content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 422
