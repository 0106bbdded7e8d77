"""Derivations planted by hand, for the laws of the rules and of the balls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import sympy as sp

from theory.derivations._derivation import Derivation, Step
from theory.derivations._relation import Domain, Let, Range

x, y, z = sp.symbols("x y z", real=True)
a, b = sp.symbols("a b", positive=True)
ZERO, ONE = sp.Integer(0), sp.Integer(1)
PLANE = Domain(
    (
        Range(a, ZERO, sp.oo),
        Range(b, a, sp.oo),
        Range(x, -sp.oo, sp.oo),
        Range(y, x, sp.oo),
        Let(z, x + y),
    )
)


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@dataclass(frozen=True)
class Anything:
    """A rule that justifies every claim, so that the balls are on their own."""

    restarts: ClassVar[bool] = False
    cites: ClassVar[tuple[str, ...]] = ()

    def justify(self, claim: Any, context: Any) -> None:
        return None


def derivation(*steps: Step, domain: Domain = PLANE) -> Derivation:
    return Derivation("planted", "planted", domain, steps, results=tuple(s.name for s in steps))


def line(claim: Any, rule: Any, name: str = "line", begins: bool = True) -> Step:
    return Step(name, claim, "because", rule, begins)
