"""Options of the commands that classify files of this machine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

NO_RULES = (
    "give your rules with --rules rules.yaml; "
    "`pigeonhole rules init office-mail` writes some to start with"
)
"""What a command says without rules."""

rules_option: Callable[[Any], Any] = click.option(
    "--rules",
    "rules_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The rules, as YAML.",
)
cache_option: Callable[[Any], Any] = click.option(
    "--no-cache", is_flag=True, help="Keep no texts in the user's cache directory."
)
learn_option: Callable[[Any], Any] = click.option(
    "--learn/--no-learn",
    default=None,
    help="Whether a server's labels count.  [default: learn of the rules, else where they help]",
)
