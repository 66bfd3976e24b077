"""The pages that teach by labels: strangers' texts as text, one file after the other, downloads."""

import re

import pytest
from sqlalchemy import select

from app.console.rendering import POLICY
from app.db import Database, now
from app.jobs.models import Item, ItemStatus, Result
from app.learning.models import LearnedModel
from tests.integration.app.console.browser import Browser
from tests.integration.application import FILES, JOBS

HOSTILE = "<img src=x onerror=alert(1)>\"'{{7*7}}.txt"
RULES = [
    {"type": "invoice", "description": "A bill with a total to pay."},
    {"type": "recipe", "description": "Cooking instructions with steps."},
]
IMPORT = "/api/v1/classifier/labels/import"


@pytest.fixture
def files(browser: Browser, database: Database) -> list[str]:
    """The ids of three classified files, the least sure verdict first."""
    ids = [
        browser.call("POST", FILES, files={"file": (HOSTILE, b"INVOICE %d" % number)}).json()["id"]
        for number in range(3)
    ]
    browser.call("POST", JOBS, json={"file_ids": ids, "rules": RULES})
    with database.write() as session:
        for item in session.scalars(select(Item).order_by(Item.ordinal)):
            item.status = ItemStatus.DONE
            confidence = 0.5 + item.ordinal / 10
            session.add(
                Result(
                    item_id=item.id,
                    type="invoice",
                    confidence=confidence,
                    reasoning="Because.",
                    candidates=[
                        {"type": "invoice", "confidence": confidence},
                        {"type": None, "confidence": 0.1},
                    ],
                )
            )
    return ids


def label(browser: Browser, *lines: str) -> None:
    table = "\n".join(["file_id,type", *lines, ""])
    assert browser.call("POST", IMPORT, content=table.encode()).status_code == 200


def test_files_are_labelled_one_after_the_other(browser: Browser, files: list[str]) -> None:
    page = browser.get("/triage")
    assert page.text.count("&lt;img src=x onerror=alert(1)&gt;") == 3
    first = browser.get("/triage/next").headers["location"]
    shown = browser.http.get(first).text
    assert f'data-file="{files[0]}"' in shown
    following = re.search(r'id="next-to-label" href="/console([^"]+)"', shown)
    assert following

    second = browser.get(following[1]).headers["location"]
    assert f'data-file="{files[1]}"' in browser.http.get(second).text
    label(browser, *(f"{file_id},invoice" for file_id in files[:2]))
    third = browser.get(following[1]).headers["location"]
    assert f'data-file="{files[2]}"' in browser.http.get(third).text
    label(browser, f"{files[2]},invoice")

    assert browser.get("/triage/next").headers["location"] == "/console/triage"
    assert "Nothing is left to label" in browser.get("/triage").text
    assert browser.get("/triage/next?after=x").status_code == 404


def test_labels_are_downloaded_as_an_attachment(browser: Browser, files: list[str]) -> None:
    label(browser, f"{files[0]},recipe")

    answer = browser.get("/labels.csv")

    assert answer.headers["content-disposition"] == 'attachment; filename="labels.csv"'
    assert f"{files[0]},,recipe" in answer.text


def test_the_quality_of_rules_is_shown_in_each_state(
    browser: Browser, files: list[str], database: Database
) -> None:
    assert "No document has a label yet" in browser.get("/quality").text
    label(browser, f"{files[0]},recipe", f"{files[1]},invoice")
    assert 'data-state="fitting"' in browser.get("/quality").text
    verdicts = [("recipe", "invoice", "recipe"), ("recipe", "invoice", None), ("poem", None, None)]
    items = [
        {
            "file_id": files[0],
            "label": given,
            "without": {"type": without, "confidence": 0.7},
            "with": {"type": learned, "confidence": 0.8},
        }
        for given, without, learned in verdicts
    ]
    with database.write() as session:
        model = session.scalars(select(LearnedModel)).one()
        model.report = {"version": 1, "catch_all": None, "items": items, "conflicts": []}
        model.fitted_at = now()

    page = browser.get("/quality")

    assert page.headers["content-security-policy"] == POLICY
    assert not re.search(r"<style|\sstyle=|\son\w+=\"", page.text)
    assert "right without your labels" in page.text
    assert "2 documents of the type “recipe” were called “invoice”" in page.text
    assert "1 document has the label “poem”" in page.text
    assert browser.get("/quality?rules=x").status_code == 404
