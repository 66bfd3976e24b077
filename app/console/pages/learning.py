"""Teaching by labels: which files to label next, and how well rules do on labelled ones."""

from starlette.responses import Response

from app.api.wire.ids import CONFIGURATION_PREFIX, format_configuration_id
from app.api.wire.pagination import PageParams, encode_token
from app.console.downloads import as_attachment
from app.console.pages.try_out import saved_configurations
from app.console.verdicts import level
from app.console.visits import Visit
from app.labels import assessment, candidates, service
from app.labels.assessment import Assessment
from app.labels.table import write_table
from app.learning.quality import Quality
from app.paging import PageRequest

PAGE_SIZE = 25


def show_triage(visit: Visit) -> Response:
    """Show the files whose labels teach most, and the ways to give many labels at once."""
    scope = visit.call.scope
    purpose = f"console triage {scope.project_id}"
    params = PageParams(PAGE_SIZE, visit.param("page") or None)
    secrets = visit.services.secrets
    with visit.call.read() as session:
        page = candidates.find_page(session, scope, params.to_request(secrets, purpose, PAGE_SIZE))
        labels = sum(service.count_by_type(session, scope.project_id).values())
    return visit.render(
        "triage.html",
        section="triage",
        items=page.rows,
        labels=labels,
        level=level,
        is_first=not visit.param("page"),
        next_page=encode_token(secrets, purpose, page.next_after),
    )


def go_to_next(visit: Visit) -> Response:
    """Send the browser to the file to label after the item `after`, or to the first one."""
    scope = visit.call.scope
    after = None
    if given := visit.param("after"):
        after = ("0", visit.parse_id(given))
    with visit.call.read() as session:
        found = candidates.find_page(session, scope, PageRequest(1, after)).rows
    if not found:
        return visit.go("/triage")
    return visit.go(f"/jobs/{found[0].job_id}/results/{found[0].item_id}?teach=yes")


def download_labels(visit: Visit) -> Response:
    """Send the labels of the project as CSV."""
    labels = service.read_all(visit.services.database, visit.call.scope.project_id)
    table = "".join(write_table(labels, visit.language.cell_separator))
    return as_attachment(table, "labels.csv", "text/csv")


def show_quality(visit: Visit) -> Response:
    """Show how well rules do: those of saved rules, of a job, or of the latest job."""
    rules, job = visit.param("rules"), visit.param("job")
    configuration_id = visit.parse_id(rules.removeprefix(CONFIGURATION_PREFIX)) if rules else None
    job_id = visit.parse_id(job) if job and configuration_id is None else None
    found = assessment.assess(
        visit.services.database,
        visit.call.scope,
        configuration_id,
        job_id,
        is_learning_on=visit.services.settings.learn == "on",
    )
    return visit.render(
        "quality.html",
        section="quality",
        found=found,
        used=used_quality(found),
        saved=saved_configurations(visit),
        chosen=rules,
        job=job,
        format_id=format_configuration_id,
    )


def used_quality(found: Assessment) -> Quality | None:
    """Return the quality of the verdicts that jobs get."""
    return found.learned if found.is_learning_used else found.without
