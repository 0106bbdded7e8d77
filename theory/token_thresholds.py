"""Safe step sizes token by token, beside the steps that GRPO and Dr. GRPO take.

All numbers come from the statements, as in ``theory.thresholds``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Generic

import numpy as np

from theory.evaluate import Values, evaluate
from theory.kernel.statement import Hypothesis
from theory.kernel.terms import Term, const
from theory.statements import grpo_safe_rate, psi1_length
from theory.statements._grpo import DEVIATION, STEP_DR_GRPO, STEP_GRPO, first_arm, second_arm
from theory.statements._tree_trajectory import ADAPTED, ADAPTED_SHARP, SHORT
from theory.statements.grpo_safe_rate import PEAK
from theory.statements.lemma_2_sharp import FACTOR
from theory.statements.lemma_2_sharp import SHORT as MODERATE
from theory.statements.psi1_moment import LOG_2
from theory.statements.token_eta_safe import (
    branch_both,
    branch_failure,
    branch_success,
    moment_branch,
)
from theory.thresholds import (
    N,
    Numbers,
    OutOfDomain,
    Row,
    S,
    Thresholds,
    checked,
    exact,
    extreme,
    headline,
    in_range,
    largest,
    require,
    rounded,
    rounded_branches,
    rounded_root,
    shown,
    thresholds,
)

FIRST, SECOND = "gap/2/(L T + G^2 min(T_psi/(1-J), 8 T^2))", "1/(2 sqrt(L T + G^2 T_psi))"
EARLY, LATE = "T_psi/(1-J)", "8 T^2"
BRANCHES = {
    "2(1-J) gap/(L E+[len])": branch_failure,
    "2J gap/(L T + G^2 T^2)": branch_success,
    "gap/(L T + G^2 T^2/2)": branch_both,
}
MOMENT, FACTOR_VALUE = "gap/(L T + c G^2 T_psi/(1-J))", Fraction(evaluate(FACTOR, {}))
MOMENT_BRANCH = moment_branch(const(FACTOR_VALUE))  # c = 4(2^(1/4) - 1), as a float
LEAST_NORM, LARGEST_NORM = 1 / LOG_2, psi1_length.longest / LOG_2  # theorem psi1_length
RATE = next(h for h in grpo_safe_rate.STATEMENT.hypotheses if h.name == "rate")


@dataclass(frozen=True, slots=True)
class Effective(Generic[N]):
    """The step of an algorithm, eq. (20); its ratio to condition (18a) and to eta_safe, None (in an
    array nan) where the gap is 0; whether it meets (18a), step <= paper, and token_eta_safe, step <
    safe."""

    step: N
    to_paper: N | None
    to_safe: N | None
    below_paper: Any
    below_safe: Any

    def rows(self, name: str, formula: str) -> list[Row]:
        """Three rows of the table."""
        paper = "(18a) holds" if self.below_paper else "(18a) does not hold"
        safe = "below it, J rises" if self.below_safe else "not below it"
        return [
            (f"  {name}, eq. (20)", shown(self.step), formula),
            ("    over (18a)", shown(self.to_paper), paper),
            ("    over eta_safe", shown(self.to_safe), safe),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenThresholds(Generic[N, S]):
    """Step sizes for responses of at most T tokens, with L and G of Assumption 2; floats, or arrays
    as in ``Thresholds``.

    ``T_psi`` and ``mean_length`` are the values used. ``paper`` is condition (18a), the smaller of
    ``paper_branches``; ``paper_binding`` is that branch, ``paper_arm`` the smaller arm of its inner
    minimum. ``converges`` is the condition of theorem_3_sharp. ``safe`` is the largest of the
    ``branches`` of token_eta_safe, below which J strictly increases, and ``binding`` that branch.
    The branch of Lemma 2 counts up to 1/(2 G sqrt T_psi) only.

    Without a learning rate the rest is None. ``grpo`` and ``dr_grpo`` are the effective steps;
    ``crossing`` is the J from which 8 T^2 is the smaller arm (grpo_overshoot_scope); up to the
    learning rate ``safe_rate`` GRPO meets the first branch of (18a) at every J (grpo_safe_rate).
    """

    level: str = "token"
    T_psi: N
    mean_length: N
    paper: N
    paper_branches: dict[str, N]
    paper_binding: S
    paper_arm: S
    converges: N
    branches: dict[str, N]
    safe: N
    binding: S
    grpo: Effective[N] | None = None
    dr_grpo: Effective[N] | None = None
    crossing: N | None = None
    safe_rate: N | None = None

    def __str__(self) -> str:
        return headline(self.safe, self.binding, "token_eta_safe")

    def groups(self) -> list[list[Row]]:
        """The rows of the table, of one number for each constant: the paper, the sharp conditions,
        the algorithms."""
        paper: list[Row] = [(f"the paper, T_psi = {shown(self.T_psi)}", "", "")]
        for name, value in self.paper_branches.items():
            label = name.replace(f"min({EARLY}, {LATE})", str(self.paper_arm))
            mark = ", binds" if name == self.paper_binding else ""
            paper.append((f"  {label}", shown(value), f"theorem_3: J >= (18b){mark}"))
        sharp: list[Row] = [
            (f"sharp, E+[len] = {shown(self.mean_length)}", "", "c = 4(2^(1/4) - 1) < 0.757"),
            ("  (1-J) gap/(L E+[len])", shown(self.converges), "theorem_3_sharp: J >= (18b)"),
        ]
        for name, value in self.branches.items():
            mark = ", binds" if name == self.binding else ""
            sharp.append((f"  {name}", shown(value), f"token_eta_safe: J rises{mark}"))
        if not (self.grpo and self.dr_grpo and self.crossing and self.safe_rate):
            return [paper, sharp]
        algorithms: list[Row] = [
            ("at this learning rate", "", "effective_step"),
            *self.grpo.rows("GRPO", "alpha gap sqrt(J(1-J))/T_psi"),
            *self.dr_grpo.rows("Dr. GRPO", "alpha gap J(1-J)"),
            ("  J from which the min is 8 T^2", shown(self.crossing), "grpo_overshoot_scope"),
            ("  alpha for the first branch", shown(self.safe_rate), "grpo_safe_rate: at every J"),
        ]
        return [paper, sharp, algorithms]


def thresholds_of_level(
    constants: tuple[Numbers, Numbers, Numbers, Numbers],
    longest: Numbers | None,
    psi_1: Numbers | None,
    mean_length: Numbers | None,
    learning_rate: Numbers | None,
) -> Thresholds[Any, Any] | TokenThresholds[Any, Any]:
    """For J, gap, L, G alone the trajectory level; with T_inf the token level. Raises OutOfDomain,
    also when something is given that only the token level knows."""
    if longest is not None:
        return token_thresholds(*constants, longest, psi_1, mean_length, learning_rate)
    if any(x is not None for x in (psi_1, mean_length, learning_rate)):
        raise OutOfDomain("T_psi, mean length and alpha belong to the token level: give T_inf")
    return thresholds(*constants)


def token_thresholds(
    success_rate: Numbers,
    gap: Numbers,
    smoothness: Numbers,
    score_bound: Numbers,
    longest: Numbers,
    psi_1: Numbers | None = None,
    mean_length: Numbers | None = None,
    learning_rate: Numbers | None = None,
) -> TokenThresholds[Any, Any]:
    """Domain: that of ``thresholds``, but for a gap that a mean score allows, (1-J) gap <= G
    E+[len] and J gap <= G T_inf; T_inf a whole number >= 1; 1/log 2 <= T_psi <= T_inf/log 2, the
    largest if not given; 1 <= E+[len] <= T_inf, the largest if not given; alpha > 0, and then G >
    0. All finite; numbers, or arrays that broadcast. Raises OutOfDomain."""
    given = {"J": success_rate, "gap": gap, "L": smoothness, "G": score_bound, "T_inf": longest}
    optional = {"T_psi": psi_1, "E+[len]": mean_length, "alpha": learning_rate}
    given |= {name: value for name, value in optional.items() if value is not None}
    with in_range():
        values = checked(given, ("2", "2"))
        if learning_rate is not None:
            require("alpha", given, values["alpha"] > 0, "alpha > 0, the learning rate")
            require("G", given, values["G"] > 0, "G > 0 (the claims about GRPO)")
        add_lengths(values, given)
        paper_branches = {
            FIRST: rounded(largest(ADAPTED, "eta", values)),
            SECOND: rounded(root(SHORT, "eta", values)),
        }
        branches = rounded_branches(BRANCHES, values) | {MOMENT: moment_step(values)}
        paper, paper_binding = extreme(paper_branches, np.argmin)
        safe, binding = extreme(branches, np.argmax)
        arms = {EARLY: evaluate(first_arm, values), LATE: evaluate(second_arm, values)}
        found = TokenThresholds(
            T_psi=rounded(values["T_psi"]),
            mean_length=rounded(values["length_plus"]),
            paper=paper,
            paper_branches=paper_branches,
            paper_binding=paper_binding,
            paper_arm=extreme(arms, np.argmin)[1],
            converges=rounded(largest(ADAPTED_SHARP, "eta", values)),
            branches=branches,
            safe=safe,
            binding=binding,
        )
        return found if learning_rate is None else with_algorithms(found, values)


def add_lengths(values: dict[str, Any], given: Mapping[str, Numbers]) -> None:
    """T, T_psi and E+[len] under the names of the statements. Raises OutOfDomain."""
    T = values["T_inf"]
    whole = (T >= 1) & (T % 1 == 0)
    require("T_inf", given, whole, "T_inf is a whole number >= 1 (Assumption 3)")
    longest_norm = evaluate(LARGEST_NORM, {"T_inf": rounded(T)})
    psi_1 = values.setdefault("T_psi", exactly_as(T, longest_norm))
    possible = (evaluate(LEAST_NORM, {}) <= psi_1) & (psi_1 <= longest_norm)
    require("T_psi", given, possible, "1/log 2 <= T_psi <= T_inf/log 2 (psi1_length)")
    length = values["length_plus"] = values.pop("E+[len]", T)
    possible = (length >= 1) & (length <= T)
    require("E+[len]", given, possible, "1 <= E+[len] <= T_inf (Assumption 3)")
    values["T"] = T
    gap, G = values["gap"], values["G"]
    possible = (values["F"] * gap <= G * length) & (values["J"] * gap <= G * T)
    bound = "(1-J) gap <= G E+[len] and J gap <= G T_inf, mean scores: no policy has a larger gap"
    require("gap", given, possible, bound)


def exactly_as(kind: Any, value: Any) -> Any:
    """A float as the fraction it is, where the other constants are fractions."""
    return value if isinstance(kind, np.ndarray) else exact("T_psi", value)


def moment_step(values: Values) -> Any:
    """The branch of Lemma 2: its threshold, or the longest step for which it is proved."""
    threshold = rounded(evaluate(MOMENT_BRANCH, values))
    G = values["G"]
    if isinstance(G, np.ndarray):
        scored = {**values, "G": np.where(G > 0, G, 1.0)}
        return np.where(G > 0, np.minimum(threshold, root(MODERATE, "eta", scored)), threshold)
    return min(threshold, rounded(root(MODERATE, "eta", values))) if G else threshold


def with_algorithms(found: TokenThresholds[Any, Any], values: Values) -> TokenThresholds[Any, Any]:
    """Adds what depends on GRPO and Dr. GRPO; ``values`` are those that ``found`` was made from."""
    numbers = dict(values)
    numbers["sigma"] = root(DEVIATION, "sigma", numbers)
    numbers["peak"] = root(PEAK, "peak", numbers)
    share = evaluate(first_arm, {**numbers, "F": 1}) / evaluate(second_arm, numbers)
    return replace(
        found,
        grpo=effective(STEP_GRPO.body, numbers, found),
        dr_grpo=effective(STEP_DR_GRPO.body, numbers, found),
        crossing=rounded(1 - share),
        safe_rate=rounded(largest(RATE, "alpha", numbers)),
    )


def effective(step_size: Term, values: Values, found: TokenThresholds[Any, Any]) -> Effective[Any]:
    step = rounded(evaluate(step_size, values))
    return Effective(
        step=step,
        to_paper=ratio(step, found.paper),
        to_safe=ratio(step, found.safe),
        below_paper=step <= found.paper,
        below_safe=step < found.safe,
    )


def ratio(step: Any, threshold: Any) -> Any:
    if isinstance(step, np.ndarray):
        return np.divide(step, threshold, out=np.full(step.shape, np.nan), where=threshold > 0)
    return rounded(Fraction(step) / Fraction(threshold)) if threshold else None


def root(hypothesis: Hypothesis, unknown: str, values: Values) -> Any:
    """The largest x when the hypothesis is c x^2 <= d; x itself when it is c x^2 = d."""
    return rounded_root(largest(hypothesis, unknown, values))
