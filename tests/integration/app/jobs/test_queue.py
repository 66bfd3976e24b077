"""How items change hands, on both databases."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import pytest
from sqlalchemy import event, func, select

from app.db import Database
from app.errors import Conflict, FileErrorCode, NotFound
from app.files import service as files
from app.jobs import queue, recovery, service
from app.jobs.completion import Classified
from app.jobs.models import Result
from app.jobs.queue import Claim
from app.jobs.values import ApiVersion, FileFailure, Verdict
from devtools.tenant_data import LEASE, RULES, VERDICT, TenantData

Outcome = TypeVar("Outcome")
FAILURE = FileFailure(FileErrorCode.CORRUPT, "the file is damaged")


def classified(type_: str | None) -> Classified:
    return Classified(Verdict(type_, 1.0, "-"), "2.0")


OVER = timedelta(seconds=-1)  # a lease or deadline that has run out already


def together(count: int, work: Callable[[int], Outcome]) -> list[Outcome]:
    """Run `work(0)` to `work(count - 1)` in threads that begin at the same moment."""
    barrier = threading.Barrier(count)

    def run(number: int) -> Outcome:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def results(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Result)) or 0


class TestClaim:
    def test_nothing_is_open(self, tenants: TenantData) -> None:
        assert queue.claim_next(tenants.database, "w", LEASE) is None

    def test_a_claim_carries_all_that_the_work_needs(self, tenants: TenantData) -> None:
        file_id = tenants.file("report.pdf")
        job_id = tenants.job([file_id])

        claim = tenants.claim()

        assert (claim.job_id, claim.attempt, claim.file_name) == (job_id, 1, "report.pdf")
        assert (claim.rules, claim.mode, claim.lang) == (RULES, "FAST", None)
        assert claim.pages.max_pages == 5
        assert claim.blob_key is not None

    def test_the_lowest_ordinal_comes_first_then_the_oldest_job(self, tenants: TenantData) -> None:
        large = tenants.job(3)
        small = tenants.job(1)
        middle = tenants.job(2)

        order = [tenants.claim().job_id for _ in range(6)]

        assert order == [large, small, middle, large, middle, large]

    def test_the_items_of_a_job_go_in_their_order(self, tenants: TenantData) -> None:
        names = [f"{number}.txt" for number in range(5)]
        tenants.job([tenants.file(name) for name in names])

        assert [tenants.claim().file_name for _ in names] == names

    def test_no_item_is_claimed_twice(self, tenants: TenantData) -> None:
        job_id = tenants.job(200)

        def claim_all(number: int) -> list[UUID]:
            claimed = []
            while claim := queue.claim_next(tenants.database, f"w{number}", LEASE):
                claimed.append(claim.item_id)
            return claimed

        claimed = Counter(item for each in together(8, claim_all) for item in each)

        assert set(claimed) == {item.id for item in tenants.items(job_id)}
        assert set(claimed.values()) == {1}

    def test_a_deleted_file_is_claimed_without_bytes(self, tenants: TenantData) -> None:
        file_id = tenants.file()
        tenants.job([file_id])
        with tenants.database.write() as session:
            files.remove(session, tenants.first, file_id)

        assert tenants.claim().blob_key is None


class TestFinish:
    def test_a_result_ends_the_item_and_the_last_item_the_job(self, tenants: TenantData) -> None:
        job_id = tenants.job(2)

        assert queue.finish(tenants.database, tenants.claim(), VERDICT)
        assert tenants.read_job(job_id).status == "PENDING"
        assert queue.finish(tenants.database, tenants.claim(), classified(None))

        job = tenants.read_job(job_id)
        assert (job.status, job.ended_count, job.failed_count) == ("SUCCESS", 2, 0)
        assert job.error_message is None
        with tenants.database.read() as session:
            views = service.results(session, tenants.first, job_id, ApiVersion.V1)
        assert [view.verdict for view in views] == [
            VERDICT.verdict,
            classified(None).verdict,
        ]
        with tenants.database.read() as session:
            versions = session.scalars(select(Result.engine_version)).all()
        assert set(versions) == {VERDICT.engine_version, "2.0"}

    def test_failures_are_named_in_the_order_of_the_files(self, tenants: TenantData) -> None:
        job_id = tenants.job([tenants.file(name) for name in ("a.pdf", "b.pdf", "c.pdf")])
        first, second, third = (tenants.claim() for _ in range(3))

        queue.finish(tenants.database, third, FAILURE)
        queue.finish(tenants.database, second, VERDICT)
        queue.finish(
            tenants.database, first, FileFailure(FileErrorCode.EMPTY, "the file has no bytes")
        )

        job = tenants.read_job(job_id)
        assert job.status == "PARTIAL_SUCCESS"
        assert job.error_message == (
            "2 of 3 files failed: a.pdf: the file has no bytes; c.pdf: the file is damaged"
        )
        assert [item.error_code for item in tenants.items(job_id)] == ["empty", None, "corrupt"]

    def test_a_stale_token_changes_nothing(self, tenants: TenantData) -> None:
        job_id = tenants.job(1)
        stale = tenants.claim("slow", lease=OVER)
        recovery.requeue_expired(tenants.database, max_attempts=3)
        fresh = tenants.claim("quick")

        assert not queue.finish(tenants.database, stale, FAILURE)

        (item,) = tenants.items(job_id)
        assert (item.status, item.worker, item.error_code) == ("running", "quick", None)
        assert tenants.read_job(job_id).ended_count == 0
        assert queue.finish(tenants.database, fresh, VERDICT)
        assert tenants.read_job(job_id).status == "SUCCESS"

    def test_an_item_ends_once(self, tenants: TenantData) -> None:
        job_id = tenants.job(1)
        claim = tenants.claim()

        ended = together(8, lambda _: queue.finish(tenants.database, claim, VERDICT))

        assert sorted(map(bool, ended)) == [False] * 7 + [True]
        assert results(tenants.database) == 1
        assert tenants.read_job(job_id).ended_count == 1

    def test_counters_and_status_are_right_when_files_end_together(
        self, tenants: TenantData
    ) -> None:
        job_id = tenants.job(64)
        claims = [tenants.claim() for _ in range(64)]

        def finish_eight(number: int) -> None:
            for claim in claims[number::8]:
                outcome = FAILURE if number == 0 else VERDICT
                assert queue.finish(tenants.database, claim, outcome)

        together(8, finish_eight)

        job = tenants.read_job(job_id)
        assert (job.status, job.ended_count, job.failed_count) == ("PARTIAL_SUCCESS", 64, 8)
        assert results(tenants.database) == 56
        assert str(job.error_message).startswith("8 of 64 files failed: ")


class TestLease:
    def test_a_renewed_lease_is_not_taken_back(self, tenants: TenantData) -> None:
        tenants.job(1)
        claim = tenants.claim(lease=OVER)

        assert queue.renew(tenants.database, claim, LEASE)
        assert recovery.requeue_expired(tenants.database, max_attempts=3) == 0

    def test_a_lost_lease_cannot_be_renewed(self, tenants: TenantData) -> None:
        tenants.job(1)
        claim = tenants.claim(lease=OVER)
        recovery.requeue_expired(tenants.database, max_attempts=3)

        assert not queue.renew(tenants.database, claim, LEASE)

    def test_a_released_item_is_open_again_and_its_attempt_forgotten(
        self, tenants: TenantData
    ) -> None:
        tenants.job(1)
        queue.release(tenants.database, tenants.claim())

        assert tenants.claim().attempt == 1


class TestTakeBack:
    def test_only_expired_leases(self, tenants: TenantData) -> None:
        job_id = tenants.job(2)
        tenants.claim("dead", lease=OVER)
        tenants.claim("alive")

        assert recovery.requeue_expired(tenants.database, max_attempts=3) == 1
        assert [item.status for item in tenants.items(job_id)] == ["queued", "running"]

    def test_a_lease_renewed_at_the_last_moment_is_kept(self, tenants: TenantData) -> None:
        """After the look for leases that have run out, before the item is taken back."""
        job_id = tenants.job(1)
        claim = tenants.claim(lease=OVER)
        renewed: list[bool] = []

        def renew(_: object) -> None:
            if not renewed:
                renewed.append(True)
                renewed[0] = queue.renew(tenants.database, claim, LEASE)

        # The transaction of the look ends with it.
        event.listen(tenants.database.engine, "rollback", renew)
        recovery.requeue_expired(tenants.database, max_attempts=1)

        (item,) = tenants.items(job_id)
        assert renewed == [True]
        assert item.status == "running"

    def test_everything_of_one_worker(self, tenants: TenantData) -> None:
        job_id = tenants.job(3)
        for worker in ("a", "b", "a"):
            tenants.claim(worker)

        assert recovery.requeue_worker(tenants.database, max_attempts=3, worker="a") == 2
        assert [item.status for item in tenants.items(job_id)] == ["queued", "running", "queued"]

    def test_everything(self, tenants: TenantData) -> None:
        job_id = tenants.job(3)
        claims = [tenants.claim(), tenants.claim()]
        queue.finish(tenants.database, claims[0], VERDICT)

        assert recovery.requeue_all(tenants.database, max_attempts=3) == 1
        assert [item.status for item in tenants.items(job_id)] == ["done", "queued", "queued"]

    def test_the_next_attempt_is_counted(self, tenants: TenantData) -> None:
        tenants.job(1)
        attempts = []
        for _ in range(3):
            attempts.append(tenants.claim(lease=OVER).attempt)
            recovery.requeue_expired(tenants.database, max_attempts=5)

        assert attempts == [1, 2, 3]

    def test_a_file_that_loses_every_worker_is_given_up(self, tenants: TenantData) -> None:
        job_id = tenants.job([tenants.file("killer.pdf")])
        for _ in range(2):
            tenants.claim(lease=OVER)
            recovery.requeue_expired(tenants.database, max_attempts=2)

        (item,) = tenants.items(job_id)
        assert (item.status, item.error_code, item.attempt) == ("failed", "worker_lost", 2)
        job = tenants.read_job(job_id)
        assert job.status == "ERROR"
        assert job.error_message == f"1 of 1 file failed: killer.pdf: {recovery.LOST}"

    def test_it_loses_against_a_worker_that_finishes(self, tenants: TenantData) -> None:
        """The first to finish wins; the item ends once and is counted once."""
        job_id = tenants.job(20)
        claims = [tenants.claim(lease=OVER) for _ in range(20)]

        def finish(claim: Claim) -> None:
            queue.finish(tenants.database, claim, VERDICT)

        def work(number: int) -> None:
            if number:
                recovery.requeue_expired(tenants.database, max_attempts=1)
            else:
                for claim in claims:
                    finish(claim)

        together(2, work)

        job = tenants.read_job(job_id)
        statuses = Counter(item.status for item in tenants.items(job_id))
        assert job.ended_count == 20 == statuses["done"] + statuses["failed"]
        assert job.failed_count == statuses["failed"]
        assert results(tenants.database) == statuses["done"]


class TestDeadline:
    def test_open_items_of_an_overdue_job_fail_and_results_stay(self, tenants: TenantData) -> None:
        job_id = tenants.job(3, deadline=OVER)
        other = tenants.job(1)
        queue.finish(tenants.database, tenants.claim(), VERDICT)
        other_claim = tenants.claim()
        late = tenants.claim()

        assert recovery.end_overdue(tenants.database) == 1

        assert [item.error_code for item in tenants.items(job_id)] == [
            None,
            "deadline_exceeded",
            "deadline_exceeded",
        ]
        assert tenants.read_job(job_id).status == "PARTIAL_SUCCESS"
        assert not queue.finish(tenants.database, late, VERDICT), "the worker came too late"
        assert queue.finish(tenants.database, other_claim, VERDICT)
        assert tenants.read_job(other).status == "SUCCESS"

    def test_a_job_ends_once(self, tenants: TenantData) -> None:
        tenants.job(2, deadline=OVER)
        recovery.end_overdue(tenants.database)

        assert recovery.end_overdue(tenants.database) == 0


class TestJob:
    def test_duplicates_are_items_of_their_own_in_the_order_given(
        self, tenants: TenantData
    ) -> None:
        a, b = tenants.file("a.txt"), tenants.file("b.txt")
        job_id = tenants.job([b, a, b])

        for name in ("b", "a", "b again"):
            queue.finish(tenants.database, tenants.claim(), classified(name))

        with tenants.database.read() as session:
            views = service.results(session, tenants.first, job_id, ApiVersion.V1)
        assert [view.file_id for view in views] == [b, a, b]
        assert len({view.id for view in views}) == 3
        assert [view.verdict and view.verdict.type for view in views] == ["b", "a", "b again"]

    def test_results_of_a_waiting_job_have_no_verdicts(self, tenants: TenantData) -> None:
        job_id = tenants.job(2)

        with tenants.database.read() as session:
            views = service.results(session, tenants.first, job_id, ApiVersion.V1)
        assert [view.verdict for view in views] == [None, None]

    def test_open_items_are_counted_up_to_a_cap(self, tenants: TenantData) -> None:
        tenants.job(10)
        tenants.claim()

        assert recovery.count_open(tenants.database, cap=100) == 9
        assert recovery.count_open(tenants.database, cap=4) == 4

    def test_a_job_can_be_deleted_when_it_has_ended_and_not_before(
        self, tenants: TenantData
    ) -> None:
        job_id = tenants.job(1)
        claim = tenants.claim()
        with pytest.raises(Conflict, match="still running"), tenants.database.write() as session:
            service.remove(session, tenants.first, job_id, ApiVersion.V1)
        queue.finish(tenants.database, claim, VERDICT)

        with tenants.database.write() as session:
            service.remove(session, tenants.first, job_id, ApiVersion.V1)

        with pytest.raises(NotFound), tenants.database.read() as session:
            service.get(session, tenants.first, job_id, ApiVersion.V1)
        assert results(tenants.database) == 0
