"""Safe step sizes at given constants, evaluated from the statements that prove them.

A float enters as the fraction it is, terms are evaluated exactly, and each result is rounded once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from theory.evaluate import Values, evaluate
from theory.kernel.statement import Hypothesis
from theory.kernel.terms import Term
from theory.statements._trajectory import ADAPTED_SHARP
from theory.statements.corollary_1 import SMALL
from theory.statements.eta_safe import branch_both, branch_failure, branch_success

Row = tuple[str, str, str]  # a step size, its value, what it gives

BRANCHES = {
    "2(1-J) gap/L": branch_failure,
    "2J gap/(L+G^2)": branch_success,
    "gap/(L+G^2/2)": branch_both,
}
AT_STEPS = ("eta", "F", "gap", "length_plus")  # functions of k in the claims about trajectories


class OutOfDomain(ValueError):
    """A constant violates a hypothesis of the theorems; the message names it and the value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Step sizes. ``paper`` is condition (15a) with 1/(2 sqrt L); ``converges`` is the condition of
    theorem_1b_sharp; ``safe`` is eta_safe, below which J strictly increases, and ``binding`` the
    branch that attains it."""

    level: str = "trajectory"
    paper: float
    converges: float
    branches: dict[str, float]
    safe: float
    binding: str

    def groups(self) -> list[list[Row]]:
        """The rows of the table."""
        rows = [
            ("condition (15a) and 1/(2 sqrt L)", shown(self.paper), "theorem_1b, corollary_1"),
            ("(1-J) gap/L", shown(self.converges), "theorem_1b_sharp"),
        ]
        for name, value in self.branches.items():
            mark = " (eta_safe, this branch binds)" if name == self.binding else ""
            rows.append((name, shown(value), f"J rises{mark}"))
        return [rows]


def thresholds(
    success_rate: float, gap: float, smoothness: float, score_bound: float
) -> Thresholds:
    """Domain: 0 < J < 1, gap >= 0, L > 0, G >= 0, all finite. Raises OutOfDomain."""
    values = checked(success_rate, gap, smoothness, score_bound, ("1b", "1a"))
    branches = rounded_branches(BRANCHES, values)
    binding = max(branches, key=lambda name: branches[name])
    adapted = rounded(largest(SMALL, "eta", {**values, "least_gap": values["gap"]}))
    return Thresholds(
        paper=min(adapted, 1 / (2 * math.sqrt(smoothness))),
        converges=rounded(largest(ADAPTED_SHARP, "eta", values)),
        branches=branches,
        safe=branches[binding],
        binding=binding,
    )


def checked(
    success_rate: float,
    gap: float,
    smoothness: float,
    score_bound: float,
    assumptions: tuple[str, str],
) -> dict[str, Fraction]:
    """J, 1-J, gap, L and G as exact numbers, once they are in their domain. ``assumptions`` are
    those that bound L and G. Raises OutOfDomain."""
    smooth, bounded = assumptions
    require("J", success_rate, 0 < success_rate < 1, "0 < J < 1")
    require("gap", gap, gap >= 0, "gap >= 0: the update must be aligned with the gradient gap")
    require("L", smoothness, smoothness > 0, f"L > 0 (Assumption {smooth})")
    require("G", score_bound, score_bound >= 0, f"G >= 0 (Assumption {bounded})")
    return {
        "one": Fraction(1),
        "J": Fraction(success_rate),
        "F": 1 - Fraction(success_rate),
        "gap": Fraction(gap),
        "L": Fraction(smoothness),
        "G": Fraction(score_bound),
    }


def require(name: str, value: float, holds: bool, hypothesis: str) -> None:
    """Raises OutOfDomain unless the value is finite and the hypothesis holds."""
    if not math.isfinite(value):
        raise OutOfDomain(f"{name} must be a finite number, got {value}")
    if not holds:
        raise OutOfDomain(f"hypothesis violated: {hypothesis}; got {name} = {value}")


def largest(hypothesis: Hypothesis, unknown: str, values: Values) -> Fraction:
    """d/c for a hypothesis c x^n <= d, or = d: the largest x when n = 1, its square when n = 2.

    Of several parts the last counts. What is said of every step k is read at k = 0."""
    formula = hypothesis.formula
    at_one = {**values, unknown: Fraction(1)}
    if formula.op == "forall":
        at_one |= {x: constantly(at_one[x]) for x in AT_STEPS if x in at_one} | {"k": 0}
    while formula.op in ("forall", "and"):
        formula = formula.args[-1]
    left, right = (evaluate(side, at_one) for side in formula.args)
    return Fraction(right / left)


def constantly(value: Fraction) -> Callable[[int], Fraction]:
    """The function of the step k that always has this value."""
    return lambda k: value


def rounded_branches(branches: Mapping[str, Term], values: Values) -> dict[str, float]:
    return {name: rounded(evaluate(term, values)) for name, term in branches.items()}


def rounded(value: Fraction) -> float:
    """The nearest float. Raises OutOfDomain for one too large, or so small that it becomes 0."""
    try:
        nearest = float(value)
    except OverflowError:
        nearest = math.inf
    if math.isinf(nearest) or (nearest == 0) != (value == 0):
        raise OutOfDomain(
            f"a result of {nearest} leaves the range of floats: rescale the constants"
        )
    return nearest


def shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.6g}"
