import re

import pytest

from app.jobs.reasoning import Reasoning
from app.jobs.values import Rule
from tests.unit.worker.classification.sample_texts import POEM, TEXTS
from worker.classification.engine import Classification, Engine
from worker.classification.explanation.bands import percent
from worker.classification.scoring.calibration import FEATURES
from worker.parsing.document import Document, DocumentPage

ALL = [*(TEXTS[key] for key in sorted(TEXTS)), POEM]
EACH_TEXT = pytest.mark.parametrize("text", ALL, ids=lambda text: text[:20].split("\n")[0])


def classify(engine: Engine, text: str, rules: list[Rule]) -> Classification:
    return engine.classify(Document("txt", (DocumentPage(0, text),), 1), rules)


def step(result: Classification, beginning: str) -> str:
    pattern = rf"^\d+\. ({re.escape(beginning)}.*)$"
    return re.findall(pattern, result.verdict.reasoning, re.MULTILINE)[0]


def classify_with_catch_all(engine: Engine, text: str, rules: list[Rule]) -> Classification:
    return classify(engine, text, [*rules, Rule("other", "anything else")])


@EACH_TEXT
def test_a_score_is_the_sum_of_its_parts(engine: Engine, rules: list[Rule], text: str):
    ranking = classify_with_catch_all(engine, text, rules).evidence.scoring.ranking

    for ranked in ranking:
        mean = sum(channel.weight * channel.score for channel in ranked.channels)
        mean /= sum(channel.weight for channel in ranked.channels)
        assert ranked.score == pytest.approx(
            mean
            + ranked.lexical
            + ranked.bonus
            + ranked.named
            + ranked.acts
            + ranked.lifted
            - ranked.excluded,
            abs=1e-4,
        )
    scores = [ranked.score for ranked in ranking]
    assert scores == sorted(scores, reverse=True)


@EACH_TEXT
def test_the_details_show_the_numbers_of_the_evidence(engine: Engine, rules: list[Rule], text: str):
    result = classify_with_catch_all(engine, text, rules)
    evidence, scoring = result.evidence, result.evidence.scoring

    compared = step(result, "Compared")
    assert f"{len(text)} characters" in compared
    assert f"{evidence.chunks} passage" in compared
    ranking = step(result, "Scores in standard deviations")
    shown = re.findall(r'"(\w+)" (-?\d+\.\d\d)', ranking)
    assert shown == [(ranked.type, f"{ranked.score:.2f}") for ranked in scoring.ranking[:3]]
    assert f"margin {scoring.ranking[0].score - scoring.ranking[1].score:.2f}" in ranking
    assert f"above {evidence.panel_types} built-in types" in ranking
    influences = [f"({item.log_odds:+.2f})" for item in scoring.influences]
    assert re.findall(r"\([+-]\d+\.\d\d\)", step(result, "Against")) == influences
    assert {item.feature for item in scoring.influences} <= set(FEATURES)


@EACH_TEXT
def test_the_confidence_is_the_probability_of_the_outcome(
    engine: Engine, rules: list[Rule], text: str
):
    result = classify_with_catch_all(engine, text, rules)
    scoring, confidence = result.evidence.scoring, result.verdict.confidence

    probabilities = step(result, "Estimated probability")
    assert re.findall(r": (\d\.\d{4})[;.]", probabilities) == [
        f"{scoring.match_probability:.4f}",
        f"{scoring.null_probability:.4f}",
    ]
    assert confidence == max(scoring.match_probability, scoring.null_probability)
    assert f"({percent(confidence)}%)" in result.verdict.reasoning.splitlines()[0]


@EACH_TEXT
def test_the_best_type_without_a_rule_is_named(engine: Engine, rules: list[Rule], text: str):
    result = classify_with_catch_all(engine, text, rules)
    scoring = result.evidence.scoring
    alternative = scoring.alternative

    assert alternative is not None
    assert (
        f'"{alternative.type}" fits best with {alternative.score:.2f}' in result.verdict.reasoning
    )
    is_better = alternative.score > scoring.ranking[0].score
    assert is_better == (scoring.better_alternatives > 0)


@EACH_TEXT
def test_the_quote_is_verbatim(engine: Engine, rules: list[Rule], text: str):
    result = classify(engine, text, rules)
    quote = result.evidence.scoring.quote
    if result.verdict.type is None:
        assert quote is None, "nothing speaks for a rule that was rejected"
        assert result.evidence.scoring.shared_words == ()
        return
    assert quote is not None
    assert 0 < len(quote.quote) <= 160
    assert quote.quote in text
    assert f"“{quote.quote}” (page 1)" in result.verdict.reasoning


def test_the_quote_comes_from_the_page_that_says_it(engine: Engine, rules: list[Rule]):
    pages = (DocumentPage(3, "Tischlerei Ahrens GmbH"), DocumentPage(4, TEXTS["invoice", "de"]))
    result = engine.classify(Document("pdf", pages, 9), [rules[0], rules[1]])
    assert result.evidence.scoring.quote is not None
    assert result.evidence.scoring.quote.page == 4
    assert f"“{result.evidence.scoring.quote.quote}” (page 5)" in result.verdict.reasoning


