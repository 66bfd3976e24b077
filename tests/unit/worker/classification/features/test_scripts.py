import numpy as np
import pytest

from app.jobs.values import Rule
from tests.unit.worker.classification.sample_texts import TEXTS
from worker.classification.engine import Engine
from worker.classification.features.scripts import is_english
from worker.classification.scoring.knowledge import (
    SAMPLE_LANGUAGES,
    load_knowledge,
)
from worker.parsing.document import Document, DocumentPage


@pytest.mark.parametrize("language", sorted({language for _, language in TEXTS}))
def test_english_is_told_from_other_languages(language: str):
    for (_, written), text in TEXTS.items():
        if written == language:
            assert is_english(text) == (language == "en")


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("Общие условия", False),
        ("請求書 合計", False),
        ("Betaling skal ske til vores konto ved levering", False),
        ("Total 20.00 VAT 4.00", True),
        ("", True),
        ("12.30 45.60", True),
        ("Das ist, as the Germans say, the end of it; we are to have no more of that", True),
    ],
)
def test_short_texts(text: str, english: bool):
    assert is_english(text) == english


def test_the_bank_has_samples_of_its_own_in_every_language():
    knowledge = load_knowledge()
    assert set(knowledge.sample_languages) == {"", *SAMPLE_LANGUAGES}
    for language in SAMPLE_LANGUAGES:
        kinds = [
            kind
            for kind, code in zip(knowledge.sample_types, knowledge.sample_languages, strict=True)
            if code == language
        ]
        assert len(set(kinds)) >= 15
    everywhere = {
        kind
        for kind, code in zip(knowledge.sample_types, knowledge.sample_languages, strict=True)
        if not code
    }
    assert everywhere == set(range(len(knowledge.bank_types)))
    assert len(set(knowledge.samples)) == len(knowledge.samples)


def test_english_documents_are_compared_with_samples_for_all_languages_only(engine: Engine):
    for space in engine.scorer.spaces:
        few, many = space.samples, space.samples_of_all_languages
        codes = np.array(engine.scorer.knowledge.sample_languages)
        assert len(few.vectors) == (codes == "").sum()
        assert len(many.vectors) == len(codes)


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        (
            "LASKU 4711. Eräpäivä 3.5.2031. Veroton yhteensä 100,00 €, alv 24 %.",
            "invoice",
        ),
        ("फ़ैसला। उच्च न्यायालय। याचिकाकर्ता बनाम राज्य। याचिका ख़ारिज की जाती है।", "judgment"),
        (
            "근로계약서. 사용자와 근로자는 다음과 같이 계약을 체결한다. 임금, 근로시간.",
            "employment",
        ),
        (
            "Özgeçmiş. Eğitim: İstanbul Üniversitesi. İş deneyimi. Yabancı diller. Referanslar.",
            "cv",
        ),
        ("قسيمة الراتب لشهر مارس. الراتب الأساسي، البدلات، الاستقطاعات، صافي الراتب.", "payslip"),
    ],
)
def test_documents_in_languages_that_the_first_bank_lacked(
    engine_of_both: Engine, text: str, type_: str
):
    rules = [
        Rule("invoice", "A bill of a seller with items, tax and amount due."),
        Rule("judgment", "A decision of a court."),
        Rule("employment", "A contract of employment between an employer and an employee."),
        Rule("cv", "A CV with education and work experience."),
        Rule("payslip", "A statement of an employee's pay with deductions."),
    ]
    result = engine_of_both.classify(Document("txt", (DocumentPage(0, text),), 1), rules)
    assert result.verdict.type == type_
