import pytest

from app.jobs.values import Rule
from worker.classification.engine import Engine
from worker.classification.rules.listed import head_rows, listed_names, rows_in_list, rows_of_name


def names_of(engine: Engine, rows: tuple[int, ...] | list[int]) -> set[str]:
    return {engine.scorer.knowledge.types[row].name for row in rows}


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("invoices", "invoice"),
        ("Rechnungen", "invoice"),
        ("Arbeitsverträge", "employment contract"),
        ("bulletins de paie", "payslip"),
        ("nóminas", "payslip"),
        ("avvisi di accertamento", "tax assessment"),
        ("świadectwa pracy", "employment certificate"),
        ("счета", "invoice"),
        ("faturalar", "invoice"),
        ("議事録", "meeting minutes"),
    ],
)
def test_a_name_in_the_plural_is_known(engine_of_both: Engine, name: str, type_: str) -> None:
    assert type_ in names_of(engine_of_both, rows_of_name(name, engine_of_both.scorer.names))


@pytest.mark.parametrize("name", ["", "zorbals", "everything"])
def test_other_words_are_no_names(engine_of_both: Engine, name: str) -> None:
    assert rows_of_name(name, engine_of_both.scorer.names) == []


@pytest.mark.parametrize(
    ("description", "type_"),
    [
        ("invoices from suppliers", "invoice"),
        ("agreements waiting for a signature", "contract"),
        ("a quotation from a supplier", "quotation"),
        ("Lebenslauf von Bewerbern", "resume"),
        ("letters", "letter"),
        ("e-mails", "email"),
    ],
)
def test_a_description_begins_with_what_it_describes(
    engine_of_both: Engine, description: str, type_: str
) -> None:
    assert names_of(engine_of_both, head_rows(description, engine_of_both.scorer.names)) == {type_}


@pytest.mark.parametrize("description", ["invoice list", "letters with blanks", "what we owe"])
def test_a_part_of_another_name_or_a_wide_name_begins_no_description(
    engine_of_both: Engine, description: str
) -> None:
    assert head_rows(description, engine_of_both.scorer.names) == []


def items(engine: Engine, type_: str, description: str) -> list[str]:
    listed = listed_names(Rule(type_, description), engine.scorer.names)
    return [item.text for item in listed]


def test_the_items_of_a_list_are_found_in_name_and_description(engine_of_both: Engine) -> None:
    rule = "payslips_and_other", "Staff papers such as résumés, time sheets or signed contracts"

    assert items(engine_of_both, *rule) == [
        "payslips",
        "résumés",
        "time sheets",
        "signed contracts",
    ]


def test_parts_of_a_document_are_no_items(engine_of_both: Engine) -> None:
    rule = "zorbal", "A thing with invoice, receipt and contract; not a diploma, a passport."

    assert items(engine_of_both, *rule) == []


def test_types_that_a_description_lists_besides_its_own_are_its_kinds(
    engine_of_both: Engine,
) -> None:
    scorer, types = engine_of_both.scorer, engine_of_both.scorer.knowledge.rows
    description = "Papers that go with goods: delivery notes, packing lists and waybills."
    own, listed = types["delivery note"], [types["packing list"], types["waybill"]]

    assert rows_in_list(description, scorer.names) == [own, *listed]
    resolution = scorer.rules.read(Rule("delivery_note", description)).resolution
    assert resolution.rows == (own, *listed)
    panel = [rule.type for rule in scorer.knowledge.panel]
    assert resolution.steps[panel.index("delivery note")] == 0
    assert resolution.steps[panel.index("waybill")] == 1


@pytest.mark.parametrize(
    ("type_", "description"),
    [
        ("bank_statement", "A statement of an account at a bank with its transactions."),
        ("data_table", "Tables of figures: lists of data, measurements, results."),
    ],
)
def test_upper_types_and_distant_ones_in_a_list_are_not_meant(
    engine_of_both: Engine, type_: str, description: str
) -> None:
    rows = engine_of_both.scorer.rules.read(Rule(type_, description)).resolution.rows

    assert names_of(engine_of_both, rows).isdisjoint({"account statement", "sports results"})
