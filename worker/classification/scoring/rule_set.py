"""What scoring needs of a set of rules, whatever the document is."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from app.jobs.values import Rule
from worker.classification.embedders.base import Vectors
from worker.classification.features.headings import fold
from worker.classification.features.scripts import count_scripts
from worker.classification.knowledge.base import Knowledge
from worker.classification.knowledge.names import NameFinder
from worker.classification.rules.catch_all import find_catch_alls
from worker.classification.rules.exclusions import without_negations
from worker.classification.rules.listed import (
    ListedName,
    head_rows,
    listed_names,
    rows_in_list,
    rows_of_name,
    without_articles,
)
from worker.classification.rules.texts import (
    excluded_rules,
    is_bare,
    lexical_text,
    name_of,
    rule_text,
    without_code,
)
from worker.classification.scoring.cues import cue_bonuses
from worker.classification.scoring.document_text import is_trusted
from worker.classification.scoring.hierarchy import (
    Kinds,
    Resolution,
    are_akin,
    covered_types,
    narrowed,
    only_akin,
    only_related,
    resolve,
    synonyms_meant,
)
from worker.classification.scoring.lexical import LexicalChannel, RuleWords
from worker.classification.scoring.naming import Naming
from worker.classification.scoring.scores import Flags
from worker.classification.scoring.space import EmbeddingSpace, Targets

_CACHED_RULES = 4_096
# Some 500 KB for 50 rules.
_CACHED_SETS = 32
# A rule that names fewer types has no list of them.
_MIN_LISTED = 2
# A type of more kinds is a group, such as letters.
_MANY_KINDS = 12
# How much farther than the nearest type one may be that has a rule's name in the singular.
_SLACK = 0.2
# How near a rule must be to a type that its description lists, one akin to its own and any other:
# "results" are no sports results in a rule for tables.
_LISTED_KIN, _LISTED = 0.2, 0.4


@dataclass(frozen=True, slots=True)
class ReadRule:
    """What scoring needs of one rule.

    `targets` has its vectors in each space. `trusts` are 0 for spaces whose embedder has not seen
    the rule's script, otherwise 1. `relation` (N,) is how far the title of each known type speaks
    for the rule. `own_name` finds the rule's name in headings; None if a known type has the name.
    """

    targets: tuple[Targets, ...]
    trusts: tuple[float, ...]
    relation: Vectors
    resolution: Resolution
    own_name: NameFinder | None
    lexical_text: str
    excluded: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """The known types that a rule means: positions in `Knowledge.rules`.

    `of_name` are those of its whole name, `listed` those that its description lists or begins with,
    and `resolution` has these and those of its name and description as a whole. With
    `has_known_name` its whole name is that of a type.
    """

    of_name: tuple[int, ...]
    listed: tuple[int, ...]
    resolution: Resolution
    has_known_name: bool


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two rules that mean nearly the same and the cosine of their descriptions."""

    first: str
    second: str
    similarity: float


@dataclass(frozen=True, slots=True)
class RuleSet:
    """What scoring needs of k rules.

    `targets` and `stand_ins` (k, D) have one entry for each space, `trusts` (k, spaces) and
    `relations` (k, N) one row a rule. `bonuses` (cues, k) is what each cue adds. The rest is as in
    `Scores`. `overlap_pairs` are the pairs of `overlapping`, the nearest first. `rivals` are the
    types that descriptions exclude, and `rival_rows` the rules that exclude them. `catch_alls` are
    the positions of the rules that mean "anything else".
    """

    rules: tuple[Rule, ...]
    read: tuple[ReadRule, ...]
    targets: tuple[Targets, ...]
    stand_ins: tuple[Vectors, ...]
    trusts: Vectors
    relations: Vectors
    words: RuleWords
    bonuses: Vectors
    kinds: Kinds
    covered: Flags
    overlaps: Vectors
    overlapping: Flags
    overlap_pairs: tuple[Overlap, ...]
    catch_alls: tuple[int, ...]
    rivals: "RuleSet | None"
    rival_rows: tuple[int, ...]

    def is_known_to(self, spaces: Sequence[int]) -> bool:
        """Tell whether for each rule an embedder of these spaces has seen its script."""
        known = bool(self.trusts[:, list(spaces)].any(axis=1).all())
        return known and (self.rivals is None or self.rivals.is_known_to(spaces))


