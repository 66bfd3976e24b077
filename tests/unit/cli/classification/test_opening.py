"""What a command may ask of this machine, and what only of a server."""

import pytest

from app.configurations.rules_file import FileRule, RulesFile
from app.errors import StartupError
from cli.classification.opening import open_classifier

RULES = RulesFile((FileRule("invoice", "A bill with amounts to pay."),))


def test_only_a_server_has_labels() -> None:
    with pytest.raises(StartupError, match="only a server has labels"):
        open_classifier(RULES, None, learn=True)
