"""A worker that goes on: it finishes an item and claims the next one at once, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

from app.jobs import queue, recovery
from app.jobs.queue import Claimer
from app.jobs.turns import ProjectTurns
from devtools.tenant_data import LEASE, VERDICT, TenantData

OVER = timedelta(seconds=-1)


def claimer(worker: str) -> Claimer:
    return Claimer(worker, LEASE, ProjectTurns())


def test_the_next_item_is_claimed_when_one_ends(tenants: TenantData) -> None:
    job_id = tenants.job(2)

    claim = tenants.claim("w")
    finished = queue.finish_and_claim(tenants.database, claim, VERDICT, claimer("w"))

    following = finished.following
    assert following is not None
    first, second = tenants.items(job_id)
    assert (first.id, first.status) == (claim.item_id, "done")
    assert (second.id, second.status, second.worker) == (following.item_id, "running", "w")
    last = queue.finish_and_claim(tenants.database, following, VERDICT, claimer("w"))
    assert (last.is_recorded, last.following) == (True, None)
    assert tenants.read_job(job_id).status == "SUCCESS"


def test_nothing_is_claimed_with_a_lost_lease(tenants: TenantData) -> None:
    job_id = tenants.job(2)
    stale = tenants.claim("slow", lease=OVER)
    recovery.requeue_expired(tenants.database, max_attempts=3)

    finished = queue.finish_and_claim(tenants.database, stale, VERDICT, claimer("slow"))

    assert (finished.is_recorded, finished.following) == (False, None)
    assert [item.status for item in tenants.items(job_id)] == ["queued", "queued"]


def test_projects_take_turns(tenants: TenantData) -> None:
    other = tenants.add("Other")
    jobs = [tenants.job(2), tenants.job(2, scope=other)]
    own = claimer("w")

    claim = queue.claim_next(tenants.database, "w", LEASE, own.turns)
    served = []
    while claim is not None:
        served.append(claim.job_id)
        claim = queue.finish_and_claim(tenants.database, claim, VERDICT, own).following

    assert served in (jobs * 2, jobs[::-1] * 2)


def test_workers_that_go_on_together_take_each_item_once(tenants: TenantData) -> None:
    job_id = tenants.job(40)

    def work(number: int) -> list[UUID]:
        own, done = claimer(f"w{number}"), []
        claim = queue.claim_next(tenants.database, own.worker, LEASE, own.turns)
        while claim is not None:
            done.append(claim.item_id)
            claim = queue.finish_and_claim(tenants.database, claim, VERDICT, own).following
        return done

    with ThreadPoolExecutor(4) as pool:
        done = [item for part in pool.map(work, range(4)) for item in part]

    assert sorted(done) == sorted(item.id for item in tenants.items(job_id))
    assert tenants.read_job(job_id).status == "SUCCESS"
