"""The labelled files of a project, as learning needs them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Uuid, and_, bindparam, func, select
from sqlalchemy.orm import Session

from app.db import Database, now, table_of
from app.files.models import File
from app.jobs.languages import requested_language
from app.jobs.models import Job
from app.jobs.pages import PageSelection
from app.jobs.values import Rule
from app.labels.models import Label
from app.labels.reach import Types, find_judged, says_about
from app.learning.models import LearnedModel
from app.learning.service import digest_rules, request_fit

# How long one version of the engine keeps a model from another.
STALE = timedelta(minutes=10)
# How files are read whose job is gone.
_MODE = "FAST"

_LABELS, _FILES, _MODELS = table_of(Label), table_of(File), table_of(LearnedModel)
_OF_MODEL = (
    _MODELS.c.id,
    _MODELS.c.fitted_at,
    _MODELS.c.labels_digest,
    _MODELS.c.engine_version,
    _MODELS.c.is_used,
)
# Built once, because it runs for each file.
_IN_FORCE = (
    select(*_OF_MODEL)
    .select_from(
        _LABELS.join(
            _FILES,
            and_(_FILES.c.id == _LABELS.c.file_id, _FILES.c.project_id == _LABELS.c.project_id),
        ).outerjoin(
            _MODELS,
            and_(
                _MODELS.c.project_id == _LABELS.c.project_id,
                _MODELS.c.rules_digest == bindparam("rules"),
            ),
        )
    )
    .where(_LABELS.c.project_id == bindparam("project", type_=Uuid()))
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """A file and the type that a person gave it, None if no rule fits.

    It is read as the job did where the label was given: `pages`, `mode` and `lang`, which is None
    when the client gave no language. `judged` are the types of its rules, None if it is gone.
    """

    file_id: UUID
    name: str
    blob_key: str
    type: str | None
    pages: PageSelection
    mode: str
    lang: str | None
    judged: Types | None


@dataclass(frozen=True, slots=True)
class ModelInForce:
    """The model of a project with labels, for the rules of a job.

    `model_id` is None when there is none. `fitted` identifies the state of the model: it changes
    with every fit. `is_stale` tells that it was fitted long ago, so that another version of the
    engine may ask for a fit of its own: two versions that work side by side must not take turns.
    `types` are those of the rules where these are another job's.
    """

    model_id: UUID | None
    fitted: str
    engine_version: str | None
    is_used: bool
    is_stale: bool = False
    types: frozenset[str] = frozenset()


def find_of_project(session: Session, project_id: UUID) -> Sequence[LabelledFile]:
    """Return the labelled files of a project, by id.

    Those of other projects, which organization-wide keys can label, teach nothing: their names
    and lines must not appear here.
    """
    rows = session.execute(
        select(
            Label.file_id,
            Label.type,
            File.name,
            File.blob_key,
            Label.job_id,
            Job.mode,
            Job.lang,
            Job.given_lang,
            Job.max_pages,
            Job.target_pages,
        )
        .join(File, _is_own_file())
        .outerjoin(Job, and_(Job.id == Label.job_id, Job.project_id == Label.project_id))
        .where(Label.project_id == project_id)
        .order_by(Label.file_id)
    ).all()
    judged = find_judged(session, project_id, (row.job_id for row in rows))
    return [
        LabelledFile(
            file_id=row.file_id,
            name=row.name,
            blob_key=row.blob_key,
            type=row.type,
            pages=PageSelection()
            if row.mode is None
            else PageSelection.of(row.max_pages, row.target_pages),
            mode=row.mode or _MODE,
            lang=requested_language(row.lang, row.given_lang),
            judged=judged.get(row.job_id),
        )
        for row in rows
    ]


def find_label(
    session: Session, project_id: UUID, file_id: UUID, types: Collection[str]
) -> Label | None:
    """Return the label of a file of the project that says something about rules of these types.

    None if it has none or is another project's.
    """
    label = session.scalars(
        select(Label)
        .join(File, _is_own_file())
        .where(Label.project_id == project_id, Label.file_id == file_id)
    ).one_or_none()
    if label is None:
        return None
    judged = find_judged(session, project_id, [label.job_id]).get(label.job_id)
    return label if says_about(label.type, judged, types) else None


def find_in_force(session: Session, project_id: UUID, rules: Iterable[Rule]) -> ModelInForce | None:
    """Return the model of a project for these rules; None for a project without labels.

    One statement, because it runs for every file.
    """
    values = {"project": project_id, "rules": digest_rules(rules)}
    row = session.execute(_IN_FORCE, values).one_or_none()
    if row is None:
        return None
    return _in_force(row)


def find_newest(session: Session, project_id: UUID, engine_version: str) -> ModelInForce | None:
    """Return the model of a project that was fitted last by this engine, whatever its rules are."""
    wanted = _MODELS.c.project_id == project_id, _MODELS.c.engine_version == engine_version
    query = select(*_OF_MODEL, _MODELS.c.rules).where(*wanted)
    row = session.execute(query.order_by(_MODELS.c.fitted_at.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    return replace(_in_force(row), types=frozenset(rule["type"] for rule in row.rules))


def _in_force(row: Row[*tuple[Any, ...]]) -> ModelInForce:
    fitted = f"{row.fitted_at} {row.labels_digest}"
    is_stale = row.fitted_at is not None and now() - row.fitted_at > STALE
    return ModelInForce(row.id, fitted, row.engine_version, bool(row.is_used), is_stale)


def request_fits_of_deleted(database: Database) -> int:
    """Ask for fits where labels went with their files; return for how many projects.

    Every other change of a label asks by itself.
    """
    labels = (
        select(func.count())
        .select_from(Label)
        .join(File, _is_own_file())
        .where(Label.project_id == LearnedModel.project_id)
        .scalar_subquery()
    )
    is_fitted = LearnedModel.fitted_at >= LearnedModel.requested_at
    query = (
        select(LearnedModel.project_id)
        .where(is_fitted, LearnedModel.label_count != labels)
        .distinct()
    )
    with database.read() as session:
        projects = session.scalars(query).all()
    for project_id in projects:
        with database.write() as session:
            request_fit(session, project_id)
    return len(projects)


def _is_own_file() -> ColumnElement[bool]:
    return and_(File.id == Label.file_id, File.project_id == Label.project_id)
