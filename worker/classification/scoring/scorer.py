"""Scoring documents against rules: from text to standard deviations."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from app.jobs.values import Rule
from worker.classification.embedders.base import Embedder, Vectors
from worker.classification.knowledge.base import Knowledge
from worker.classification.knowledge.names import FoundName, NameFinder
from worker.classification.knowledge.phrases import FoundAct, PhraseFinder
from worker.classification.rules.texts import lexical_text
from worker.classification.scoring import lexical
from worker.classification.scoring.channels import (
    SAMPLE_CHANNELS,
    Level,
    combine_channels,
    similarities,
    standardise,
)
from worker.classification.scoring.comparison import Comparison, compare_in_space
from worker.classification.scoring.cues import CUES, cue_bonuses, cue_weights
from worker.classification.scoring.document_text import (
    DocumentText,
    embed_text,
    is_trusted,
    read_text,
)
from worker.classification.scoring.examples import EmbeddedExamples, add_examples
from worker.classification.scoring.hierarchy import Kinds
from worker.classification.scoring.lexical import LexicalChannel, Lexicon, standardise_words
from worker.classification.scoring.naming import Naming, act_bonuses
from worker.classification.scoring.naming import bonuses as name_bonuses
from worker.classification.scoring.parts import ALL_PARTS, Parts
from worker.classification.scoring.rule_set import ReadRule, RuleReader, RuleSet
from worker.classification.scoring.scores import Channel, Scores
from worker.classification.scoring.space import EmbeddingSpace, MappedChunks, SpaceVectors
from worker.classification.scoring.tuning import Depth, depths_of
from worker.parsing.document import Document


class Scorer:
    """Scores documents with one embedder or several. Its only state is a cache of rules.

    The first embedder leads: cues, covered panel types and overlaps are decided by its cosines.
    `vectors` holds the fitted vectors of each embedder by name. `depths` is what is read of a
    document at each stage; the last one is complete. Only `parts` count in the scores.
    """

    def __init__(
        self,
        embedders: Sequence[Embedder],
        vectors: Mapping[str, SpaceVectors],
        lexicon: Lexicon,
        knowledge: Knowledge,
        parts: Parts = ALL_PARTS,
    ) -> None:
        self.embedders = tuple(embedders)
        self.knowledge = knowledge
        self.spaces = tuple(
            EmbeddingSpace(embedder, vectors[embedder.name], knowledge, parts)
            for embedder in embedders
        )
        self.lead = self.spaces[0]
        self.depths = depths_of([embedder.name for embedder in embedders])
        self.lexical = LexicalChannel(lexicon, [lexical_text(rule) for rule in knowledge.panel])
        self.names = NameFinder(knowledge.names)
        self._phrases = PhraseFinder(knowledge.phrases)
        naming = Naming(knowledge, self.names, self.lead.tuning.related)
        self.rules = RuleReader(self.spaces, self.lexical, naming, self.names, knowledge)
        self._parts = parts
        self._word_weight = lexical.WEIGHT if parts.words else 0.0
        weights = cue_weights()
        self._cue_weights = weights if parts.sure_cues else np.ones_like(weights)
        self._panel_bonuses = self._cue_weights * cue_bonuses(
            self.lead.cues, self.lead.panel.direct, self.lead.tuning
        )
        self._panel_relations = naming.relations(
            knowledge.panel, self.lead.type_cosines(self.lead.panel.direct)
        )

    def read(self, document: Document) -> DocumentText:
        """Return what a document's text says; it has no chunks when nothing in it is readable."""
        text = read_text(document, self.names, self._phrases, self.lexical)
        left_out = self._parts.left_out_cues
        cues = tuple(cue for cue in text.cues if CUES[cue].name not in left_out)
        if not self._parts.names:
            text = replace(text, headings=(), names=())
        if not self._parts.acts:
            text = replace(text, acts=())
        return replace(text, cues=cues)

    def can_read(self, text: DocumentText, depth: Depth, rules: Sequence[Rule] = ()) -> bool:
        """Tell whether a model of this depth has seen the scripts of a document and all rules.

        The leading model counts as one that has; see `is_trusted`.
        """
        seen = [
            number
            for number, chunks in enumerate(depth)
            if chunks and is_trusted(self.spaces[number], text.scripts, self.lead)
        ]
        return bool(seen) and (not rules or self.rules.read_set(rules).is_known_to(seen))

    def compare(
        self, text: DocumentText, depth: Depth, earlier: Comparison | None = None
    ) -> Comparison:
        """Embed a document that has chunks, and compare it with the panel and the bank.

        Spaces whose embedder has not seen the document's script are left out. Vectors of an
        `earlier` comparison are not computed again.
        """
        known = {} if earlier is None else earlier.spaces
        spaces, channels = {}, {}
        for number, (space, chunks) in enumerate(zip(self.spaces, depth, strict=True)):
            if chunks and is_trusted(space, text.scripts, self.lead):
                before = known[number].vectors if number in known else None
                vectors = embed_text(text, space, chunks, before)
                spaces[number], own = compare_in_space(space, vectors)
                channels.update({f"{number} {name}": channel for name, channel in own.items()})
        by_words = self.lexical.compare_with_panel(text.words)
        words = Level.of(by_words)
        panel = (
            combine_channels(channels)
            + self._panel_bonuses[list(text.cues)].sum(axis=0)
            + name_bonuses(text.names, self._panel_relations)
            + act_bonuses(text.acts, text.names, text.characters, self._panel_relations)
            + self._word_weight * standardise_words(by_words, words)
        )
        return Comparison(spaces, words, panel)

    def score(
        self,
        text: DocumentText,
        comparison: Comparison,
        rules: Sequence[Rule],
        examples: Sequence[EmbeddedExamples | None] = (),
    ) -> Scores:
        """Return the scores of at least one rule for a document.

        `examples` has the examples of each rule, in order, or is empty. A rule that fits less
        well than something that its description excludes loses the difference.
        """
        read = self.rules.read_set(rules)
        mapped = {
            number: self.spaces[number].map_chunks(compared.vectors.chunks)
            for number, compared in comparison.spaces.items()
        }
        scores = self._score(text, comparison, mapped, read, examples)
        if read.rivals is None:
            return scores
        rivals = self._score(text, comparison, mapped, read.rivals).own
        best = np.full(len(rules), -np.inf, dtype=np.float32)
        np.maximum.at(best, list(read.rival_rows), rivals)
        lost = np.maximum(best - scores.own, 0)
        return replace(scores, own=scores.own - lost, excluded=lost)

    def _score(
        self,
        text: DocumentText,
        comparison: Comparison,
        mapped: Mapping[int, MappedChunks],
        rules: RuleSet,
        examples: Sequence[EmbeddedExamples | None] = (),
    ) -> Scores:
        channels = self._channels(comparison, mapped, rules, examples)
        by_words = standardise_words(
            self.lexical.compare(text.words, rules.words), comparison.words
        )
        cues = list(text.cues)
        bonuses = self._cue_weights[cues] * rules.bonuses[cues]
        named = name_bonuses(text.names, rules.relations, _own_strengths(rules, text))
        acts = act_bonuses(text.acts, text.names, text.characters, rules.relations)
        return Scores(
            own=combine_channels(channels)
            + self._word_weight * by_words
            + bonuses.sum(axis=0)
            + named
            + acts,
            panel=comparison.panel,
            channels=channels,
            lexical=by_words,
            cues=text.cues,
            bonuses=bonuses,
            named=named,
            acts=acts,
            excluded=np.zeros(len(rules.rules), dtype=np.float32),
            kinds=rules.kinds if self._parts.kinds else Kinds.none(),
            covered=rules.covered,
            overlaps=rules.overlaps,
            overlapping=rules.overlapping,
            tokens=text.tokens,
        )

    def _channels(
        self,
        comparison: Comparison,
        mapped: Mapping[int, MappedChunks],
        rules: RuleSet,
        examples: Sequence[EmbeddedExamples | None],
    ) -> dict[str, Channel]:
        """Return the channels of every space that is used, by name."""
        channels: dict[str, Channel] = {}
        for number, compared in comparison.spaces.items():
            space, vectors, targets = self.spaces[number], compared.vectors, rules.targets[number]
            stand_ins, sample_weights = rules.stand_ins[number], targets.familiarity
            if any(examples):
                stand_ins, sample_weights = add_examples(
                    stand_ins, targets.familiarity, examples, number
                )
            by_rule = similarities(vectors, mapped[number], compared.by_type, targets, stand_ins)
            for name, weight in space.tuning.weights.items():
                weights: Vectors = weight * rules.trusts[:, number]
                if name in SAMPLE_CHANNELS:
                    weights = weights * (
                        sample_weights if name == "samples" else targets.familiarity
                    )
                channels[f"{space.embedder.name} {name}"] = Channel(
                    standardise(by_rule[name], compared.levels[name]), weights
                )
        return channels


