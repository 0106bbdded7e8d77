"""How the formulas come about: derivations in small steps, each checked by SymPy and in balls.

A derivation is no proof; the ledger's verdicts rest on ``theory.proofs`` alone. It says where a
constant comes from, for a reader or a blackboard. ``DERIVATIONS[slug]`` loads one; SymPy is
imported only then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from theory.derivations._derivation import Derivation

SLUGS = (
    "expansion",
    "expansion_printed",
    "hoeffding_lemma",
    "log_success_step",
    "sharp_step",
    "lemma_1_sharp",
    "eta_safe",
    "theorem_1a",
    "theorem_1b",
    "theorem_1b_sharp",
    "corollary_1",
    "multi_prompt",
    "constant_rate",
    "lemma_2_sharp",
    "token_eta_safe",
    "theorem_3",
    "theorem_3_sharp",
    "effective_step",
    "grpo_versus_dr_grpo",
    "grpo_overshoot_scope",
    "theorem_2",
    "theorem_4",
)
"""The claims that have a derivation, in reading order."""


class _Lazy(Mapping[str, "Derivation"]):
    """Loads a derivation when it is looked up. KeyError for a claim that has none."""

    def __getitem__(self, slug: str) -> Derivation:
        if slug not in SLUGS:
            raise KeyError(slug)
        found: Derivation = import_module(f"theory.derivations.{slug}").DERIVATION
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(SLUGS)

    def __len__(self) -> int:
        return len(SLUGS)


DERIVATIONS: Mapping[str, Derivation] = _Lazy()
