import pytest
from threadpoolctl import threadpool_info

from app.jobs.values import Rule
from tests.unit.worker.classification.sample_texts import POEM, TEXTS
from worker.classification.engine import Engine
from worker.parsing.document import Document, DocumentPage, TextSource


def document(*pages: str, format: str = "txt", warnings: tuple[str, ...] = ()) -> Document:  # noqa: A002
    return Document(
        format,
        tuple(DocumentPage(index, text) for index, text in enumerate(pages)),
        len(pages),
        warnings=warnings,
    )


@pytest.mark.parametrize(("kind", "language"), sorted(TEXTS))
def test_documents_in_many_languages_get_their_type(
    engine: Engine, rules: list[Rule], kind: str, language: str
):
    result = engine.classify(document(TEXTS[kind, language]), rules)
    assert result.verdict.type == kind
    assert 0.5 < result.verdict.confidence <= 1


@pytest.mark.parametrize(("kind", "language"), sorted(TEXTS))
def test_without_the_right_rule_the_answer_is_null(
    engine: Engine, rules: list[Rule], kind: str, language: str
):
    other = [rule for rule in rules if rule.type != kind][:2]
    result = engine.classify(document(TEXTS[kind, language]), other)
    assert result.verdict.type is None
    assert 0.4 < result.verdict.confidence <= 1


def test_a_poem_is_none_of_these(engine: Engine, rules: list[Rule]):
    result = engine.classify(document(POEM), rules)
    assert result.verdict.type is None
    assert result.evidence.scoring.null_probability == result.verdict.confidence


@pytest.mark.parametrize(
    "rule",
    [
        Rule("other", "any other document"),
        Rule("Sonstiges", "Dokumente, die in keine andere Kategorie passen"),
        Rule("autre", "tout autre document"),
        Rule("OTROS_DOCUMENTOS", "cualquier otro documento"),
        Rule("その他", "その他の文書"),
        Rule("unknown", "use this if no other rule applies"),
    ],
    ids=lambda rule: rule.type,
)
def test_a_catch_all_is_chosen_when_nothing_else_fits(
    engine: Engine, rules: list[Rule], rule: Rule
):
    assert engine.classify(document(POEM), [*rules, rule]).verdict.type == rule.type
    assert engine.classify(document(POEM), [rule, *rules]).verdict.type == rule.type
    assert engine.classify(document(TEXTS["recipe", "en"]), [rule, *rules]).verdict.type == "recipe"


def test_a_single_rule_is_a_yes_or_no_question(engine: Engine, rules: list[Rule]):
    recipe = next(rule for rule in rules if rule.type == "recipe")
    assert engine.classify(document(TEXTS["recipe", "es"]), [recipe]).verdict.type == "recipe"
    assert engine.classify(document(TEXTS["contract", "en"]), [recipe]).verdict.type is None


def test_a_lone_catch_all_takes_everything(engine: Engine):
    result = engine.classify(document(POEM), [Rule("other", "anything else")])
    assert (result.verdict.type, result.verdict.confidence) == ("other", 1.0)


def test_the_right_one_of_fifty_rules_wins(engine: Engine):
    panel = engine.scorer.knowledge.panel
    invoice = next(rule for rule in panel if rule.type == "invoice")
    result = engine.classify(document(TEXTS["invoice", "en"]), [*panel[:49], invoice])
    assert result.verdict.type == "invoice"
    assert len(result.evidence.scoring.ranking) == 50


def test_the_type_comes_back_exactly_as_sent(engine: Engine, rules: list[Rule]):
    odd = Rule(" Rechnung_/ÜBER  alles ", "A bill with items, tax and amount due.")
    assert (
        engine.classify(document(TEXTS["invoice", "de"]), [odd, rules[1]]).verdict.type == odd.type
    )


def test_rules_of_the_same_type_and_empty_descriptions_are_accepted(engine: Engine):
    rules = [Rule("recipe", ""), Rule("recipe", ""), Rule("", ""), Rule("invoice", "\x00")]
    assert engine.classify(document(TEXTS["recipe", "en"]), rules).verdict.type == "recipe"


def test_rules_are_needed(engine: Engine):
    with pytest.raises(ValueError, match="at least one rule"):
        engine.classify(document(POEM), [])


