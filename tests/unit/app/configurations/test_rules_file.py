"""Rules files: what is read, and the sentence for each mistake."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.configurations.rules_file import (
    FileExample,
    FileRule,
    RulesFile,
    RulesFileError,
    write_rules,
)
from app.configurations.rules_reader import parse_rules, read_rules
from app.configurations.saved_rules import from_parameters, to_parameters
from app.errors import PigeonholeError

SAMPLES = Path(__file__).parents[4] / "samples"
RULE = "rules:\n  - type: invoice\n    description: A bill with amounts to pay.\n"
ID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"


def refused(content: str | bytes) -> str:
    data = content.encode() if isinstance(content, str) else content
    with pytest.raises(RulesFileError) as caught:
        parse_rules(data, "rules.yaml")
    return str(caught.value)


def test_everything_that_a_file_may_say(tmp_path: Path) -> None:
    (tmp_path / "bill.pdf").write_bytes(b"%PDF")
    (tmp_path / "rules.yaml").write_text(
        "version: 1\nname: Office\nmin_confidence: 0.6\nmode: MULTIMODAL\nlang: pt-BR\n"
        f"max_pages: 0\ntarget_pages: 1,3-4\nlearn: no\n{RULE}"
        f'    examples:\n      - text: "Bill 7"\n      - file: bill.pdf\n      - file_id: {ID}\n'
    )
    rules = read_rules(tmp_path / "rules.yaml")
    assert (rules.name, rules.min_confidence, rules.mode) == ("Office", 0.6, "MULTIMODAL")
    assert (rules.lang, rules.max_pages, rules.target_pages) == ("pt", 0, (0, 2, 3))
    assert rules.learn is False
    (rule,) = rules.rules
    assert (rule.type, rule.line) == ("invoice", 10)
    assert rule.examples[0].text == "Bill 7"
    assert rule.examples[1].path == (tmp_path / "bill.pdf").resolve()
    assert str(rule.examples[2].file_id) == ID


def test_a_silent_file_means_what_a_job_means_by_default() -> None:
    rules = parse_rules(RULE.encode(), "rules.yaml")
    assert (rules.min_confidence, rules.mode, rules.lang) == (None, "FAST", None)
    assert rules.learn is None
    assert rules.pages.max_pages == 5


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "line 1: The file is empty."),
        ("rules:\n\t- type: a", "line 2: A tab indents this line."),
        (
            RULE.replace("invoice", "no"),
            'takes no without quotes for yes or no. Write `type: "no"`.',
        ),
        (RULE.replace("invoice", "1040"), "line 2: YAML takes 1040 without quotes for a number."),
        (RULE.replace("invoice", "2026-01-01"), "line 2: YAML takes 2026-01-01 without"),
        (RULE.replace("invoice", ""), "line 2: `type` is empty."),
        (
            RULE.replace("A bill", "A bill: one"),
            "line 3: There is a colon where YAML expects text.",
        ),
        ("rules: &a [*a, *a]", "line 1: Anchors (&) and aliases (*) are not read here."),
        ("rules: !!python/object:os.system x", "line 1: Tags (!) are not read here."),
        (RULE + RULE, "line 4: The key `rules` is repeated."),
        ("rules: " + "[" * 5000, "line 1: There are too many levels"),
        ("rules:\n\n  - a\0", "line 3: There is a control character, U+0000."),
        (RULE.encode("utf-16"), "line 1: The file is in UTF-16."),
        ("rules:\n  - type: café".encode("latin-1"), "line 2: This line is not in UTF-8."),
        (b"#" * 1_100_000, "line 1: The file is larger than 1 MiB."),
        (
            RULE.replace("description", "descripton"),
            "line 3: There is no `descripton` here. Did you mean `desc",
        ),
        (RULE + "---\n" + RULE, "The file has a second document."),
        ('rules:\n  - type: "a\n', "A quote is opened and not closed."),
        ("rules: [a, b", "A bracket is opened and not closed."),
        ("- a", "line 1: YAML does not see keys and values here."),
        ("rules: a", "line 1: `rules` is not a list."),
        ("rules: []", "line 1: Give at least one rule."),
        ("rules:\n  - type: a\n", "line 2: `description` is missing in this rule."),
        (RULE.replace("A bill with amounts to pay.", "short"), "line 3: `description` has 5 chara"),
        (RULE.replace("invoice", "a/b"), "line 2: A type consists of letters"),
        (RULE + RULE[7:], "line 4: The type 'invoice' has a rule in line 2, too."),
        (f"version: 2\n{RULE}", "line 1: This release reads version 1."),
        (f"min_confidence: 80\n{RULE}", "line 1: `min_confidence` is from 0 to 1"),
        (f"min_confidence: .nan\n{RULE}", "line 1: `min_confidence` is not a number."),
        (f"mode: fast\n{RULE}", "line 1: There is no mode 'fast'."),
        (f"lang: klingon\n{RULE}", "line 1: There is no language 'klingon'."),
        (f"learn: perhaps\n{RULE}", "line 1: `learn` is true or false. Write one"),
        (f"max_pages: -1\n{RULE}", "line 1: `max_pages` is a number of pages"),
        (f"target_pages: 3-1\n{RULE}", "line 1: The range 3-1 goes backwards."),
        (
            f"{RULE}    examples: [{{text: a, file: b}}]",
            "line 4: An example has one of text, file, file_id.",
        ),
        (f"{RULE}    examples: [{{file: b}}]", "line 4: There is no folder for this file."),
        (f"{RULE}    examples: [{{file_id: b}}]", "line 4: Not a file id."),
        (f"{RULE}    examples: [{'{text: a},' * 6}]", "line 4: A rule takes at most 5 examples."),
        (f'? "\\e[31m"\n: 1\n{RULE}', r"There is no `\x1b[31m` here."),
    ],
)
def test_each_mistake_is_named_with_its_line(content: str | bytes, sentence: str) -> None:
    said = refused(content)
    assert said.startswith("rules.yaml, line ")
    assert sentence in said
    assert len(said) < 250


def test_all_mistakes_are_named_in_the_order_of_their_lines() -> None:
    said = refused(
        "lnag: de\nmax_pages: -1\nrules:\n"
        "  - type: a/b\n    description: short\n"
        "  - typ: letter\n    description: A letter to someone.\n"
        "  - description: A bill with amounts to pay.\n    type: invoice\n"
        "    examples: [{fil: a.pdf}, {text: ''}]\n"
        "  - type: invoice\n    description: Another bill.\n"
        "  - text\n"
    )

    assert [line.removeprefix("rules.yaml, line ")[:28] for line in said.splitlines()] == [
        "1: There is no `lnag` here. ",
        "2: `max_pages` is a number o",
        "4: A type consists of letter",
        "5: `description` has 5 chara",
        "6: There is no `typ` here. D",
        "10: There is no `fil` here. ",
        "10: `text` has 0 characters.",
        "11: The type 'invoice' has a",
        "13: YAML does not see keys a",
    ]


def test_of_many_mistakes_the_first_are_named() -> None:
    said = refused("rules:\n" + "  - type: a\n" * 30)

    assert len(said.splitlines()) == 21
    assert said.endswith("line 21: `description` is missing in this rule. Add it.\nand 10 more")


@pytest.mark.parametrize("written", ["../outside.txt", "/etc/hostname", "lost.txt", "link.txt"])
def test_examples_lie_beside_the_rules(tmp_path: Path, written: str) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    (tmp_path / "outside.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    (folder / "rules.yaml").write_text(f"{RULE}    examples:\n      - file: {written}\n")
    with pytest.raises(PigeonholeError, match=r"rules\.yaml, line 5: .*beside"):
        read_rules(folder / "rules.yaml")


def test_a_missing_file_is_one_sentence() -> None:
    with pytest.raises(RulesFileError, match=r"nowhere\.yaml does not exist\. Give the path"):
        read_rules(Path("nowhere.yaml"))


def test_a_byte_order_mark_and_norwegian() -> None:
    rules = parse_rules(f"lang: no\n{RULE}".encode("utf-8-sig"), "rules.yaml")
    assert rules.lang == "no"


def test_the_samples_have_rules() -> None:
    assert len(read_rules(SAMPLES / "rules.yaml").rules) == 7


LETTERS = st.text("abcß漢 -_19", min_size=1, max_size=30).filter(lambda text: text.strip(" -_"))
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=10, max_size=80).filter(
    lambda text: text.strip()
)
RULES_FILES = st.builds(
    RulesFile,
    rules=st.lists(
        st.builds(
            FileRule,
            type=LETTERS,
            description=TEXTS,
            examples=st.lists(st.builds(FileExample, text=TEXTS), max_size=2).map(tuple),
        ),
        min_size=1,
        max_size=3,
        unique_by=lambda rule: rule.type,
    ).map(tuple),
    name=st.none() | LETTERS,
    min_confidence=st.none() | st.floats(0, 1),
    lang=st.sampled_from([None, "no", "de"]),
    max_pages=st.integers(0, 9),
    target_pages=st.none() | st.just((0, 2, 3)) | st.just((2,)),
    learn=st.none() | st.booleans(),
)


@given(RULES_FILES)
def test_what_is_written_is_read_again(rules: RulesFile) -> None:
    assert parse_rules(write_rules(rules).encode(), "rules.yaml") == rules


@given(RULES_FILES)
def test_saved_configurations_hold_the_same(rules: RulesFile) -> None:
    again = from_parameters(rules.name or "", to_parameters(rules))
    assert again == RulesFile(
        rules.rules,
        rules.name or "",
        rules.min_confidence,
        lang=rules.lang,
        max_pages=rules.max_pages,
        target_pages=rules.target_pages,
        learn=rules.learn,
    )


def test_saved_configurations_have_no_files_and_one_mode(tmp_path: Path) -> None:
    example = FileExample(path=tmp_path / "a.pdf", written="a.pdf")
    rule = FileRule("invoice", "A bill with amounts.", (example,))
    with pytest.raises(RulesFileError, match="Upload it"):
        to_parameters(RulesFile((rule,)))
    with pytest.raises(RulesFileError, match="mode FAST only"):
        to_parameters(RulesFile((rule,), mode="MULTIMODAL"))
