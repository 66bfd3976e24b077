from collections import defaultdict

import pytest

from app.jobs.values import Rule
from tests.unit.worker.classification.sample_texts import TEXTS
from worker.classification.engine import Engine
from worker.classification.features.scripts import count_scripts, is_unseen, unseen_script
from worker.classification.knowledge.base import load_knowledge
from worker.parsing.document import Document, DocumentPage


@pytest.mark.parametrize(
    ("text", "script"),
    [
        (TEXTS["contract", "fr"], None),
        (TEXTS["contract", "ar"], "ARABIC"),
        (TEXTS["invoice", "ru"], "CYRILLIC"),
        ("12.30 45.60", None),
        ("", None),
        ("Общие условия ACME", "CYRILLIC"),
        ("ACME International Общие", None),
    ],
)
def test_a_script_is_unseen_when_most_letters_are_of_it(text: str, script: str | None):
    counts = count_scripts(text)
    assert unseen_script(counts, ("LATIN",)) == script
    assert unseen_script(counts, None) is None


@pytest.mark.parametrize(
    ("text", "unseen"),
    [
        (
            "Hyran betalas i förskott senast sista vardagen före varje månad, på bankgirot.",
            True,
        ),
        ("Наймач сплатив заставу у розмірі місячної плати.", True),
        ("مبلغ اجاره هر ماه یک میلیون تومان است که باید پرداخت گردد.", True),
        ("Die Miete ist bis zum dritten Werktag zu zahlen, für Göran Ångström und Familie.", False),
        ("Аренда оплачивается до пятого числа.", False),
        ("يدفع المستأجر الأجرة مقدما.", False),
        ("", False),
    ],
)
def test_letters_tell_a_language_that_a_model_has_not_seen(text: str, unseen: bool):
    counts = count_scripts(text)
    assert is_unseen(counts, ("LATIN", "CYRILLIC", "ARABIC")) is unseen
    assert not is_unseen(counts, None)


LANGUAGES = """
    ar cs da de el en es fa fi fr he hi hu id it ja ko nl no pl pt ru sv th tr uk vi zh
""".split()  # noqa: SIM905


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bank_has_samples_in_every_language(language: str):
    kinds = defaultdict(set)
    for sample in load_knowledge().samples:
        kinds[sample.language].add(sample.type)
    assert len(kinds[language]) >= 15


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
