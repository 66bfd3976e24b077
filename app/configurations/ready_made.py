"""The ready-made sets of rules: YAML files beside this module, one folder for each language."""

from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

from app.configurations.rules_file import RulesFile
from app.configurations.rules_reader import parse_rules

SETS = ("office-mail", "accounting", "personal", "hr", "legal", "logistics")
LANGUAGES = ("en", "de", "fr", "es")


@dataclass(frozen=True)
class ReadyMadeSet:
    """A set of rules in one language."""

    name: str
    lang: str

    @cached_property
    def content(self) -> str:
        """The YAML, with its comments."""
        file = files("app.configurations") / "sets" / self.lang / f"{self.name}.yaml"
        return file.read_text(encoding="utf-8")

    @cached_property
    def rules_file(self) -> RulesFile:
        """The rules."""
        return parse_rules(self.content.encode(), f"{self.lang}/{self.name}.yaml")


def find_set(name: str, lang: str) -> ReadyMadeSet | None:
    """Return the set of a name and a language; None if there is none."""
    return ReadyMadeSet(name, lang) if name in SETS and lang in LANGUAGES else None


def find_sets(lang: str) -> list[ReadyMadeSet]:
    """Return the sets in a language, in the order of SETS."""
    return [ReadyMadeSet(name, lang) for name in SETS]
