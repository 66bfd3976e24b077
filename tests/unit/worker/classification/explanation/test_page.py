"""The page of results of all kinds is what the program says."""

import re

from docs import reasoning_page
from docs.reasoning_cases import CASES
from worker.classification.engine import Engine

# Numbers and the terms that they order may differ in the last place between processors.
VARYING = re.compile(r"^\d+\. .*$|\d+%", re.MULTILINE)


def without_numbers(page: str) -> list[str]:
    return VARYING.sub("", page).splitlines()


def test_the_page_is_up_to_date(engine_of_both: Engine) -> None:
    page = reasoning_page.PAGE.read_text(encoding="utf-8")

    assert without_numbers(page) == without_numbers(reasoning_page.render(engine_of_both)), (
        "the reasoning has changed: run `make reasoning`, read the page, and commit it"
    )
    assert page.count("\n### ") == len(CASES)
