"""Safe step sizes at given constants, evaluated from the statements that prove them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from theory.lambdify import evaluate
from theory.statements._trajectory import ADAPTED_SHARP
from theory.statements.corollary_1 import SMALL
from theory.statements.eta_safe import branch_both, branch_failure, branch_success

BRANCHES = {
    "2(1-J) gap/L": branch_failure,
    "2J gap/(L+G^2)": branch_success,
    "gap/(L+G^2/2)": branch_both,
}
PAPER_STEP = SMALL.formula.args[1]  # gap / (2 (L + 8 G^2))
SHARP_STEP = ADAPTED_SHARP.formula.args[1].args[1]  # (1 - J) [gap]_+ / L


class OutOfDomain(ValueError):
    """A constant violates a hypothesis of the theorems; the message names it and the value."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Step sizes. ``paper`` is condition (15a) with 1/(2 sqrt L); ``converges`` is the condition of
    theorem_1b_sharp; ``safe`` is eta_safe, below which J strictly increases, and ``binding`` the
    branch that attains it."""

    paper: float
    converges: float
    branches: dict[str, float]
    safe: float
    binding: str


def thresholds(
    success_rate: float, gap: float, smoothness: float, score_bound: float
) -> Thresholds:
    """Domain: 0 < J < 1, gap >= 0, L > 0, G >= 0, all finite. Raises OutOfDomain."""
    require("J", success_rate, 0 < success_rate < 1, "0 < J < 1")
    require("gap", gap, gap >= 0, "gap >= 0: the update must be aligned with the gradient gap")
    require("L", smoothness, smoothness > 0, "L > 0 (Assumption 1b)")
    require("G", score_bound, score_bound >= 0, "G >= 0 (Assumption 1a)")
    values = {
        "J": success_rate,
        "F": 1 - success_rate,
        "gap": gap,
        "least_gap": gap,
        "L": smoothness,
        "G": score_bound,
    }
    at_a_step = {"k": 0, "F": lambda _: 1 - success_rate, "gap": lambda _: gap}
    branches = {name: float(evaluate(term, values)) for name, term in BRANCHES.items()}
    binding = max(branches, key=lambda name: branches[name])
    paper = min(float(evaluate(PAPER_STEP, values)), 1 / (2 * math.sqrt(smoothness)))
    converges = float(evaluate(SHARP_STEP, {**values, **at_a_step}))
    for value in (paper, converges, *branches.values()):
        if not math.isfinite(value) or (value == 0) != (gap == 0):
            raise OutOfDomain(
                f"a step size of {value} leaves the range of floats: rescale gap, L, G"
            )
    return Thresholds(
        paper=paper,
        converges=converges,
        branches=branches,
        safe=branches[binding],
        binding=binding,
    )


def require(name: str, value: float, holds: bool, hypothesis: str) -> None:
    """Raises OutOfDomain unless the value is finite and the hypothesis holds."""
    if not math.isfinite(value):
        raise OutOfDomain(f"{name} must be a finite number, got {value}")
    if not holds:
        raise OutOfDomain(f"hypothesis violated: {hypothesis}; got {name} = {value}")
