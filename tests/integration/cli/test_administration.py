"""The commands of administration, as a shell runs them, on both databases."""

import json
import re
import sys
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.db import Database
from app.files import service as files
from app.files.blobs.local import LocalBlobStore
from app.files.service import NewFile
from app.jobs import service as jobs
from app.jobs.values import ApiVersion
from app.projects.models import ApiKey, Project
from cli.main import main
from devtools.tenant_data import TenantData

NOWHERE = UUID("01890000-0000-7000-8000-000000000000")


@dataclass(frozen=True, slots=True)
class Done:
    status: int
    output: str
    error: str


@dataclass(frozen=True, slots=True)
class Shell:
    """Runs `pigeonhole` over the test database, in this process."""

    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    def run(self, *arguments: object) -> Done:
        self.patch.setattr(sys, "stdin", StringIO())
        self.patch.setattr(sys, "argv", ["pigeonhole", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        printed = self.capture.readouterr()
        return Done(int(left.value.code or 0), printed.out, printed.err)

    def refusal(self, *arguments: object) -> str:
        """Run what must fail with status 2 and a sentence; return that."""
        done = self.run(*arguments)
        assert (done.status, done.output) == (2, ""), done
        assert "Traceback" not in done.error
        return " ".join(done.error.split())


@pytest.fixture
def shell(
    tenants: TenantData,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Shell:
    url = tenants.database.engine.url.set(drivername="postgresql")
    text = "" if tenants.database.is_sqlite else url.render_as_string(hide_password=False)
    monkeypatch.setenv("PIGEONHOLE_DATABASE_URL", text)
    # Of production; none of these commands has anything to do with Redis.
    monkeypatch.setenv("PIGEONHOLE_BROKER_URL", text and "redis://127.0.0.1:1/0")
    monkeypatch.setenv("PIGEONHOLE_SECRET_KEY", "a secret of the tests, which is long enough")
    monkeypatch.setenv("PIGEONHOLE_DATA_DIR", str(tmp_path))
    return Shell(capsys, monkeypatch)


def keys_of(database: Database) -> list[ApiKey]:
    with database.read() as session:
        return list(session.scalars(select(ApiKey).order_by(ApiKey.id)))


def last_event(database: Database) -> AuditEvent:
    with database.read() as session:
        return session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).all()[0]


def test_a_customer_from_organization_to_limits(tenants: TenantData, shell: Shell) -> None:
    organization = shell.run("orgs", "create", " Customer ").output.strip()
    project = shell.run("projects", "create", "Scans", "--organization-id", organization)
    project_id = project.output.strip()
    limited = shell.run("projects", "limit", project_id, "--max-bytes", 5, "--retention-days", 9)

    assert limited.status == 0
    event = last_event(tenants.database)
    assert (event.action, str(event.subject)) == ("project.changed", project_id)
    assert event.details == {"max_bytes": 5, "retention_days": 9}
    assert event.actor.startswith("command:")
    assert re.search(rf"{organization}\tCustomer\t.*\t2\n", shell.run("orgs", "list").output)
    listed = shell.run("projects", "list").output
    (row,) = [line for line in listed.splitlines() if project_id in line]
    assert row.count("default") == 2, "the two limits that were not set"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["orgs", "create", ""], "must be 1 to 255 printable characters"),
        (["orgs", "create", "x" * 256], "must be 1 to 255 printable characters"),
        (["projects", "create", "x", "--organization-id", NOWHERE], "does not exist"),
        (["projects", "limit", NOWHERE, "--max-bytes", 1], f"{NOWHERE} does not exist"),
        (["projects", "limit", NOWHERE], "Give at least one limit"),
        (["projects", "limit", NOWHERE, "--retention-days", "36501"], "more than 36500"),
        (["projects", "limit", NOWHERE, "--requests-per-minute", "9" * 40], "more than 1000000"),
        (["projects", "limit", NOWHERE, "--max-bytes", "-1"], "neither a number"),
        (["keys", "create", "a\nb"], "must be 1 to 255 printable characters"),
        (["keys", "create", "x", "--expires", "2020-01-01"], "is not in the future"),
        (["keys", "create", "x", "--expires", "999999d"], "longer than a hundred years"),
        (["keys", "create", "x", "--admin", "--project-id", NOWHERE], "cannot be combined"),
        (["keys", "create", "x", "--organization-id", NOWHERE], "does not exist"),
        (["keys", "rotate", NOWHERE], f"no valid API key with the id {NOWHERE}"),
        (["keys", "revoke", NOWHERE], f"no valid API key with the id {NOWHERE}"),
        (["keys", "revoke", "x"], "No valid API key has the name"),
        (["purge", "--project", NOWHERE], f"{NOWHERE} does not exist"),
        (["purge"], "Missing option '--project'"),
        (["audit", "export", "--project", NOWHERE], f"{NOWHERE} does not exist"),
        (["audit", "export", "--since", "0001-01-01"], "more than a hundred years away"),
        (["audit", "export", "--since", "yesterday"], "neither a date such as"),
    ],
)
def test_mistakes_get_a_sentence(
    tenants: TenantData, shell: Shell, arguments: list[object], sentence: str
) -> None:
    assert sentence in shell.refusal(*arguments)
    assert keys_of(tenants.database) == []


