"""Saved rules: list, edit, import and export."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from app.api.wire.ids import CONFIGURATION_PREFIX, format_configuration_id
from app.configurations import service
from app.configurations.models import Configuration
from app.configurations.ready_made import find_set
from app.configurations.rules_file import RulesFileError, write_rules
from app.configurations.rules_reader import parse_rules
from app.configurations.saved_rules import from_parameters, to_parameters
from app.console.downloads import as_attachment
from app.console.pages.try_out import limits_of, ready_made, saved_configurations
from app.console.sdk_code import LANGUAGES, write_code
from app.console.versions import Version, list_versions
from app.console.visits import Visit


def list_rules(visit: Visit) -> Response:
    """Show the saved rules, the ready-made sets, and the form for a file."""
    return visit.render(
        "rules.html",
        section="rules",
        saved=saved_configurations(visit),
        format_id=format_configuration_id,
        sets=ready_made(visit),
        problem="",
        text="",
    )


def new_rules(visit: Visit) -> Response:
    """Show the editor: empty, or with a ready-made set."""
    chosen = find_set(visit.param("from"), visit.param("lang"))
    if chosen is None:
        return _editor(visit, name="", parameters={"rules": []})
    rules_file = chosen.rules_file
    return _editor(visit, name=rules_file.name or "", parameters=to_parameters(rules_file))


def import_rules(visit: Visit) -> Response:
    """Show the editor with the rules of a file, or what is wrong with the file."""
    text = visit.form.get("text", "")
    try:
        rules_file = parse_rules(text.encode(), visit.language.text("rules.the_file"))
        parameters = to_parameters(rules_file)
    except RulesFileError as error:
        return visit.render(
            "rules.html",
            422,
            section="rules",
            saved=saved_configurations(visit),
            format_id=format_configuration_id,
            sets=ready_made(visit),
            problem=error.detail,
            text=text,
        )
    return _editor(visit, name=rules_file.name or "", parameters=parameters)


def edit_rules(visit: Visit) -> Response:
    """Show the editor with saved rules, and the ways to take them elsewhere."""
    saved = _find(visit)
    with visit.call.read() as session:
        states = service.find_versions(session, visit.call.scope, saved.id)
    versions = list_versions(states)
    wanted = visit.param("version")
    old = next((each for each in versions[1:] if each.name == wanted), None)
    return _editor(
        visit,
        name=saved.name,
        parameters=saved.parameters if old is None else old.parameters,
        saved=saved,
        versions=versions,
        old_version=old,
    )


def download_yaml(visit: Visit) -> Response:
    """Send saved rules as a rules file."""
    saved = _find(visit)
    text = write_rules(from_parameters(saved.name, saved.parameters))
    return as_attachment(text, "rules.yaml", "application/yaml")


def _editor(
    visit: Visit,
    *,
    name: str,
    parameters: dict[str, Any],
    saved: Configuration | None = None,
    versions: Sequence[Version] = (),
    old_version: Version | None = None,
) -> Response:
    code, yaml = {}, ""
    if saved is not None:
        code = {title: write_code(title, parameters["rules"]) for title in LANGUAGES}
        yaml = write_rules(from_parameters(saved.name, parameters))
    return visit.render(
        "rules_edit.html",
        section="rules",
        name=name,
        parameters=parameters,
        saved=saved,
        saved_id=None if saved is None else format_configuration_id(saved.id),
        code=code,
        yaml=yaml,
        limits=limits_of(visit),
        versions=versions,
        old_version=old_version,
    )


def _find(visit: Visit) -> Configuration:
    given: str = visit.request.path_params["rules_id"]
    configuration_id = visit.parse_id(given.removeprefix(CONFIGURATION_PREFIX))
    with visit.call.read() as session:
        return service.get(session, visit.call.scope, configuration_id)
