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
from devtools.waiting import WAIT_SECONDS, until
from devtools.world import VERDICT, World
from tests.integration.application import FILES, JOBS, Api, create_job, upload

MESSAGE = "the job was cancelled: 2 of 3 files were not classified"


def cancel(world: World, job_id: UUID) -> Job:
    with world.database.write() as session:
        return service.cancel(session, world.here, job_id, ApiVersion.V1)


def test_open_items_end_and_results_stay(world: World) -> None:
    job_id, other = world.job(3), world.job(1)
    queue.finish(world.database, world.claim(), VERDICT)
    assert world.claim().job_id == other
    late = world.claim()

    job = cancel(world, job_id)

    assert (job.status, job.error_message) == ("CANCELLED", MESSAGE)
    assert (job.ended_count, job.failed_count) == (3, 2)
    assert [item.error_code for item in world.items(job_id)] == [None, "cancelled", "cancelled"]
    with world.database.read() as session:
        views = service.results(session, world.here, job_id, ApiVersion.V1)
    assert [view.verdict is not None for view in views] == [True, False, False]
    assert not queue.finish(world.database, late, VERDICT), "the worker came too late"
    assert world.read_job(other).status == "PENDING"


def test_nothing_of_a_cancelled_job_is_claimed(world: World) -> None:
    cancel(world, world.job(5))

    assert recovery.count_open(world.database, cap=10) == 0


def test_cancelling_again_changes_nothing(world: World) -> None:
    job_id = world.job(3)
    queue.finish(world.database, world.claim(), VERDICT)
    first = cancel(world, job_id)

    again = cancel(world, job_id)

    assert (again.status, again.error_message) == ("CANCELLED", MESSAGE)
    assert again.updated_at == first.updated_at


def test_an_ended_job_stays_what_it_is(world: World) -> None:
    job_id = world.job(1)
    queue.finish(world.database, world.claim(), VERDICT)

    assert cancel(world, job_id).status == "SUCCESS"


def test_workers_the_sweeper_and_cancelling_meet(world: World) -> None:
    """Whoever comes first ends an item; each is counted once, and nobody waits for ever."""
    jobs = [world.job(40) for _ in range(3)]
    with world.database.write() as session:
        session.execute(update(Job).values(deadline_at=Job.created_at))
    claims = [world.claim() for _ in range(60)]
    barrier = threading.Barrier(4)

    def work(number: int) -> None:
        barrier.wait()
        if number < 2:
            for claim in claims[number::2]:
                queue.finish(world.database, claim, VERDICT)
        elif number == 2:
            recovery.end_overdue(world.database)
        else:
            for job_id in jobs:
                cancel(world, job_id)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    for job_id in jobs:
        job, items = world.read_job(job_id), world.items(job_id)
        assert job.status in ("CANCELLED", "PARTIAL_SUCCESS", "ERROR")
        assert job.ended_count == 40
        assert job.failed_count == sum(item.status == ItemStatus.FAILED for item in items)


def test_an_overdue_job_without_open_items_ends(world: World) -> None:
    """Counters that somebody changed by hand must not leave a job PENDING for ever."""
    job_id = world.job(3)
    queue.finish(world.database, world.claim(), VERDICT)
    with world.database.write() as session:
        values = {"status": ItemStatus.FAILED, "error_message": "lost"}
        session.execute(update(Item).where(Item.status == ItemStatus.QUEUED).values(values))
        session.execute(update(Job).values(deadline_at=Job.created_at))

    assert recovery.end_overdue(world.database) == 1

    job = world.read_job(job_id)
    assert (job.status, job.ended_count, job.failed_count) == ("PARTIAL_SUCCESS", 3, 2)


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_job_that_cannot_be_ended_keeps_no_other_back(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    stuck, other = world.job(1), world.job(1)
    with world.database.write() as session:
        session.execute(update(Job).values(deadline_at=Job.created_at))
        # One more does not fit into the column.
        session.execute(update(Job).where(Job.id == stuck).values(failed_count=2**31 - 1))

    assert recovery.end_overdue(world.database) == 1

    assert (world.read_job(stuck).status, world.read_job(other).status) == ("PENDING", "ERROR")
    assert "ending an overdue job failed; retrying" in caplog.text


class TestApi:
    def test_cancel_then_delete(self, world: World, api: Api) -> None:
        client = api.tenant(world, "Ours")
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
    def test_only_jobs_in_reach(self, world: World, api: Api, owner: str) -> None:
        client, others = api.tenant(world, "Ours"), api.tenant(world, "Others")
        job_id = str(new_id()) if owner == "nobody" else create_job(others, upload(others))

        answers = client.post(f"{JOBS}/{job_id}/cancel"), client.delete(f"{JOBS}/{job_id}")

        for answer in answers:
            assert answer.status_code == 404
            assert answer.json() == {"detail": f"Classify job {job_id} does not exist."}
        if owner == "others":
            assert others.get(f"{JOBS}/{job_id}").json()["status"] == "PENDING"


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_job_that_is_deleted_meanwhile_is_not_found(world: World) -> None:
    """On Postgres only: on SQLite writers wait for each other from their beginning."""
    job_id = world.job(1)
    with ThreadPoolExecutor(1) as pool:
        with world.database.write() as session:
            completion.cancel(session, job_id, actor="key:another")
            late = pool.submit(cancel, world, job_id)
            _wait_for_a_lock(world)
            service.discard(session, job_id, actor="key:another")
        with pytest.raises(NotFound, match=str(job_id)):
            late.result(timeout=WAIT_SECONDS)


def _wait_for_a_lock(world: World) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )

    def is_waiting() -> bool:
        with world.database.read() as session:
            return bool(session.scalar(waiting))

    until(is_waiting, "a statement that waits for a lock")
