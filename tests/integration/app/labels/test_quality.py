"""How well rules do on labels: what is answered before, while and after a worker computes it."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.db import Database, now
from app.learning.models import LearnedModel
from devtools.tenant_data import TenantData
from tests.integration.application import JOBS, Api, upload

QUALITY = "/api/v1/classifier/quality"
LABELS = "/api/v1/classifier/labels"
CONFIGURATIONS = "/api/v1/beta/configurations"
RULES = [
    {"type": "invoice", "description": "A bill with a total to pay."},
    {"type": "recipe", "description": "Cooking instructions with steps."},
]


class Project:
    """A client of a project with labelled files."""

    def __init__(self, api: Api, tenants: TenantData) -> None:
        self.tenants = tenants
        self.client: TestClient = api.client(api.key(tenants.first))
        self.files = [upload(self.client, content=b"INVOICE %d" % number) for number in range(3)]

    def job(self, rules: list[dict[str, str]] = RULES) -> str:
        body = {"file_ids": self.files, "rules": rules}
        return str(self.client.post(JOBS, json=body).json()["id"])

    def label(self, *types: str) -> None:
        lines = [f"{id_},{type_}\n" for id_, type_ in zip(self.files, types, strict=False)]
        table = "file_id,type\n" + "".join(lines)
        answer = self.client.post(f"{LABELS}/import", content=table.encode())
        assert answer.status_code == 200, answer.text

    def quality(self, **query: str) -> dict[str, Any]:
        answer = self.client.get(QUALITY, params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def models(self) -> list[LearnedModel]:
        with self.tenants.database.read() as session:
            return list(session.scalars(select(LearnedModel).order_by(LearnedModel.id)))

    def report(
        self,
        verdicts: list[tuple[str | None, str | None, str | None]],
        catch_all: str | None = None,
        conflicts: list[list[str]] | None = None,
    ) -> None:
        """Store what a worker would report: labels, verdicts without and with learning."""
        items = [
            {
                "file_id": self.files[0],
                "label": label,
                "without": {"type": without, "confidence": 0.6},
                "with": {"type": learned, "confidence": 0.9},
            }
            for label, without, learned in verdicts
        ]
        with self.tenants.database.write() as session:
            for model in session.scalars(select(LearnedModel)):
                model.report = {
                    "version": 1,
                    "catch_all": catch_all,
                    "items": items,
                    "conflicts": conflicts or [],
                }
                model.fitted_at, model.engine_version = now(), "9.0123456789ab"
                model.is_used = True


@pytest.fixture
def project(api: Api, tenants: TenantData) -> Project:
    return Project(api, tenants)


def test_without_jobs_or_labels_there_is_nothing_to_measure(project: Project) -> None:
    assert project.quality()["state"] == "no_rules"
    job_id = project.job()

    answer = project.quality()

    assert (answer["state"], answer["job_id"]) == ("no_labels", job_id)
    assert answer["types"] == ["invoice", "recipe"]
    assert project.models() == []


def test_a_report_is_asked_for_once_and_never_waited_for(project: Project) -> None:
    first = project.job()
    project.label("invoice")
    project.job(RULES[:1])

    answers = [project.quality() for _ in range(2)]
    again = project.quality(job_id=first)

    assert [answer["state"] for answer in [*answers, again]] == ["fitting"] * 3
    assert answers[0]["types"] == ["invoice"]
    assert again["without_learning"] is None
    assert len(project.models()) == 2


def test_the_report_says_how_good_the_rules_are(project: Project) -> None:
    project.job()
    project.label("invoice", "recipe", "poem")
    project.report(
        [("invoice", "recipe", "invoice"), ("recipe", "recipe", "recipe"), ("poem", "recipe", None)]
    )

    answer = project.quality()

    assert (answer["state"], answer["is_current"], answer["labels"]) == ("ready", True, 3)
    assert (answer["is_learning_used"], answer["engine_version"]) == (True, "9.0123456789ab")
    without, learned = answer["without_learning"], answer["with_learning"]
    assert (without["accuracy"]["right"], without["accuracy"]["files"]) == (1, 3)
    assert learned["accuracy"]["right"] == 3, "null is right for a type without a rule"
    assert learned["thresholds"][1]["min_confidence"] is None, "two types are too few"
    assert learned["bands"][0]["lowest"] == 0.9
    assert {"label": "invoice", "type": "recipe", "files": 1} in without["confusion"]
    (advice,) = answer["advice"]
    assert (advice["kind"], advice["label"]) == ("no_rule", "poem")
    assert advice["sentence"] == "1 file has the label 'poem', which no rule has: write one."


def test_advice_is_about_the_verdicts_that_jobs_get(project: Project) -> None:
    project.job()
    project.label("invoice")
    project.report([("invoice", "recipe", "invoice")])
    with project.tenants.database.write() as session:
        session.scalars(select(LearnedModel)).one().is_used = False

    (advice,) = project.quality()["advice"]

    assert (advice["kind"], advice["type"]) == ("confused", "recipe")


def test_newer_labels_make_a_report_old_but_not_gone(project: Project) -> None:
    project.job()
    project.label("invoice")
    project.report([("invoice", "invoice", "invoice")])
    project.label("recipe")

    answer = project.quality()

    assert (answer["state"], answer["is_current"]) == ("ready", False)


def test_a_fit_that_failed_says_why(project: Project) -> None:
    project.job()
    project.label("invoice")
    with project.tenants.database.write() as session:
        model = session.scalars(select(LearnedModel)).one()
        model.error, model.fitted_at = "no file can be read", now()

    answer = project.quality()

    assert (answer["state"], answer["error"]) == ("failed", "no file can be read")


def test_copies_with_different_labels_are_named(project: Project) -> None:
    copy = upload(project.client, content=b"INVOICE 0")
    project.files.append(copy)
    project.job()
    project.label("invoice", "invoice", "invoice", "recipe")

    (group,) = project.quality()["conflicts"]

    assert {(each["file_id"], each["label"]) for each in group} == {
        (project.files[0], "invoice"),
        (copy, "recipe"),
    }


def test_near_copies_of_a_report_are_named_while_their_labels_differ(project: Project) -> None:
    first, second, _ = project.files
    project.job()
    project.label("invoice", "recipe", "invoice")
    project.report([], conflicts=[[first, second]])

    (group,) = project.quality()["conflicts"]
    project.label("recipe", "recipe")

    assert [each["file_id"] for each in group] == [first, second]
    assert project.quality()["conflicts"] == []


def test_the_type_of_a_catch_all_stands_for_no_rule(project: Project) -> None:
    project.job([*RULES, {"type": "other", "description": "Any other kind of document."}])
    project.label("other")
    project.report([("other", "other", "recipe"), ("poem", "other", "other")], catch_all="other")

    answer = project.quality()

    assert answer["without_learning"]["accuracy"]["right"] == 2
    assert answer["without_learning"]["confusion"] == [
        {"label": "poem", "type": None, "files": 1},
        {"label": None, "type": None, "files": 1},
    ]
    kinds = {(each["kind"], each["type"]) for each in answer["advice"]}
    assert kinds == {("too_wide", "recipe"), ("no_rule", None)}


def test_a_server_that_does_not_learn_says_so(
    database: Database, tenants: TenantData, tmp_path: Path
) -> None:
    project = Project(Api(database, tmp_path / "off", learn="off"), tenants)
    project.job()
    project.label("invoice")

    answer = project.quality()

    assert (answer["state"], answer["without_learning"]) == ("off", None)


def test_the_rules_of_a_saved_configuration(project: Project) -> None:
    parameters = {"product_type": "classify_v2", "rules": RULES[:1]}
    body = {"name": "ours", "parameters": parameters}
    saved = project.client.post(CONFIGURATIONS, json=body).json()["id"]
    project.job()
    project.label("invoice")

    answer = project.quality(configuration_id=saved)
    both = project.client.get(QUALITY, params={"configuration_id": saved, "job_id": project.job()})

    assert (answer["configuration_id"], answer["types"]) == (saved, ["invoice"])
    assert both.status_code == 422


def test_reports_stay_within_their_project(project: Project, api: Api, tenants: TenantData) -> None:
    job_id = project.job()
    project.label("invoice")
    project.report([("invoice", "recipe", "invoice")])
    other = api.tenant(tenants, "Others")

    assert other.get(QUALITY, params={"job_id": job_id}).status_code == 404
    assert other.get(QUALITY).json()["state"] == "no_rules"
    other.post(JOBS, json={"file_ids": [upload(other)], "rules": RULES})
    assert other.get(QUALITY).json()["state"] == "no_labels"
    assert {model.project_id for model in project.models()} == {UUID(str(tenants.first.project_id))}
