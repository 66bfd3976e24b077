"""Import labels from a CSV table: all of them, or none with what is wrong with its lines."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit.log import Action, record_all
from app.db import Database, new_id, now
from app.errors import Location, Unprocessable
from app.files.models import File
from app.labels.models import Label
from app.labels.room import lock_labels, require_room
from app.labels.table import LabelRow, Problem, parse_table
from app.learning.service import request_fit
from app.projects.scope import Scope

# An answer names the first ones.
MAX_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """How many labels an import made, changed, and found as they are."""

    created: int
    changed: int
    unchanged: int


def import_table(database: Database, scope: Scope, data: bytes) -> ImportCounts:
    """Store all labels of a CSV table, in place of earlier ones, or none.

    Raises Unprocessable, which names each bad row with its line, and Conflict when the project has
    no room.
    """
    rows, problems = parse_table(data)
    if not rows and not problems:
        raise Unprocessable("The table has no rows. Write a line for each file.", ("body",))
    try:
        return _import(database, scope, rows, problems)
    except IntegrityError:
        # A concurrent request has labelled or deleted a file.
        return _import(database, scope, rows, problems)


def _import(
    database: Database, scope: Scope, rows: Sequence[LabelRow], problems: Sequence[Problem]
) -> ImportCounts:
    with database.read() as session:
        types, unknown = _find_files(session, scope, rows)
    if problems or unknown:
        raise _refusal([*problems, *unknown])
    with database.write() as session:
        lock_labels(session, scope.project_id)
        created, changed = _find_changes(session, scope.project_id, types)
        if created:
            require_room(session, scope.project_id, len(created))
        _store(session, scope, types, created, changed)
        if labelled := {**created, **changed}:
            record_all(
                session,
                Action.LABEL_SET,
                [(id_, {"file_id": str(file_id)}) for file_id, id_ in labelled.items()],
                actor=scope.principal.actor,
                project_id=scope.project_id,
            )
            request_fit(session, scope.project_id)
    return ImportCounts(len(created), len(changed), len(types) - len(created) - len(changed))


def _find_changes(
    session: Session, project_id: UUID, types: Mapping[UUID, str | None]
) -> tuple[dict[UUID, UUID], dict[UUID, UUID]]:
    """Return the ids of labels to create and of labels to change, by file."""
    query = select(Label.id, Label.file_id, Label.type).where(Label.project_id == project_id)
    existing = {row.file_id: row for row in session.execute(query)}
    created = {file_id: new_id() for file_id in types if file_id not in existing}
    changed = {
        file_id: existing[file_id].id
        for file_id, type_ in types.items()
        if file_id in existing and existing[file_id].type != type_
    }
    return created, changed


def _store(
    session: Session,
    scope: Scope,
    types: Mapping[UUID, str | None],
    created: Mapping[UUID, UUID],
    changed: Mapping[UUID, UUID],
) -> None:
    """Insert and update labels, whose ids are given by file."""
    moment = now()
    given = {
        "author": scope.principal.actor,
        "updated_at": moment,
        "job_id": None,
        "item_id": None,
    }
    origin = {"project_id": scope.project_id, "created_at": moment}
    if created:
        new = [
            {**given, **origin, "id": id_, "file_id": file_id, "type": types[file_id]}
            for file_id, id_ in created.items()
        ]
        session.execute(insert(Label), new)
    if changed:
        session.execute(
            update(Label),
            [{**given, "id": id_, "type": types[file_id]} for file_id, id_ in changed.items()],
        )


def _find_files(
    session: Session, scope: Scope, rows: Sequence[LabelRow]
) -> tuple[dict[UUID, str | None], list[Problem]]:
    """Return the type of each file that rows name, and what is wrong with the rows."""
    known = _find_ids(session, scope, rows)
    by_external_id = _find_by_external_id(session, scope, rows)
    types: dict[UUID, str | None] = {}
    lines: dict[UUID, int] = {}
    problems: list[Problem] = []
    for row in rows:
        matches = by_external_id[row.external_id] if row.external_id is not None else []
        if row.file_id is not None:
            matches = [row.file_id] if row.file_id in known else []
        if len(matches) != 1:
            problems.append(Problem(row.line, _mismatch(row, len(matches))))
        elif matches[0] in lines:
            first = lines[matches[0]]
            problems.append(Problem(row.line, f"Line {first} labels the same file. Remove one."))
        else:
            lines[matches[0]] = row.line
            types[matches[0]] = row.type
    return types, problems


def _find_ids(session: Session, scope: Scope, rows: Iterable[LabelRow]) -> set[UUID]:
    """Return the ids of rows that are ids of files."""
    ids = {row.file_id for row in rows if row.file_id is not None}
    if not ids:
        return set()
    query = select(File.id).where(File.id.in_(ids), scope.covers(File.project_id))
    return set(session.scalars(query))


def _find_by_external_id(
    session: Session, scope: Scope, rows: Iterable[LabelRow]
) -> dict[str, list[UUID]]:
    """Return the files of the project by the external ids that rows name."""
    found: dict[str, list[UUID]] = {
        row.external_id: [] for row in rows if row.external_id is not None
    }
    if found:
        query = select(File.external_file_id, File.id).where(
            File.project_id == scope.project_id, File.external_file_id.in_(found)
        )
        for external_id, file_id in session.execute(query):
            found[external_id or ""].append(file_id)
    return found


def _mismatch(row: LabelRow, count: int) -> str:
    if row.file_id is not None:
        return f"File {row.file_id} does not exist. Upload it first, or remove the line."
    if not count:
        return (
            f"No file has the external_file_id {row.external_id!r}. Upload it first, or remove the "
            "line."
        )
    return f"{count} files have the external_file_id {row.external_id!r}. Use a file_id."


def _refusal(problems: Iterable[Problem]) -> Unprocessable:
    """Return the error that names the bad lines; nothing was stored."""
    ordered = sorted(problems, key=lambda problem: problem.line)
    named: list[tuple[Location, str]] = [
        (("body", problem.line), f"Line {problem.line}: {problem.sentence}")
        for problem in ordered[:MAX_PROBLEMS]
    ]
    if rest := len(ordered) - len(named):
        named.append((("body",), f"{rest} more lines are wrong. No label was stored."))
    (location, sentence), *others = named
    return Unprocessable(sentence, location, others)
