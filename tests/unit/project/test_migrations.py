"""Migrations only add, so that the release before goes on working while hosts are replaced."""

import ast
from pathlib import Path

import pytest

# Indexes come and go unnoticed; these are what running processes of the release before would miss.
TAKES_AWAY = {"drop_column", "drop_table", "rename_table", "alter_column", "drop_constraint"}


def upgrades(root: Path) -> dict[str, ast.FunctionDef]:
    found = {}
    for path in sorted((root / "migrations/versions").glob("0*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name == "upgrade":
                found[path.name] = node
    return found


def calls(function: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(function) if isinstance(node, ast.Call)]


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def required_without_default(call: ast.Call) -> bool:
    given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
    return given.get("nullable") == "False" and "server_default" not in given


def problems(function: ast.AST) -> list[str]:
    taken = [name_of(call) for call in calls(function) if name_of(call) in TAKES_AWAY]
    added = [
        column
        for call in calls(function)
        if name_of(call) == "add_column"
        for column in calls(call)
    ]
    bare = [
        ast.unparse(column)
        for column in added
        if name_of(column) == "Column" and required_without_default(column)
    ]
    return taken + bare


def test_no_upgrade_takes_away_what_the_release_before_uses(root: Path):
    found = upgrades(root)
    assert len(found) >= 8
    assert {name: bad for name, upgrade in found.items() if (bad := problems(upgrade))} == {}


@pytest.mark.parametrize(
    "source",
    [
        "op.drop_column('jobs', 'lang')",
        "with op.batch_alter_table('jobs') as jobs:\n    jobs.alter_column('lang', nullable=False)",
        "op.add_column('jobs', sa.Column('lang', sa.Text(), nullable=False))",
    ],
)
def test_what_takes_away_is_seen(source: str):
    assert problems(ast.parse(source))