def own_name(rule: ReadRule, text: DocumentText) -> FoundName | None:
    """Return where a heading has the rule's own name, if no known type has that name."""
    if rule.own_name is None:
        return None
    return next(iter(rule.own_name.find(text.headings)), None)


def _own_strengths(rules: RuleSet, text: DocumentText) -> list[float]:
    """Return how surely a heading has each rule's own name, 0 to 1."""
    words = frozenset[str]().union(*(part.words for part in text.headings))
    strengths = []
    for rule in rules.read:
        may_occur = rule.own_name is not None and rule.own_name.may_be_among(words)
        found = own_name(rule, text) if may_occur else None
        strengths.append(0.0 if found is None else found.strength)
    return strengths


def best_name(rule: ReadRule, text: DocumentText) -> FoundName | None:
    """Return the name that speaks most for the rule, otherwise the surest one."""
    return max(
        text.names,
        key=lambda found: (found.strength * rule.relation[found.row], found.strength),
        default=None,
    )


def best_act(rule: ReadRule, text: DocumentText) -> FoundAct | None:
    """Return what the document does that speaks most for the rule, None if nothing does."""
    related = (found for found in text.acts if rule.relation[found.row] > 0)
    return max(related, key=lambda found: found.weight * rule.relation[found.row], default=None)
