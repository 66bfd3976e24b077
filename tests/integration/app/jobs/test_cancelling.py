"""Jobs are cancelled and deleted: extensions of version 1 of the API."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import text, update

from app.db import new_id
from app.errors import NotFound
from app.jobs import completion, queue, recovery, service
from app.jobs.models import Item, ItemStatus, Job
from app.jobs.values import ApiVersion
from devtools.tenant_data import VERDICT, TenantData
from devtools.waiting import WAIT_SECONDS, until
from tests.integration.application import FILES, JOBS, Api, create_job, upload

MESSAGE = "the job was cancelled: 2 of 3 files were not classified"


def cancel(tenants: TenantData, job_id: UUID) -> Job:
    with tenants.database.write() as session:
        return service.cancel(session, tenants.first, job_id, ApiVersion.V1)


def test_open_items_end_and_results_stay(tenants: TenantData) -> None:
    job_id, other = tenants.job(3), tenants.job(1)
    queue.finish(tenants.database, tenants.claim(), VERDICT)
    assert tenants.claim().job_id == other
    late = tenants.claim()

    job = cancel(tenants, job_id)

    assert (job.status, job.error_message) == ("CANCELLED", MESSAGE)
    assert (job.ended_count, job.failed_count) == (3, 2)
    assert [item.error_code for item in tenants.items(job_id)] == [None, "cancelled", "cancelled"]
    with tenants.database.read() as session:
        views = service.results(session, tenants.first, job_id, ApiVersion.V1)
    assert [view.verdict is not None for view in views] == [True, False, False]
    assert not queue.finish(tenants.database, late, VERDICT), "the worker came too late"
    assert tenants.read_job(other).status == "PENDING"


def test_nothing_of_a_cancelled_job_is_claimed(tenants: TenantData) -> None:
    cancel(tenants, tenants.job(5))

    assert recovery.count_open(tenants.database, cap=10) == 0


def test_cancelling_again_changes_nothing(tenants: TenantData) -> None:
    job_id = tenants.job(3)
    queue.finish(tenants.database, tenants.claim(), VERDICT)
    first = cancel(tenants, job_id)

    again = cancel(tenants, job_id)

    assert (again.status, again.error_message) == ("CANCELLED", MESSAGE)
    assert again.updated_at == first.updated_at


def test_an_ended_job_stays_what_it_is(tenants: TenantData) -> None:
    job_id = tenants.job(1)
    queue.finish(tenants.database, tenants.claim(), VERDICT)

    assert cancel(tenants, job_id).status == "SUCCESS"


def test_workers_the_sweeper_and_cancelling_meet(tenants: TenantData) -> None:
    """The first to finish an item ends it; each is counted once, without a deadlock."""
    jobs = [tenants.job(40) for _ in range(3)]
    with tenants.database.write() as session:
        session.execute(update(Job).values(deadline_at=Job.created_at))
    claims = [tenants.claim() for _ in range(60)]
    barrier = threading.Barrier(4)

    def work(number: int) -> None:
        barrier.wait()
        if number < 2:
            for claim in claims[number::2]:
                queue.finish(tenants.database, claim, VERDICT)
        elif number == 2:
            recovery.end_overdue(tenants.database)
        else:
            for job_id in jobs:
                cancel(tenants, job_id)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    for job_id in jobs:
        job, items = tenants.read_job(job_id), tenants.items(job_id)
        assert job.status in ("CANCELLED", "PARTIAL_SUCCESS", "ERROR")
        assert job.ended_count == 40
        assert job.failed_count == sum(item.status == ItemStatus.FAILED for item in items)


def test_an_overdue_job_without_open_items_ends(tenants: TenantData) -> None:
    """Counters that were changed by hand must not leave a job PENDING."""
    job_id = tenants.job(3)
    queue.finish(tenants.database, tenants.claim(), VERDICT)
    with tenants.database.write() as session:
        values = {"status": ItemStatus.FAILED, "error_message": "lost"}
        session.execute(update(Item).where(Item.status == ItemStatus.QUEUED).values(values))
        session.execute(update(Job).values(deadline_at=Job.created_at))

    assert recovery.end_overdue(tenants.database) == 1

    job = tenants.read_job(job_id)
    assert (job.status, job.ended_count, job.failed_count) == ("PARTIAL_SUCCESS", 3, 2)


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_job_that_cannot_be_ended_keeps_no_other_back(
    tenants: TenantData, caplog: pytest.LogCaptureFixture
) -> None:
    stuck, other = tenants.job(1), tenants.job(1)
    with tenants.database.write() as session:
        session.execute(update(Job).values(deadline_at=Job.created_at))
        # One more does not fit into the column.
        session.execute(update(Job).where(Job.id == stuck).values(failed_count=2**31 - 1))

    assert recovery.end_overdue(tenants.database) == 1

    assert (tenants.read_job(stuck).status, tenants.read_job(other).status) == ("PENDING", "ERROR")
    assert "ending an overdue job failed; retrying" in caplog.text


class TestApi:
    def test_cancel_then_delete(self, tenants: TenantData, api: Api) -> None:
        client = api.tenant(tenants, "Ours")
        file_id = upload(client)
        job_id = create_job(client, file_id)

        refused = client.delete(f"{JOBS}/{job_id}")
        # The clients send this with every POST that has no body.
        cancelled = client.post(
            f"{JOBS}/{job_id}/cancel", headers={"Content-Type": "application/json"}
        )
        again = client.post(f"{JOBS}/{job_id}/cancel")
        results = client.get(f"{JOBS}/{job_id}/results")
        deleted = client.delete(f"{JOBS}/{job_id}")

        assert refused.status_code == 409
        assert refused.headers["x-should-retry"] == "false"
        assert "cancel it before you delete it" in refused.json()["detail"]
        assert cancelled.status_code == 200
        assert cancelled.json()["status"] == "CANCELLED"
        assert again.json() == cancelled.json() == {**cancelled.json(), "id": job_id}
        assert [item["error"]["code"] for item in results.json()["items"]] == ["cancelled"]
        assert (deleted.status_code, deleted.content) == (204, b"")
        assert client.get(f"{JOBS}/{job_id}").status_code == 404
        assert client.get(f"{JOBS}/{job_id}/results").status_code == 404
        assert client.get(f"{FILES}/{file_id}/content").status_code == 200, "files stay"

    @pytest.mark.parametrize("owner", ["nobody", "others"])
    def test_only_jobs_in_reach(self, tenants: TenantData, api: Api, owner: str) -> None:
        client, others = api.tenant(tenants, "Ours"), api.tenant(tenants, "Others")
        job_id = str(new_id()) if owner == "nobody" else create_job(others, upload(others))

        answers = client.post(f"{JOBS}/{job_id}/cancel"), client.delete(f"{JOBS}/{job_id}")

        for answer in answers:
            assert answer.status_code == 404
            assert answer.json() == {"detail": f"Classify job {job_id} does not exist."}
        if owner == "others":
            assert others.get(f"{JOBS}/{job_id}").json()["status"] == "PENDING"


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_job_that_is_deleted_meanwhile_is_not_found(tenants: TenantData) -> None:
    """On Postgres only: on SQLite writers wait for each other from their beginning."""
    job_id = tenants.job(1)
    with ThreadPoolExecutor(1) as pool:
        with tenants.database.write() as session:
            completion.cancel(session, job_id, actor="key:another")
            late = pool.submit(cancel, tenants, job_id)
            _wait_for_a_lock(tenants)
            service.discard(session, job_id, actor="key:another")
        with pytest.raises(NotFound, match=str(job_id)):
            late.result(timeout=WAIT_SECONDS)


def _wait_for_a_lock(tenants: TenantData) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )

    def is_waiting() -> bool:
        with tenants.database.read() as session:
            return bool(session.scalar(waiting))

    until(is_waiting, "a statement that waits for a lock")
