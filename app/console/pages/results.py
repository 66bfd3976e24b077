"""The page of one result: the document with the quoted passage, and why."""

from dataclasses import dataclass

from sqlalchemy import select
from starlette.responses import Response

from app.console.pages.jobs import load_labels
from app.console.verdicts import RowFilter, make_row, types_of
from app.console.visits import Visit
from app.errors import NotFound
from app.files.models import File
from app.files.sniff.sniff import IMAGE_EXTENSIONS
from app.jobs import service
from app.jobs.models import Item
from app.jobs.reasoning import Reasoning

# Workers draw the pages of these; of other files the page shows the text at once.
PICTURED = IMAGE_EXTENSIONS | {"pdf"}


@dataclass(frozen=True, slots=True)
class Layers:
    """A reasoning as the page shows it: lines above, bullets, and what is folded away."""

    summary: tuple[str, ...]
    reasons: tuple[str, ...]
    details: str


def split_layers(reasoning: str) -> Layers:
    """Return the layers of a stored reasoning; an older one has a summary and details only."""
    layers = Reasoning.from_text(reasoning)
    if layers is None:
        head, _, details = reasoning.partition("\n")
        return Layers((head,), (), details)
    return Layers(tuple(layers.summary.split("\n")), layers.reasons, layers.details)


def show_result(visit: Visit) -> Response:
    """Show a file of a job, its verdict, and the way to the files before and after it.

    These are the files that the filters of the job's page leave, which the query has.
    """
    shown = RowFilter.of(visit.request.query_params)
    item_id = visit.id("item_id")
    with visit.call.read() as session:
        job = service.get_any(session, visit.call.scope, visit.id("job_id"))
        items = service.list_items(session, job.id)
        labels = load_labels(session, job)
        file = session.execute(
            select(File.file_type)
            .join(Item, Item.file_id == File.id)
            .where(Item.id == item_id, Item.job_id == job.id)
        ).one_or_none()
    if shown.query:
        items = [item for item in items if item.id == item_id or shown.fits(make_row(item, labels))]
    position = next((n for n, item in enumerate(items) if item.id == item_id), None)
    if position is None:
        raise NotFound(visit.language.text("error.no_page"))
    item = items[position]
    return visit.render(
        "result.html",
        section="jobs",
        job=job,
        item=item,
        row=make_row(item, labels),
        layers=split_layers("" if item.verdict is None else item.verdict.reasoning),
        evidence=[
            {"page": each.page, "quote": each.quote}
            for each in (item.verdict.evidence if item.verdict else ())
        ],
        has_pictures=file is not None and file.file_type in PICTURED,
        is_gone=file is None,
        types=types_of(job.rules),
        position=position,
        count=len(items),
        query=shown.query,
        learns=visit.services.settings.learn == "on",
        is_teaching=visit.param("teach") == "yes",
        before=items[position - 1] if position else None,
        after=items[position + 1] if position + 1 < len(items) else None,
    )