def test_a_successor_lives_as_long_as_its_key_was_made_for(
    tenants: TenantData, shell: Shell
) -> None:
    shell.run("keys", "create", "ci", "--expires", "90d")
    (old,) = keys_of(tenants.database)

    done = shell.run("keys", "rotate", "ci", "--grace", "2h")

    ended, new = keys_of(tenants.database)
    assert ended.expires_at is not None
    assert new.expires_at is not None
    assert done.output.startswith("ph_")
    assert "The new key expires: 20" in done.error
    assert new.expires_at - new.created_at == pytest.approx(
        timedelta(days=90), abs=timedelta(seconds=10)
    )
    assert ended.expires_at - new.created_at < timedelta(hours=2, seconds=10)
    assert (new.name, new.organization_wide) == ("ci", old.organization_wide)
    assert f"Rotate its successor {new.id} instead" in shell.refusal("keys", "rotate", old.id)


def test_a_successor_of_a_key_without_end(tenants: TenantData, shell: Shell) -> None:
    shell.run("keys", "create", "ci")
    (old,) = keys_of(tenants.database)
    assert "The new key expires: never" in shell.run("keys", "rotate", old.id).error
    (_, second) = keys_of(tenants.database)
    assert second.expires_at is None

    assert shell.run("keys", "rotate", second.id, "--expires", "1d").status == 0

    (*_, third) = keys_of(tenants.database)
    assert third.expires_at is not None
    assert third.expires_at - third.created_at < timedelta(days=1, seconds=10)


def test_a_key_is_revoked_once(tenants: TenantData, shell: Shell) -> None:
    shell.run("keys", "create", "ci")
    (key,) = keys_of(tenants.database)

    assert shell.run("keys", "revoke", key.id).output == "Revoked.\n"

    assert str(key.id) in shell.refusal("keys", "revoke", key.id)
    assert last_event(tenants.database).action == "key.revoked"
    assert str(key.id) in shell.run("keys", "list").output


def test_a_key_is_revoked_by_its_name_or_its_beginning(tenants: TenantData, shell: Shell) -> None:
    for name in ("ci", "scanner", "scanner"):
        shell.run("keys", "create", name)
    ci, first, second = keys_of(tenants.database)

    both = shell.refusal("keys", "revoke", "scanner")
    assert str(first.id) in both
    assert str(second.id) in both
    assert "No valid API key" in shell.refusal("keys", "revoke", "other")
    assert "No valid API key" in shell.refusal("keys", "revoke", "ph_")
    assert shell.run("keys", "revoke", "ci").status == 0
    assert shell.run("keys", "revoke", first.hint).status == 0
    assert shell.run("keys", "revoke", "scanner").status == 0, "the only one that is left"
    assert all(key.revoked_at for key in keys_of(tenants.database))
    assert "No valid API key" in shell.refusal("keys", "revoke", ci.name)