@pytest.mark.parametrize("text", ["", " \n\t ", "\x00\x00", "....... ------", "\ud800"])
def test_nothing_readable_is_null_with_a_reason(engine: Engine, rules: list[Rule], text: str):
    result = engine.classify(document(text, warnings=("page 1 could not be read.",)), rules)
    assert result.verdict.type is None
    assert 0 < result.verdict.confidence < 0.5
    assert "nothing readable" in result.verdict.reasoning.splitlines()[0]
    assert "Warning: page 1 could not be read." in result.verdict.reasoning


def test_nothing_readable_is_the_catch_all_when_there_is_one(engine: Engine, rules: list[Rule]):
    result = engine.classify(document(""), [*rules, Rule("misc", "the rest")])
    assert result.verdict.type == "misc"
    assert "nothing readable" in result.verdict.reasoning.splitlines()[0]


def test_no_pages_at_all(engine: Engine, rules: list[Rule]):
    assert engine.classify(Document("pdf", (), 0), rules).verdict.type is None


def test_the_same_input_gives_the_same_verdict_whatever_came_between(
    engine: Engine, rules: list[Rule]
):
    first = engine.classify(document(TEXTS["paper", "en"]), rules)
    for text in TEXTS.values():
        engine.classify(document(text), rules[:3])
    assert engine.classify(document(TEXTS["paper", "en"]), rules) == first


def test_the_order_of_the_rules_changes_no_score(engine: Engine, rules: list[Rule]):
    text = document(TEXTS["minutes", "de"])
    one = engine.classify(text, rules)
    other = engine.classify(text, rules[::-1])
    assert one.verdict.type == other.verdict.type == "minutes"
    assert one.verdict.confidence == pytest.approx(other.verdict.confidence, abs=1e-5)


def test_a_score_does_not_depend_on_the_other_rules(engine: Engine, rules: list[Rule]):
    embedded = engine.embed(document(TEXTS["resume", "de"]))
    whole = engine.scorer.score(embedded.text, embedded.comparison(0), rules)
    part = engine.scorer.score(embedded.text, embedded.comparison(0), [rules[3], rules[0]])
    assert part.rules == pytest.approx(whole.subset([3, 0]).rules, abs=1e-5)


def test_the_form_of_a_file_is_a_cue(engine: Engine):
    rules = [
        Rule("mail", "an e-mail message with sender, recipient, subject and body"),
        Rule("recipe", "Cooking instructions with ingredients and steps."),
    ]
    text = "Hello Ada, the train leaves at nine. See you on Monday. Best wishes, Tom"
    plain = engine.classify(document(text), rules)
    mail = engine.classify(document(text, format="eml"), rules)
    assert plain.evidence.scoring.cues == ()
    assert mail.evidence.scoring.cues[0].bonus > 1
    assert mail.verdict.type == "mail"
    assert "\n- It is an e-mail, by its format or its header lines." in mail.verdict.reasoning


def test_only_text_of_the_first_passages_is_embedded(engine: Engine, rules: list[Rule]):
    long = "\n".join([TEXTS["contract", "en"]] * 500)
    result = engine.classify(document(long, long), rules)
    assert result.verdict.type == "contract"
    assert result.evidence.chunks <= 8
    assert result.evidence.characters == 2 * len(long)


def test_pages_read_by_ocr_are_counted(engine: Engine, rules: list[Rule]):
    pages = (DocumentPage(2, TEXTS["recipe", "en"], TextSource.OCR),)
    result = engine.classify(Document("pdf", pages, 9), rules)
    assert "\n- 1 of 9 pages was read, by OCR (text recognition).\n" in result.verdict.reasoning
    assert result.evidence.scoring.quote is not None
    assert result.evidence.scoring.quote.page == 2


def test_a_generic_type_of_the_same_name_is_no_alternative(engine: Engine):
    rules = [Rule("INVOICE", "papers for the accounts department"), Rule("recipe", "food")]
    result = engine.classify(document(TEXTS["invoice", "en"]), rules)
    assert result.evidence.scoring.alternative is not None
    assert result.evidence.scoring.alternative.type != "invoice"


