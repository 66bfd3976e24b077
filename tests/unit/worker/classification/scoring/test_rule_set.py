"""Rules that their names explain, in languages that no known type is described in."""

import pytest

from app.jobs.values import Rule
from worker.classification.engine import Engine

DELIVERY_NOTE = Rule("Lieferschein", "Begleitpapier einer Lieferung mit den gelieferten Waren.")

PRICE_LISTS = [("price list", ""), ("price lists", ""), ("Preisliste", ""), ("PL", "price list")]


def meant(engine: Engine, rule: Rule) -> list[str]:
    (read,) = engine.scorer.rules.read_set([rule]).read
    return [engine.scorer.knowledge.types[row].name for row in read.resolution.rows]


@pytest.mark.parametrize(
    ("rule", "type_"),
    [
        (DELIVERY_NOTE, "delivery note"),
        (Rule("Quittung", "Beleg über eine erfolgte Zahlung."), "receipt"),
        (Rule("albarán", "Lista de mercancías que acompaña a una entrega."), "delivery note"),
        (Rule("領収書", "支払いを証明する書類。"), "receipt"),
    ],
    ids=lambda value: value.type if isinstance(value, Rule) else None,
)
def test_a_rule_means_the_type_that_has_its_name(
    engine_of_both: Engine, rule: Rule, type_: str
) -> None:
    assert meant(engine_of_both, rule) == [type_]


def test_a_description_of_something_else_outweighs_the_name(engine_of_both: Engine) -> None:
    voucher = Rule("bon", "Gutschein zum Einlösen in einem Geschäft.")

    assert "receipt" not in meant(engine_of_both, voucher)


@pytest.mark.parametrize(
    ("rule", "types"),
    [
        (
            Rule("archive_3", "Bank statements and insurance policies"),
            {"bank statement", "insurance policy"},
        ),
        # "Rezepte" alone are recipes.
        (
            Rule("Medizin", "Arztbriefe, Rezepte, Laborbefunde"),
            {"medical report", "prescription", "laboratory results"},
        ),
        # "Einkauf" alone is a shopping list.
        (
            Rule("Einkauf", "Angebote, Bestellungen und Lieferscheine"),
            {"quotation", "purchase order", "delivery note"},
        ),
        (Rule("Rechnungen", "zu bezahlen"), {"invoice"}),
        (
            Rule("Bewerbung", "Anschreiben oder Lebenslauf von Bewerbern"),
            {"cover letter", "resume"},
        ),
        (Rule("correspondence", "letters and e-mails"), {"letter", "email"}),
        (
            Rule("Zoll", "Zollanmeldungen und Ursprungszeugnisse"),
            {"customs declaration", "certificate of origin"},
        ),
    ],
    ids=lambda value: value.type if isinstance(value, Rule) else None,
)
def test_a_rule_means_all_types_that_it_lists(
    engine_of_both: Engine, rule: Rule, types: set[str]
) -> None:
    assert set(meant(engine_of_both, rule)) == types


@pytest.mark.parametrize(
    ("rule", "type_"),
    [
        (
            Rule("clinical", "Letters and reports of doctors: discharge letters, radiology"),
            "letter",
        ),
        (Rule("impayés", "relance pour loyers ou factures impayés"), "invoice"),
    ],
    ids=lambda value: value.type if isinstance(value, Rule) else None,
)
def test_groups_and_objects_of_others_are_no_items_of_a_list(
    engine_of_both: Engine, rule: Rule, type_: str
) -> None:
    assert type_ not in meant(engine_of_both, rule)


@pytest.mark.parametrize(
    ("rule", "type_"),
    [
        (Rule("Passport", "cattle passports"), "livestock movement document"),
        (Rule("Ticket", "a train ticket"), "train ticket"),
        (Rule("BILL", "Hospital bills to patients"), "medical bill"),
    ],
    ids=lambda value: value.type if isinstance(value, Rule) else None,
)
def test_a_description_may_narrow_the_name(engine_of_both: Engine, rule: Rule, type_: str) -> None:
    assert meant(engine_of_both, rule) == [type_]


def test_a_name_that_a_rule_does_not_mean_is_no_title_for_it(engine_of_both: Engine) -> None:
    # "Police" is the French name of an insurance policy.
    (read,) = engine_of_both.scorer.rules.read_set([Rule("police", "police reports")]).read

    assert read.relation[engine_of_both.scorer.knowledge.rows["insurance policy"]] == 0


def test_the_opposite_of_another_rule_is_a_catch_all(engine_of_both: Engine) -> None:
    invoice, opposite = Rule("invoice", "bills"), Rule("not_an_invoice", "all but invoices")
    contract, denied = Rule("Vertrag", ""), Rule("Kein Vertrag", "")

    assert engine_of_both.find_catch_alls([invoice, opposite]) == (1,)
    assert engine_of_both.find_catch_alls([denied, contract]) == (0,)
    assert engine_of_both.find_catch_alls([opposite, contract]) == ()


def test_a_list_of_what_is_akin_to_the_name_says_no_more_than_the_name(
    engine_of_both: Engine,
) -> None:
    rule = Rule("Verträge", "Mietverträge und Arbeitsverträge")

    assert meant(engine_of_both, rule) == ["contract"]


def test_a_title_speaks_for_a_rule_that_lists_its_type(engine_of_both: Engine) -> None:
    rule = Rule("archive_3", "Bank statements and insurance policies")
    (read,) = engine_of_both.scorer.rules.read_set([rule]).read

    assert read.relation[engine_of_both.scorer.knowledge.rows["insurance policy"]] == 1


def test_an_english_word_is_no_plural_of_another_language(engine_of_both: Engine) -> None:
    # "Nota" is a name of memos.
    rule = Rule("note", "A letter or note from one person or company to another.")

    assert "memo" not in meant(engine_of_both, rule)


def test_a_rule_whose_type_is_a_code_means_what_its_description_says(
    engine_of_both: Engine,
) -> None:
    described = "What an employee earns in a month, with tax and deductions"

    assert meant(engine_of_both, Rule("Ordner 7", described)) == ["payslip"]


def test_a_rule_may_have_the_words_of_a_user(engine_of_both: Engine) -> None:
    wages = Rule("Wages stuff", "gross and net pay of our people")

    assert meant(engine_of_both, wages) == ["payslip"]


@pytest.mark.parametrize(
    ("rule", "type_"),
    [
        (Rule("DN", "delivery note"), "delivery note"),
        (Rule("A1", "invoices from suppliers"), "invoice"),
        (Rule("Things to sign", "agreements waiting for a signature"), "contract"),
    ],
    ids=lambda value: value.type if isinstance(value, Rule) else None,
)
def test_a_rule_of_no_known_name_means_what_its_description_begins_with(
    engine_of_both: Engine, rule: Rule, type_: str
) -> None:
    assert meant(engine_of_both, rule) == [type_]


def test_a_name_that_is_all_a_rule_says_has_the_description_of_its_type(
    engine_of_both: Engine,
) -> None:
    scorer = engine_of_both.scorer
    own = [scorer.rules.read(Rule(*each)).targets[0].direct for each in PRICE_LISTS]

    assert all((each == own[0]).all() for each in own)
