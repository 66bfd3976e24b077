"""Scoring documents against rules: from text to standard deviations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from app.jobs.values import Rule
from worker.classification.embedders.base import Embedder, Vectors
from worker.classification.embedders.passage_cache import PassageVectors, fresh_vectors
from worker.classification.knowledge.base import Knowledge
from worker.classification.knowledge.names import FoundName, NameFinder
from worker.classification.rules.texts import (
    excluded_rules,
    is_bare,
    lexical_text,
    name_of,
    rule_text,
)
from worker.classification.scoring import lexical
from worker.classification.scoring.channels import (
    SAMPLE_CHANNELS,
    SampleCosines,
    combine_channels,
    compare_with_samples,
    similarities,
    standardise,
)
from worker.classification.scoring.cues import cue_bonuses
from worker.classification.scoring.embedded_document import (
    EmbeddedDocument,
    embed_document,
    trust,
)
from worker.classification.scoring.examples import EmbeddedExamples, add_examples
from worker.classification.scoring.hierarchy import Resolution, covered_types, resolve
from worker.classification.scoring.lexical import LexicalChannel, Lexicon
from worker.classification.scoring.naming import Naming
from worker.classification.scoring.naming import bonuses as name_bonuses
from worker.classification.scoring.scores import Channel, Scores
from worker.classification.scoring.space import EmbeddingSpace, SpaceVectors, Targets
from worker.parsing.document import Document

_CACHED_RULES = 4_096


@dataclass(frozen=True, slots=True)
class _Panel:
    """How a document compares with the samples and the panel.

    `seen` has the samples and `by_space` the similarity of each channel in each space. `scores`
    (P,) is everything but the lexical channel, which depends on the words of the rules.
    """

    seen: tuple[SampleCosines, ...]
    by_space: tuple[Mapping[str, Vectors], ...]
    scores: Vectors


class Scorer:
    """Scores documents with one embedder or several. Its only state is a cache of rule vectors.

    The first embedder leads: cues, covered panel types and overlaps are decided by its cosines.
    `vectors` holds the fitted vectors of each embedder by name.
    """

    def __init__(
        self,
        embedders: Sequence[Embedder],
        vectors: Mapping[str, SpaceVectors],
        lexicon: Lexicon,
        knowledge: Knowledge,
    ) -> None:
        self.embedders = tuple(embedders)
        self.knowledge = knowledge
        self.spaces = tuple(
            EmbeddingSpace(embedder, vectors[embedder.name], knowledge) for embedder in embedders
        )
        self.lead = self.spaces[0]
        self.lexical = LexicalChannel(lexicon, [lexical_text(rule) for rule in knowledge.panel])
        self._panel_bonuses = cue_bonuses(self.lead.cues, self.lead.panel.direct, self.lead.tuning)
        self._panel_names = {name_of(rule): row for row, rule in enumerate(knowledge.panel)}
        self._rule_targets = lru_cache(maxsize=_CACHED_RULES)(self._embed_rule)
        self.names = NameFinder(knowledge.names)
        self._naming = Naming(knowledge, self.lead.types, self.names, self.lead.tuning.related)
        self._panel_relations = self._naming.relations(knowledge.panel, self.lead.panel.direct)
        self._rule_relations = lru_cache(maxsize=_CACHED_RULES)(self._relate_rule)
        self._rule_resolution = lru_cache(maxsize=_CACHED_RULES)(self._resolve_rule)
        self._rule_trust = lru_cache(maxsize=_CACHED_RULES)(self._trust_rule)

    def embed(
        self, document: Document, passage_vectors: PassageVectors = fresh_vectors
    ) -> EmbeddedDocument:
        """Embed a document in each space; it has no chunks when nothing in it is readable."""
        return embed_document(document, self.spaces, self.names, passage_vectors)

    def targets(self, rules: Sequence[Rule]) -> tuple[Targets, ...]:
        """Return the vectors of at least one rule, in order, for each space; they are cached."""
        by_rule = [self._rule_targets(rule) for rule in rules]
        return tuple(Targets.stack(list(parts)) for parts in zip(*by_rule, strict=True))

    def resolutions(self, rules: Sequence[Rule]) -> list[Resolution]:
        """Return what each rule means in the hierarchy of known types; cached."""
        return [self._rule_resolution(rule) for rule in rules]

    def score(
        self,
        document: EmbeddedDocument,
        rules: Sequence[Rule],
        examples: Sequence[EmbeddedExamples | None] = (),
    ) -> Scores:
        """Return the scores of at least one rule for a document that has chunks.

        `examples` has the examples of each rule, in order, or is empty. A rule that fits less
        well than something that its description excludes loses the difference.
        """
        panel = self._score_panel(document)
        scores = self._score(document, panel, rules, examples)
        excluded = [(row, name) for row, rule in enumerate(rules) for name in excluded_rules(rule)]
        if not excluded:
            return scores
        rows, names = zip(*excluded, strict=True)
        rivals = self._score(document, panel, names).own
        best = np.full(len(rules), -np.inf, dtype=np.float32)
        np.maximum.at(best, list(rows), rivals)
        lost = np.maximum(best - scores.own, 0)
        return replace(scores, own=scores.own - lost, excluded=lost)

    def _score_panel(self, document: EmbeddedDocument) -> _Panel:
        """Compare a document with the panel, which no rule changes."""
        seen = tuple(
            compare_with_samples(space, vectors)
            for space, vectors in zip(self.spaces, document.vectors, strict=True)
        )
        by_space = tuple(
            similarities(space, vectors, samples, space.panel, space.panel_stand_ins)
            for space, vectors, samples in zip(self.spaces, document.vectors, seen, strict=True)
        )
        channels: dict[str, Channel] = {}
        for space, vectors, panel in zip(self.spaces, document.vectors, by_space, strict=True):
            for name, weight in space.tuning.weights.items():
                weights = np.full(len(space.panel), weight * vectors.trust, np.float32)
                if name in SAMPLE_CHANNELS:
                    weights *= space.panel.familiarity
                channels[f"{space.embedder.name} {name}"] = Channel(
                    standardise(panel[name], panel[name]), weights
                )
        scores = (
            combine_channels(channels)
            + self._panel_bonuses[list(document.cues)].sum(axis=0)
            + name_bonuses(document.names, self._panel_relations)
        )
        return _Panel(seen, by_space, scores)

    def _score(
        self,
        document: EmbeddedDocument,
        panel: _Panel,
        rules: Sequence[Rule],
        examples: Sequence[EmbeddedExamples | None] = (),
    ) -> Scores:
        targets = self.targets(rules)
        lead, tuning = targets[0], self.lead.tuning
        channels = self._channels(document, panel, rules, targets, examples)
        by_words, panel_by_words = self.lexical.scores(
            document.text, [lexical_text(rule) for rule in rules]
        )
        bonuses = cue_bonuses(self.lead.cues, lead.direct, tuning)[list(document.cues)]
        named = name_bonuses(
            document.names,
            np.stack([self._rule_relations(rule) for rule in rules]),
            [self._own_strength(rule, document) for rule in rules],
        )
        overlaps = lead.direct @ lead.direct.T
        resolutions = self.resolutions(rules)
        return Scores(
            own=combine_channels(channels)
            + lexical.WEIGHT * by_words
            + bonuses.sum(axis=0)
            + named,
            panel=panel.scores + lexical.WEIGHT * panel_by_words,
            channels=channels,
            lexical=by_words,
            cues=document.cues,
            bonuses=bonuses,
            named=named,
            excluded=np.zeros(len(rules), dtype=np.float32),
            steps=np.stack([each.steps for each in resolutions]),
            covered=covered_types(self._panel_cosines(lead, rules), resolutions, tuning),
            overlaps=overlaps,
            overlapping=overlaps >= tuning.overlapping,
            tokens=document.tokens,
        )

    def _channels(
        self,
        document: EmbeddedDocument,
        panel: _Panel,
        rules: Sequence[Rule],
        targets: Sequence[Targets],
        examples: Sequence[EmbeddedExamples | None],
    ) -> dict[str, Channel]:
        """Return the channels of every space, by name."""
        channels: dict[str, Channel] = {}
        trusts = np.array([self._rule_trust(rule) for rule in rules], dtype=np.float32)
        for number, (space, vectors) in enumerate(zip(self.spaces, document.vectors, strict=True)):
            sample_weights = targets[number].familiarity
            stand_ins = targets[number].stand_ins(space.samples.prototypes)
            if any(examples):
                stand_ins, sample_weights = add_examples(
                    stand_ins, targets[number].familiarity, examples, number
                )
            by_rule = similarities(space, vectors, panel.seen[number], targets[number], stand_ins)
            for name, weight in space.tuning.weights.items():
                weights = weight * vectors.trust * trusts[:, number]
                if name in SAMPLE_CHANNELS:
                    weights = weights * (
                        sample_weights if name == "samples" else targets[number].familiarity
                    )
                channels[f"{space.embedder.name} {name}"] = Channel(
                    standardise(by_rule[name], panel.by_space[number][name]), weights
                )
        return channels

    def own_name(self, rule: Rule, document: EmbeddedDocument) -> FoundName | None:
        """Return where a heading has the rule's own name, if no known type has that name."""
        name = name_of(rule)
        if name in self.knowledge.rows or self.names.rows_of(name):
            return None
        return self.names.find_own(name, document.headings)

    def best_name(self, rule: Rule, document: EmbeddedDocument) -> FoundName | None:
        """Return the name that speaks most for the rule, otherwise the surest one."""
        related = self._rule_relations(rule)
        return max(
            document.names,
            key=lambda found: (found.strength * related[found.row], found.strength),
            default=None,
        )

    def _own_strength(self, rule: Rule, document: EmbeddedDocument) -> float:
        found = self.own_name(rule, document)
        return 0.0 if found is None else found.strength

    def _relate_rule(self, rule: Rule) -> Vectors:
        relations: Vectors = self._naming.relations([rule], self.targets([rule])[0].direct)[0]
        return relations

    def _resolve_rule(self, rule: Rule) -> Resolution:
        cosines = (self.targets([rule])[0].direct @ self.lead.types.T)[0]
        name = name_of(rule)
        return resolve(
            name, self.names.rows_in(name), cosines, self.knowledge, self.lead.tuning.known
        )

    def _trust_rule(self, rule: Rule) -> tuple[float, ...]:
        text = rule_text(rule)
        return tuple(trust(space, text, self.lead) for space in self.spaces)

    def _panel_cosines(self, targets: Targets, rules: Sequence[Rule]) -> Vectors:
        """Compare rules with the panel, shape (k, P); the same name is the same type: 1."""
        cosines = targets.direct @ self.lead.panel.direct.T
        for row, rule in enumerate(rules):
            column = self._panel_names.get(name_of(rule))
            if column is not None:
                cosines[row, column] = 1.0
        return cosines

    def _embed_rule(self, rule: Rule) -> tuple[Targets, ...]:
        # A bare name says little to an embedder; a panel type of that name has a description.
        column = self._panel_names.get(name_of(rule)) if is_bare(rule) else None
        text = rule_text(rule if column is None else self.knowledge.panel[column])
        return tuple(space.targets(space.embedder.embed([text], "query")) for space in self.spaces)
