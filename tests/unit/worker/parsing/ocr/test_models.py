from collections.abc import Sequence

import pytest

from app.jobs.languages import LANGUAGES
from worker.parsing.ocr import models
from worker.parsing.ocr.models import OCR_LANGUAGES, Script

KLINGON = ("tlh", Script("Klingon", "Klingon"))


def test_every_language_of_a_job_has_a_model() -> None:
    assert set(OCR_LANGUAGES) == set(LANGUAGES)


@pytest.mark.parametrize(
    ("by_code", "by_script", "problem"),
    [
        (
            models._MODELS + " tlh tlh",
            models._SCRIPTS,
            "_MODELS has languages that app.jobs.languages lacks: tlh",
        ),
        (
            models._MODELS,
            (*models._SCRIPTS, KLINGON),
            "_SCRIPTS has languages that app.jobs.languages lacks: tlh",
        ),
        (
            models._MODELS.replace("kn kan", ""),
            models._SCRIPTS,
            "_MODELS lacks languages of app.jobs.languages: kn",
        ),
        (
            models._MODELS,
            models._SCRIPTS[:-2],
            "_SCRIPTS lacks languages of app.jobs.languages: kn te",
        ),
    ],
)
def test_tables_that_differ_from_the_languages_of_jobs_are_refused(
    by_code: str, by_script: Sequence[tuple[str, Script]], problem: str
) -> None:
    with pytest.raises(ValueError, match=f"^{problem}$"):
        models._read_table(by_code, by_script)
