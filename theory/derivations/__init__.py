"""How the formulas come about: derivations in small steps, each checked by SymPy and in balls.

A derivation is no proof; the ledger's verdicts rest on ``theory.proofs`` alone. It says where a
constant comes from, for a reader or a blackboard. ``DERIVATIONS[slug]`` loads one; SymPy is
imported only then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from theory.statements import SLUGS as CLAIMS

if TYPE_CHECKING:
    from theory.derivations._derivation import Derivation

SLUGS = tuple(slug for slug in CLAIMS if (Path(__file__).parent / f"{slug}.py").exists())
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
