"""Responses one after the other, with every outcome of the first few listed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from flint import arb

from numeric.checks._instances import Number, ball, text

HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Sequence:
    """Response k is right with chance ``rates[k]``, or as ``right`` says of an outcome; K of them
    are looked at."""

    rates: tuple[Number | arb, ...] = (HALF, HALF)
    law: Mapping[tuple[int, ...], Number] | None = None
    silent: Callable[[tuple[int, ...], int], Number] | None = None
    claimed: tuple[Number, ...] | None = None
    s: Number | arb = HALF
    more: Mapping[str, Any] = field(default_factory=dict)

    def formal(self) -> dict[str, Any]:
        count = len(self.rates)
        rates = [ball(x) for x in self.rates]
        law = {
            z: prod((p if x else 1 - p for p, x in zip(rates, z, strict=True)), start=arb(1))
            for z in product((0, 1), repeat=count)
        }
        if self.law is not None:
            law = {z: ball(x) for z, x in self.law.items()}
        claimed = [ball(x) for x in self.claimed or self.rates]

        def silent(z: tuple[int, ...], k: int) -> arb:
            if self.silent is not None:
                return ball(self.silent(z, k))
            return prod((arb(1 - x) for x in z[:k]), start=arb(1))

        return {
            "Outcome": list(law),
            "Nat": range(count),
            "law": lambda z: law[z],
            "right": lambda z, k: arb(z[k]),
            "silent": silent,
            "J": lambda k: claimed[k],
            "s": ball(self.s),
            "K": count,
            **self.more,
        }

    def shown(self) -> dict[str, str]:
        law = {} if self.law is None else {"law": str({z: str(x) for z, x in self.law.items()})}
        return {"rates": text(self.rates), "s": text(self.s), **law}


COPIES: Mapping[tuple[int, ...], Number] = {(0, 0): HALF, (1, 1): HALF}
"""Both responses are right, or none."""
EVEN = Sequence()