class RuleReader:
    """Reads rules and sets of rules, and remembers the last ones. The first space leads."""

    def __init__(
        self,
        spaces: Sequence[EmbeddingSpace],
        lexical: LexicalChannel,
        naming: Naming,
        names: NameFinder,
        knowledge: Knowledge,
    ) -> None:
        self._spaces = tuple(spaces)
        self._lead = self._spaces[0]
        self._lexical = lexical
        self._naming = naming
        self._names = names
        self._knowledge = knowledge
        self._panel_names = {name_of(rule): row for row, rule in enumerate(knowledge.panel)}
        self.read = lru_cache(maxsize=_CACHED_RULES)(self._read)
        self._read_set = lru_cache(maxsize=_CACHED_SETS)(self._stack)

    def read_set(self, rules: Sequence[Rule]) -> RuleSet:
        """Return what scoring needs of at least one rule."""
        return self._read_set(tuple(rules))

    def _read(self, given: Rule) -> ReadRule:
        rule = given if self._names.rows_of(name_of(given)) else without_code(given)
        direct = self._embed(rule)
        meaning = self._understand(rule, direct[0])
        scripts = count_scripts(rule_text(rule))
        cosines = self._lead.type_cosines(direct[0])
        return ReadRule(
            targets=tuple(
                space.targets(own) for own, space in zip(direct, self._spaces, strict=True)
            ),
            trusts=tuple(float(is_trusted(space, scripts, self._lead)) for space in self._spaces),
            relation=self._naming.relations([rule], cosines, [meaning.listed], [meaning.of_name])[
                0
            ],
            resolution=meaning.resolution,
            own_name=None if meaning.has_known_name else NameFinder.of_name(name_of(rule)),
            lexical_text=lexical_text(rule),
            excluded=excluded_rules(given),
        )

    def _embed(self, rule: Rule) -> list[Vectors]:
        """Return the vector of a rule's text (1, D) in each space."""
        known = self._described_elsewhere(rule)
        text = rule_text(rule if known is None else known)
        return [space.centre_rules(space.embedder.embed([text], "query")) for space in self._spaces]

    def _described_elsewhere(self, rule: Rule) -> Rule | None:
        """Return the known type that is all that a rule says, None if it says more.

        A bare name says little to an embedder, as does "DN: delivery note".
        """
        name = name_of(rule)
        if is_bare(rule):
            rows = self._rows_of(name)
        elif self._rows_of(name):
            rows = self._longer_name(rule)
        else:
            rows = rows_of_name(without_negations(rule.description), self._names)
        known = [self._knowledge.rules[row] for row in rows]
        return known[0] if len(known) == 1 else None

    def _rows_of(self, name: str) -> list[int]:
        """Return the types that have this name, in the singular or in the plural."""
        row = self._knowledge.rows.get(name)
        return rows_of_name(name, self._names) if row is None else [row]

    def _longer_name(self, rule: Rule) -> list[int]:
        """Return the types of the name that a description is, if the rule's name is a part of it.

        "Passport: cattle passports" is no passport of a person.
        """
        name, described = name_of(rule), without_articles(without_negations(rule.description))
        rows = rows_of_name(described, self._names) if fold(name) in described else []
        return [] if set(rows) & set(self._rows_of(name)) else rows

    def _understand(self, rule: Rule, direct: Vectors) -> Meaning:
        """Return which known types a rule means whose vector in the leading space is `direct`."""
        # With other wordings more types are near, too near to tell whether a name is meant.
        plain: Vectors = (direct @ self._lead.types.T)[0]
        cosines: Vectors = self._lead.type_cosines(direct)[0]
        name, known = name_of(rule), self._lead.tuning.known
        is_type, synonyms = name in self._knowledge.rows, self._synonyms(name, plain)
        described = self._names.rows_named(rule.description)
        of_name = synonyms_meant(synonyms, described, plain, known)
        if is_type:
            of_name = [self._knowledge.rows[name], *self._names.rows_of(name)]
        of_name = self._longer_name(rule) or of_name
        meant = of_name[:1] if is_type else of_name
        narrow = [narrowed(row, plain, self._knowledge, known) for row in meant]
        named = only_related(self._names.rows_in(name), plain)
        heads = [] if is_type or synonyms else self._of_head(rule, cosines)
        named = [*dict.fromkeys([*named, *heads])]
        own = resolve(narrow, named, cosines, self._knowledge, known)
        listed: list[int] = []
        if not is_type:
            listed = self._only_specific(self._listed(rule, synonyms), plain)
            # A rule that says by itself what it means keeps that, unless the list includes it.
            nearest = int(plain.argmax())
            if plain[nearest] >= self._lead.tuning.same and not any(
                self._knowledge.is_above(row, nearest) for row in listed
            ):
                listed = []
        kinds: list[int] = []
        if listed:
            # Whatever the name means elsewhere: "Einkauf", shopping list, is also purchasing.
            rows = listed if synonyms else [*dict.fromkeys([*own.rows, *listed])]
            own = Resolution.of(rows, self._knowledge)
        else:
            kinds = self._also_listed(rule, own.rows, cosines)
        return Meaning(
            of_name=tuple(of_name),
            listed=(*listed, *kinds, *heads),
            resolution=own.with_kinds(kinds, self._knowledge),
            has_known_name=is_type or bool(synonyms),
        )

    def _of_head(self, rule: Rule, cosines: Vectors) -> list[int]:
        """Return the types of the name with which a description begins: "invoices from suppliers".

        The nearest type counts instead if it is a kind of them.
        """
        rows = head_rows(without_negations(rule.description) or name_of(rule), self._names)
        nearest = int(cosines.argmax())
        is_kind = any(self._knowledge.is_above(row, nearest) for row in rows)
        return [] if is_kind and cosines[nearest] >= self._lead.tuning.known else rows

    def _synonyms(self, name: str, cosines: Vectors) -> list[int]:
        """Return the types that have a rule's whole name, or have it in the singular.

        An English word may look like a plural of another language: "note" is no "nota", a memo, if
        the description is much nearer to another type.
        """
        exact, nearest = self._names.rows_of(name), float(cosines.max())
        least = nearest - _SLACK if nearest >= self._lead.tuning.known else -1.0
        others = [row for row in rows_of_name(name, self._names) if cosines[row] >= least]
        return list(dict.fromkeys([*exact, *others]))

    def _listed(self, rule: Rule, synonyms: Sequence[int]) -> list[int]:
        """Return the types that a rule lists, none unless it lists several.

        A list of relatives of the `synonyms`, types that have the rule's whole name, says no more
        than the name.
        """
        items = [item for item in listed_names(rule, self._names) if item.rows != tuple(synonyms)]
        if len(items) < _MIN_LISTED:
            return []
        related = only_akin([item.rows for item in items], self._knowledge)
        meant = [
            rows
            for item, akin in zip(items, related, strict=True)
            if (rows := akin or self._meanings(item))
        ]
        rows = [*dict.fromkeys(row for each in meant for row in each)]
        if len(meant) < _MIN_LISTED or are_akin(synonyms, rows, self._knowledge):
            return []
        return rows

    def _only_specific(self, listed: Sequence[int], cosines: Vectors) -> list[int]:
        """Return the types of a list without groups to which the rule is not near.

        "Letters and reports of doctors: discharge letters, radiology" are not all letters. A rule
        that is near to nothing, as in many languages, keeps them.
        """
        known = self._lead.tuning.known
        if cosines.max() < known:
            return [*listed]
        groups = {
            row
            for row in listed
            if len(self._knowledge.below[row]) > _MANY_KINDS and cosines[row] < known
        }
        return [row for row in listed if row not in groups] or [*listed]

    def _also_listed(self, rule: Rule, own: Sequence[int], cosines: Vectors) -> list[int]:
        """Return the types that a description lists besides the rule's own and those above them.

        A rule for bank statements may be described as "a statement of an account".
        """
        known = {*own, *(above for row in own for above in self._knowledge.above[row])}
        return [
            row
            for row in rows_in_list(rule.description, self._names)
            if row not in known
            and cosines[row] >= (_LISTED_KIN if are_akin([row], own, self._knowledge) else _LISTED)
        ]

    def _meanings(self, item: ListedName) -> list[int]:
        """Return which types of its name an item means: "police" is no insurance policy."""
        vectors = self._lead.centre_rules(self._lead.embedder.embed([item.text], "query"))
        cosines: Vectors = self._lead.type_cosines(vectors)[0]
        return synonyms_meant(item.rows, (), cosines, self._lead.tuning.known)

    def _stack(self, rules: tuple[Rule, ...]) -> RuleSet:
        read = tuple(self.read(rule) for rule in rules)
        by_space = zip(*(each.targets for each in read), strict=True)
        targets = tuple(Targets.stack(list(parts)) for parts in by_space)
        lead, tuning = targets[0].direct, self._lead.tuning
        resolutions = [each.resolution for each in read]
        overlaps = lead @ lead.T
        overlapping = overlaps >= tuning.overlapping
        nearness = (lead @ self._lead.catch_alls.T).max(axis=1)
        excluded = [(row, name) for row, each in enumerate(read) for name in each.excluded]
        return RuleSet(
            rules=rules,
            read=read,
            targets=targets,
            stand_ins=tuple(
                own.stand_ins(space.samples.prototypes)
                for own, space in zip(targets, self._spaces, strict=True)
            ),
            trusts=np.array([each.trusts for each in read], dtype=np.float32),
            relations=np.stack([each.relation for each in read]),
            words=self._lexical.read_rules([each.lexical_text for each in read]),
            bonuses=cue_bonuses(self._lead.cues, lead, tuning),
            kinds=Kinds.of(np.stack([each.steps for each in resolutions])),
            covered=covered_types(self._panel_cosines(lead, rules), resolutions, tuning),
            overlaps=overlaps,
            overlapping=overlapping,
            overlap_pairs=_overlap_pairs(overlaps, overlapping, rules),
            catch_alls=find_catch_alls(rules, nearness, tuning.catch_all),
            rivals=self.read_set([name for _, name in excluded]) if excluded else None,
            rival_rows=tuple(row for row, _ in excluded),
        )

    def _panel_cosines(self, direct: Vectors, rules: Sequence[Rule]) -> Vectors:
        """Compare rules with the panel, shape (k, P); the same name is the same type: 1."""
        cosines = direct @ self._lead.panel.direct.T
        for row, rule in enumerate(rules):
            column = self._panel_names.get(name_of(rule))
            if column is not None:
                cosines[row, column] = 1.0
        return cosines


def _overlap_pairs(
    overlaps: Vectors, overlapping: Flags, rules: Sequence[Rule]
) -> tuple[Overlap, ...]:
    pairs = np.argwhere(np.triu(overlapping, k=1))
    found = [Overlap(rules[a].type, rules[b].type, float(overlaps[a, b])) for a, b in pairs]
    return tuple(sorted(found, key=lambda overlap: -overlap.similarity))