def test_orgs_create_tells_which_policy_of_webhooks_to_set(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.run("orgs", "create", "First")
    advice = "Set PIGEONHOLE_WEBHOOK_POLICY=public, or =private"

    assert advice in shell.run("orgs", "create", "Other").error
    monkeypatch.setenv("PIGEONHOLE_WEBHOOK_POLICY", "private")
    assert advice not in shell.run("orgs", "create", "Third").error


def test_lists_as_json_hold_ids_and_limits(tenants: TenantData, shell: Shell) -> None:
    project_id = str(tenants.first.project_id)
    shell.run("keys", "create", "ci", "--project-id", project_id)
    shell.run("projects", "limit", project_id, "--max-bytes", 7)

    (key,) = json.loads(shell.run("keys", "list", "--json").output)["items"]
    projects = json.loads(shell.run("projects", "list", "--json").output)["items"]
    organizations = json.loads(shell.run("orgs", "list", "--json").output)["items"]

    assert (key["name"], key["project_id"], key["last_used_at"]) == ("ci", project_id, None)
    limits = {project["id"]: project["max_bytes"] for project in projects}
    assert limits[project_id] == 7
    assert sum(each["projects"] for each in organizations) == len(projects)


@pytest.mark.parametrize("name", ["[/red]", "[b]bold", ":smile:"])
def test_lists_show_names_as_they_are(shell: Shell, name: str) -> None:
    shell.run("keys", "create", name)

    assert name in shell.run("keys", "list").output


def put(tenants: TenantData, store: LocalBlobStore) -> str:
    writer = store.create()
    writer.write(b"bytes")
    blob = writer.commit()
    with tenants.database.write() as session:
        files.create(session, tenants.first, NewFile("a.txt", "txt"), blob)
    return blob.key


def test_a_purge_goes_on_past_what_it_cannot_delete(
    tenants: TenantData, shell: Shell, tmp_path: Path
) -> None:
    store = LocalBlobStore(tmp_path / "blobs")
    stuck, *others = [put(tenants, store) for _ in range(3)]
    # A directory in the place of the file: not even root unlinks it.
    (tmp_path / "blobs" / stuck).unlink()
    (tmp_path / "blobs" / stuck / "x").mkdir(parents=True)
    project_id = tenants.first.project_id

    done = shell.run("purge", "--project", project_id, "--yes")

    assert done.status == 1
    assert "files: 3" in done.output
    assert "blobs left: 1" in done.output
    assert f"not deleted: {stuck}\n" in done.error
    assert not any((tmp_path / "blobs" / key).exists() for key in others)
    assert shell.run("purge", "--project", project_id, "--yes").status == 1, "still there"
    (tmp_path / "blobs" / stuck / "x").rmdir()
    (tmp_path / "blobs" / stuck).rmdir()
    assert shell.run("purge", "--project", project_id, "--yes").status == 0


def test_a_purge_of_what_is_older_than_nothing_keeps_what_runs(
    tenants: TenantData, shell: Shell
) -> None:
    ended, running = tenants.job(), tenants.job()
    with tenants.database.write() as session:
        jobs.cancel(session, tenants.first, ended, ApiVersion.V1)
    project_id = tenants.first.project_id

    done = shell.run("purge", "--project", project_id, "--older-than", "0s", "--yes")

    assert (done.status, done.output.splitlines()[0]) == (0, "jobs: 1"), done
    assert tenants.read_job(running).status == "PENDING"
    exported = shell.run("audit", "export", "--project", project_id).output.splitlines()
    assert json.loads(exported[-1])["details"]["older_than_seconds"] == 0


def test_a_purge_is_proved_in_the_log(tenants: TenantData, shell: Shell) -> None:
    tenants.job(1)
    assert (
        shell.run("purge", "--project", tenants.first.project_id, "--older-than", "1d").status == 1
    )
    assert tenants.claim().attempt == 1, "not confirmed, so nothing was deleted"

    done = shell.run("purge", "--project", tenants.first.project_id, "--yes")

    assert (done.status, done.output.splitlines()[:2]) == (0, ["jobs: 1", "files: 1"])
    exported = shell.run("audit", "export", "--project", tenants.first.project_id)
    events = [json.loads(line) for line in exported.output.splitlines()]
    assert [event["action"] for event in events[-4:]] == [
        *["job.cancelled", "job.deleted", "file.deleted", "project.purged"]
    ]
    assert events[-1]["details"]["jobs"] == 1
    with tenants.database.read() as session:
        assert session.get(Project, tenants.first.project_id) is not None


@pytest.mark.parametrize("verb", ["keys", "projects", "orgs"])
def test_help_needs_no_database_and_a_typo_makes_none(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIGEONHOLE_DATABASE_URL", "")
    shell, typo = Shell(capsys, monkeypatch), tmp_path / "typo"

    assert shell.run(verb, "--data-dir", typo, "create", "--help").status == 0
    assert "pigeonhole.db does not exist" in shell.refusal(verb, "list", "--data-dir", typo)
    assert "pigeonhole.db does not exist" in shell.refusal(verb, "--data-dir", typo, "list")
    assert not typo.exists()
