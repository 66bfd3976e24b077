"""Organizations, keys, files and jobs made through the services, as the API makes them."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app.db import Database, new_id
from app.files import service as files
from app.files.blobs.protocol import Blob
from app.files.service import NewFile
from app.jobs import queue
from app.jobs import service as jobs
from app.jobs.completion import Classified
from app.jobs.models import Item, Job
from app.jobs.pages import PageSelection
from app.jobs.queue import Claim
from app.jobs.service import NewJob
from app.jobs.values import ApiVersion, Example, Rule, Verdict
from app.projects.models import Organization, Project
from app.projects.scope import Principal, Scope
from app.secrets import Secrets

LEASE = timedelta(minutes=1)
DAY = timedelta(days=1)
VERDICT = Classified(Verdict("invoice", 0.9, "It asks for money."), "2.0123456789ab")
RULES = (Rule("invoice", "A bill with a total to pay."), Rule("recipe", "Cooking instructions."))


class TenantData:
    """A database with one tenant, `first`; `add` makes others."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.secrets = Secrets("a secret of the tests, long enough")
        self.first = self.add("First")

    def add(self, name: str) -> Scope:
        """Make an organization with a project; return what its first key may touch."""
        organization, project = new_id(), new_id()
        with self.database.write() as session:
            session.add(Organization(id=organization, name=name))
            session.flush()
            session.add(
                Project(id=project, organization_id=organization, name=name, is_default=True)
            )
        return self.scope(organization, project, organization_wide=True)

    def project(self, scope: Scope, name: str = "Another") -> Scope:
        """Add a project to the organization; return the scope of a key of this project only."""
        organization, project = scope.principal.organization_id, new_id()
        with self.database.write() as session:
            session.add(Project(id=project, organization_id=organization, name=name))
        return self.scope(organization, project, organization_wide=False)

    def scope(self, organization: UUID, project: UUID, *, organization_wide: bool) -> Scope:
        return Scope(
            Principal(new_id(), organization, project, organization_wide, False, None),
            project,
            is_explicit=False,
        )

    def file(self, name: str = "a.txt", scope: Scope | None = None) -> UUID:
        blob = Blob(f"aa/{new_id().hex}", size=3, sha256="0" * 64)
        with self.database.write() as session:
            return files.create(session, scope or self.first, NewFile(name, "txt"), blob).id

    def job(
        self,
        file_ids: Sequence[UUID] | int = 1,
        scope: Scope | None = None,
        deadline: timedelta = DAY,
        rules: Sequence[Rule] = RULES,
        pages: PageSelection | None = None,
        examples: tuple[Example, ...] = (),
    ) -> UUID:
        """Create a job for these files, or for so many entries of one new file."""
        if isinstance(file_ids, int):
            file_ids = [self.file(scope=scope)] * file_ids
        pages = pages or PageSelection()
        new = NewJob(
            file_ids=tuple(file_ids),
            rules=tuple(rules),
            mode="FAST",
            lang="en",
            pages=pages,
            api_version=ApiVersion.V1,
            deadline=deadline,
            examples=examples,
        )
        with self.database.write() as session:
            return jobs.create(session, scope or self.first, self.secrets, new).id

    def claim(self, worker: str = "w1", lease: timedelta = LEASE) -> Claim:
        """Claim the next item, which must be there."""
        claim = queue.claim_next(self.database, worker, lease)
        assert claim is not None
        return claim

    def read_job(self, job_id: UUID) -> Job:
        with self.database.read() as session:
            return session.get_one(Job, job_id)

    def items(self, job_id: UUID) -> Sequence[Item]:
        with self.database.read() as session:
            return session.scalars(
                select(Item).where(Item.job_id == job_id).order_by(Item.ordinal)
            ).all()