@pytest.mark.parametrize("language", ["en", "de", "es", "ja", "ru"])
def test_the_bare_name_of_a_known_type_is_enough(engine: Engine, language: str):
    rules = [Rule("recipe", ""), Rule("Invoice", "invoice"), Rule("news_article", "")]
    assert engine.classify(document(TEXTS["recipe", language]), rules).verdict.type == "recipe"


CONTRACT = Rule("contract", "A legal agreement between parties that sets out rights and duties.")
TENANCY = """TENANCY AGREEMENT
between Harold Finch (the landlord) and Ines Moreau (the tenant)
Premises: flat 3, 18 Mill Lane. Term: twelve months from 1 May 2024.
Rent of 950 per month, payable in advance on the first day of each month. Deposit 1,425.
The tenant keeps the interior in good repair and does not sublet. Notice: two months.
Signed by landlord and tenant"""


def test_a_rule_gets_the_kinds_of_what_it_means(engine: Engine, rules: list[Rule]):
    result = engine.classify(document(TENANCY), rules)
    assert result.verdict.type == "contract"
    assert 'The rule "contract" is understood as contract' in result.verdict.reasoning
    assert "rental agreement" in result.evidence.scoring.understood.kinds
    assert result.evidence.scoring.ranking[0].lifted > 0


def test_a_finer_rule_wins_over_the_general_one(engine: Engine):
    tenancy = Rule("tenancy_agreement", "A contract by which a landlord lets a home to a tenant.")
    for rules in ([CONTRACT, tenancy], [tenancy, CONTRACT]):
        assert engine.classify(document(TENANCY), rules).verdict.type == "tenancy_agreement"


CREDIT_NOTE = Rule("credit_note", "A document by which a seller reduces an earlier invoice.")
GUTSCHRIFT = """Gutschrift
Nr. 2024-118 vom 12. März 2024
Kunde: Bäckerei Lang, Kiel. Zu unserer Rechnung 4711 vom 20. Februar 2024
Retoure: 4 Kartons Mehl Typ 550, je 18,40 EUR, netto 73,60 EUR
USt. 7 % 5,15 EUR. Gutschriftsbetrag 78,75 EUR
Der Betrag wird mit der nächsten Rechnung verrechnet."""


def test_a_document_is_what_its_heading_calls_it(engine: Engine, rules: list[Rule]):
    result = engine.classify(document(GUTSCHRIFT), [*rules, CREDIT_NOTE])
    assert result.verdict.type == "credit_note"
    named = result.evidence.scoring.ranking[0].named
    assert named > 2
    assert (
        '\n- It calls itself “Gutschrift” (page 1), a name for "credit note".'
        in result.verdict.reasoning
    )
    assert f"what the document calls itself {named:.2f}" in result.verdict.reasoning


ZORBAL = """Zorbal Sheet
Week 12, glasshouse 3
Monday: water beds 1 to 6, prune tomatoes in bed 4. Crew: Ana, Tomasz.
Tuesday: pick cucumbers in beds 2 and 5. Wednesday: water beds 7 to 12.
Thursday: pick tomatoes. Friday: prune, clean paths."""


@pytest.mark.parametrize("description", ["Weekly plan of work in a glasshouse.", ""])
def test_a_rule_of_an_unknown_type_is_found_by_its_name_in_a_heading(
    engine: Engine, rules: list[Rule], description: str
):
    rule = Rule("zorbal_sheet", description)
    headed = engine.classify(document(ZORBAL), [*rules, rule])
    bare = engine.classify(document(ZORBAL.split("\n", 1)[1]), [*rules, rule])
    assert headed.verdict.type == "zorbal_sheet"
    assert 'The rule "zorbal_sheet" means no built-in type' in headed.verdict.reasoning
    named = {
        ranked.type: ranked.named
        for result in (headed, bare)
        for ranked in result.evidence.scoring.ranking
        if ranked.named > 0
    }
    assert named == {"zorbal_sheet": 2.5}


def test_one_thread_is_used(engine: Engine, rules: list[Rule]):
    engine.classify(document(TEXTS["recipe", "en"]), rules)
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    assert pools
    assert all(pool["num_threads"] == 1 for pool in pools)