def test_a_long_line_is_cut_and_still_verbatim(engine: Engine, rules: list[Rule]):
    text = "".join(letter for letter in TEXTS["contract", "en"] if letter not in "\n.;")
    quote = classify(engine, text, rules).evidence.scoring.quote
    assert quote is not None
    assert len(quote.quote) <= 160
    assert quote.quote in text


def test_a_line_of_words_is_quoted_rather_than_one_of_numbers(engine: Engine, rules: list[Rule]):
    text = "No. 2024-0317 / 8841-22\nPlease pay the amount due.\n12.50 + 3.20 = 15.70 EUR"
    quote = classify(engine, text, rules[:1]).evidence.scoring.quote
    assert quote is not None
    assert quote.quote == "Please pay the amount due."


@pytest.mark.parametrize("mark", ["• ", ", ", "- > ", "\uf0b7 "])
def test_a_quote_begins_with_its_words(engine: Engine, rules: list[Rule], mark: str):
    text = f"No. 2024-0317 / 8841-22\n{mark}Please pay the amount due."
    quote = classify(engine, text, rules[:1]).evidence.scoring.quote
    assert quote is not None
    assert quote.quote == "Please pay the amount due."


def test_the_summary_of_a_null_names_what_fits_better(engine: Engine, rules: list[Rule]):
    result = classify(engine, TEXTS["recipe", "en"], [rules[0], rules[2]])
    best = result.evidence.scoring.alternative
    assert best is not None
    assert (
        f'It looks most like "{best.type}", for which' in result.verdict.reasoning.splitlines()[0]
    )


def test_the_catch_all_is_explained(engine: Engine, rules: list[Rule]):
    result = classify(engine, POEM, [*rules, Rule("rest", "all remaining documents")])
    assert ', so it gets your catch-all "rest"' in result.verdict.reasoning.splitlines()[0]
    assert '"rest" is the catch-all' in step(result, '"rest"')
    assert result.evidence.catch_all == "rest"


def test_cues_are_told_only_when_they_counted(engine: Engine, rules: list[Rule]):
    mail = Document("eml", (DocumentPage(0, TEXTS["recipe", "en"]),), 1)
    result = engine.classify(mail, rules)
    assert result.verdict.type == "recipe"
    assert "e-mail" not in result.verdict.reasoning


def test_rules_that_overlap_are_warned_about(engine: Engine, rules: list[Rule]):
    overlapping = [
        Rule("invoice", "a bill from a supplier with items, tax and total"),
        Rule("bill", "an invoice from a supplier with items, tax and total"),
        rules[1],
    ]
    result = classify(engine, TEXTS["invoice", "en"], overlapping)
    overlap = result.evidence.scoring.overlaps[0]
    assert {overlap.first, overlap.second} == {"invoice", "bill"}
    assert f"nearly the same (cosine {overlap.similarity:.2f})" in result.verdict.reasoning
    assert "mean nearly the same: merge them" in result.verdict.reasoning.splitlines()[1]


def test_a_warning_about_little_text(engine: Engine, rules: list[Rule]):
    short = classify(engine, "Total 12.50", rules)
    assert short.verdict.reasoning.splitlines()[1] == (
        "Warning: there is little text to go by, only 11 characters."
    )


GREEK = "Η σύμβαση αυτή υπογράφεται σήμερα από τα δύο μέρη. " * 5


def test_one_model_alone_warns_of_a_script_that_it_has_not_seen(
    engine_alone: Engine, rules: list[Rule]
):
    assert "mostly in Greek script" in classify(engine_alone, GREEK, rules).verdict.reasoning
    assert "script" not in classify(engine_alone, TEXTS["contract", "ar"], rules).verdict.reasoning


def test_of_two_models_only_the_one_that_knows_the_script_counts(
    engine_of_both: Engine, rules: list[Rule]
):
    result = classify(engine_of_both, GREEK, rules)
    assert result.verdict.type == "contract"
    assert "script" not in result.verdict.reasoning
    channels = result.evidence.scoring.ranking[0].channels
    assert {channel.name.split()[0] for channel in channels} == {"multilingual-e5-small"}
    assert result.evidence.scoring.quote is not None


def test_a_missing_model_is_reported(engine_alone: Engine, rules: list[Rule]):
    assert engine_alone.missing is not None
    warning = f"Warning: {engine_alone.missing}"
    assert warning in classify(engine_alone, TEXTS["recipe", "en"], rules).verdict.reasoning
    assert warning in classify(engine_alone, "", rules).verdict.reasoning
    assert "pigeonhole models build" in warning


def test_what_the_parser_warned_about_is_repeated(engine: Engine, rules: list[Rule]):
    parsed = Document("txt", (DocumentPage(0, POEM),), 1, warnings=("page 3 could not be read.",))
    assert "Warning: page 3 could not be read." in engine.classify(parsed, rules).verdict.reasoning


@pytest.mark.parametrize("text", ["", POEM, TEXTS["paper", "zh"]])
def test_every_reasoning_has_three_layers(engine: Engine, rules: list[Rule], text: str):
    layers = Reasoning.from_text(classify(engine, text, rules).verdict.reasoning)
    assert layers is not None
    assert 1 <= len(layers.reasons) <= 4
    lines = layers.details.split("\n")
    assert [int(line.split(".")[0]) for line in lines] == list(range(1, len(lines) + 1))
    assert all(line.endswith(".") for line in [layers.summary, *layers.reasons, *lines])
