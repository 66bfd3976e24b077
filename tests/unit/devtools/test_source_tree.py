"""The commands that measure, list and check the source."""

from devtools.check_layout import find_problems
from devtools.list_messages import list_messages
from devtools.measure_tree import measure

SOURCE = '''
"""The module says what it is for."""
import logging, click
from app.errors import NotFound

log = logging.getLogger(__name__)
GONE = "the file was deleted before it was read"

@click.command()
@click.option("--name", help="Name of the key.")
def create(name):
    """Create a key.

    It works at once.
    """
    log.warning("blob deletion failed; retrying", extra={"blob": "the key of a blob"})
    raise NotFound(f"Key {name} does not exist: " + "list the keys.")

keys = administration_group("keys", "Create and revoke keys.")
NAMES = {"one of the names", "any of the others", "none of the above", "all the rest", "no one"}
'''


def test_every_kind_of_message_is_listed_once_in_its_group() -> None:
    found = list_messages(
        {"app/errors.py": "class NotFound(Exception): ...", "cli/keys.py": SOURCE}
    )

    assert [(each.group, each.line, each.text) for each in found] == [
        ("Log messages", 16, "blob deletion failed; retrying"),
        ("Help of the command", 10, "Name of the key."),
        ("Help of the command", 11, "Create a key. It works at once."),
        ("Help of the command", 19, "Create and revoke keys."),
        ("Error sentences", 17, "Key {name} does not exist: list the keys."),
        ("Other texts of four and more words", 7, "the file was deleted before it was read"),
        ("Other texts of four and more words", 16, "the key of a blob"),
    ]


def test_imports_within_a_package_are_counted_by_pairs_of_modules() -> None:
    sources = {
        "app/__init__.py": "",
        "app/a.py": "import os\nfrom app import b\nfrom app.b import one, two\n",
        "app/b.py": "if TYPE_CHECKING:\n    from .a import three\n" + "\n" * 70,
        "cli/c.py": "import app.a\n",
    }

    size = measure(sources, ("app",))

    assert (size.lines, size.modules, size.small_modules, size.arrows) == (75, 2, 1, 2)


def test_a_crowded_folder_and_a_long_module_are_reported() -> None:
    crowded = {f"worker/parsing/m{number}.py": "" for number in range(17)}
    fine = {f"cli/m{number}.py": "" for number in range(17)}

    problems = find_problems({**crowded, **fine, "tests/test_a.py": "\n" * 401})

    assert [problem.split()[0] for problem in problems] == ["worker/parsing/", "tests/test_a.py"]
