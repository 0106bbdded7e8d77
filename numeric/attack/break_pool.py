"""Instances on which a weakened claim is tried, the most readable ones first.

1. the claim's own explicit instances, ``COUNTERS`` of its check
2. a grid of small softmax policies: two responses, or a likely one and two rare ones
3. explicit instances of other claims that are about the same quantities
4. random draws, of the claim itself or of such other claims

A candidate knows, formula by formula, which hypotheses it keeps and why. It counts for a claim only
when every hypothesis of that claim is among them, or is measured and certainly true in balls.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, partial
from types import ModuleType
from typing import Any

import numpy as np
from flint import arb

from numeric.attack.necessity import modules
from numeric.attack.weaken import written
from numeric.checks._base import BITS, Formula
from numeric.checks._formulas import Truth, truth
from numeric.checks._instances import Instance, log_linear, two_arms
from numeric.checks._raw_trajectory import WHY, Path
from numeric.checks._trajectory import trajectory_values
from numeric.core.balls import ball_precision
from theory.evaluate import Values
from theory.kernel.statement import Statement
from theory.statements import STATEMENTS, _common, _trajectory

LOG_ODDS = (0.0, 1.0, -1.0, 2.0, -2.0, 4.0, -4.0, 8.0, -8.0, 16.0, -16.0, None)
"""Of success, where draws start; None: drawn too. Moderate ones are easier to read and come first.
"""
ROUNDS = 20
DONOR_ROUNDS = 3

ZERO = 1e-30
ENDLESS = {"diverges", "uniform", "constant"}
"""Hypotheses that a trajectory can't keep when it stays put after the run."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """``known`` maps written-out hypotheses to reasons; ``code`` are lines that define ``values``;
    ``policy`` lists the numbers of a policy, where it is one that can be listed."""

    owner: str
    label: str
    values: Values
    known: Mapping[Formula, str]
    code: tuple[str, ...]
    parameters: Mapping[str, str] = field(default_factory=dict)
    policy: Callable[[], Mapping[str, str]] = dict
    note: str = ""
    meaningless: bool = False
    visibly_broken: Callable[[Statement], set[str]] = lambda _: set()


def kept(candidate: Candidate, statement: Statement) -> dict[str, str] | None:
    """Hypothesis -> why it holds on this instance; None as soon as one is not known to hold."""
    reasons = {}
    for name, formal, formula in _hypotheses(statement):
        if formal in candidate.known:
            reasons[name] = candidate.known[formal]
        elif _truth(formula, candidate, statement) is True:
            steps = formula.op == "forall" and formula.args[0].sort.name == "Nat"
            when = " at each step of the run, after which it may rest" if steps else ""
            reasons[name] = f"measured{when}: {written(formula)}"
        else:
            return None
    return reasons


def violates(candidate: Candidate, statement: Statement) -> bool:
    """Whether some hypothesis is measured and certainly false."""
    return any(
        formal not in candidate.known and _truth(formula, candidate, statement) is False
        for _, formal, formula in _hypotheses(statement)
    )


def _hypotheses(statement: Statement) -> Iterator[tuple[str, Formula, Formula]]:
    """Name, the formula written out, and the formula in short notation."""
    formal = statement.formal_hypotheses
    for hypothesis in statement.hypotheses:
        yield hypothesis.name, formal[hypothesis.name], hypothesis.formula


def _truth(formula: Formula, candidate: Candidate, statement: Statement) -> Truth:
    """In balls; None too for a hypothesis that speaks of more than the instance has numbers for.

    "At every step" is tried at the steps of the run. That is enough if it may rest afterwards."""
    numbers = {name: x for name, x in candidate.values.items() if name not in ("Real", "Nat")}
    endless = any(h.name in ENDLESS for h in statement.hypotheses)
    if "M" in numbers and not endless:
        numbers["Nat"] = range(numbers["K"] + 1)
    try:
        with ball_precision(BITS):
            return truth(formula, {"one": arb(1), **numbers})
    except (KeyError, TypeError, ValueError):
        return None


def candidates(statement: Statement, weakened: Statement, seed: int) -> Iterator[Candidate]:
    """Everything to try on a weakened claim, in order. The draws of the claim itself keep its
    hypotheses, so they are of use only against another conclusion."""
    checks = modules()
    donors = [slug for slug in checks if _same_quantities(weakened, STATEMENTS[slug])]
    yield from explicit(statement.slug)
    yield from small_policies(weakened)
    for slug in donors:
        if slug != statement.slug:
            yield from explicit(slug)
    if weakened.conclusion != statement.conclusion:
        yield from draws(statement, checks[statement.slug], seed, ROUNDS)
    for slug in donors:
        if slug != statement.slug and _may_help(weakened, STATEMENTS[slug]):
            yield from draws(STATEMENTS[slug], checks[slug], seed, DONOR_ROUNDS)


def _same_quantities(statement: Statement, other: Statement) -> bool:
    """Whether the other claim has every abbreviation of this one, with the same meaning."""
    meanings = {(n.symbol, n.body, n.params) for n in other.notation}
    return bool(statement.notation) and all(
        (n.symbol, n.body, n.params) in meanings for n in statement.notation
    )


def _may_help(statement: Statement, other: Statement) -> bool:
    """Whether what the other claim does not assume could be measured."""
    assumed = set(other.formal_hypotheses.values())
    return all(
        formal in assumed or _numeric(formula) for _, formal, formula in _hypotheses(statement)
    )


def _numeric(formula: Formula) -> bool:
    return formula.op not in ("deriv", "sum", "or", "not") and all(map(_numeric, formula.args))


# -- explicit instances, and draws ---------------------------------------------------------------


@cache
def explicit(slug: str) -> tuple[Candidate, ...]:
    """The instances that the check of a claim has for its twins and hypotheses."""
    return tuple(_explicit(STATEMENTS[slug], modules()[slug]))


def _explicit(statement: Statement, module: ModuleType) -> Iterator[Candidate]:
    formal = statement.formal_hypotheses
    for name, make in getattr(module, "COUNTERS", {}).items():
        counter = make()
        yield Candidate(
            owner=statement.slug,
            label=f"instance {name!r} of {module.__name__}",
            values=counter.values,
            known={formal[h]: why for h, why in counter.holds.items()},
            code=(
                f"from {module.__name__} import COUNTERS",
                f"values = COUNTERS[{name!r}]().values",
            ),
            parameters=counter.parameters,
            policy=partial(_policy, make),
            note=counter.note,
            meaningless=counter.meaningless,
        )


def draws(statement: Statement, module: ModuleType, seed: int, rounds: int) -> Iterator[Candidate]:
    """Random instances that keep every hypothesis of a claim."""
    why = f"drawn so that it holds ({module.__name__}.draw)"
    known = dict.fromkeys(statement.formal_hypotheses.values(), why)
    for number in range(rounds):
        for log_odds in LOG_ODDS:
            yield Candidate(
                owner=statement.slug,
                label=f"random draw {number} of {module.__name__} at log odds {log_odds}",
                values=module.draw(np.random.default_rng((seed, number)), log_odds),
                known=known,
                code=(
                    "import numpy as np",
                    f"from {module.__name__} import draw",
                    f"values = draw(np.random.default_rng(({seed}, {number})), {log_odds})",
                ),
                parameters={
                    "seed": f"({seed}, {number})",
                    "log odds": "drawn" if log_odds is None else str(log_odds),
                },
            )


def _policy(make: Callable[[], Any]) -> Mapping[str, str]:
    """The table of a policy on a line, where the instance is one of `_instances`."""
    while isinstance(make, partial):
        for part in make.args:
            if isinstance(part, Instance):
                return table(part)
        make = make.func
    return {}


def table(instance: Instance) -> Mapping[str, str]:
    """Probabilities before and after the update, and scores, response by response."""
    with ball_precision(BITS):
        start = instance.line.logp(arb(0))
        end = instance.line.logp(arb(instance.eta.numerator) / instance.eta.denominator)
        return {
            "probabilities": _row(np.exp(start)),
            "after the update": _row(np.exp(end)),
            "scores": _row(instance.line.score(arb(0))),
        }


def _row(numbers: Any) -> str:
    return ", ".join(digits(x) for x in numbers)


def digits(x: Any) -> str:
    """Six digits of a ball's midpoint; 0 for a tiny ball around it, nan where it is unbounded."""
    ball = arb(x)
    if not ball.is_finite():
        return "nan"
    return "0" if ball.contains(0) and ball.rad() < ZERO else str(ball.mid().str(6, radius=False))


# -- a grid of small policies ---------------------------------------------------------------------

STEP = {
    _common.NORMALISED.formula: "softmax: the probabilities sum to one at every t",
    _common.DIFFERENTIABLE.formula: "the score is the derivative of log pi in closed form",
    _common.SMOOTH.formula: "|score'| = Var(slopes), bounded by L for 0 <= t <= eta",
    _common.BOUNDED.formula: "the scores at t = 0 are at most G, in closed form",
    _common.VERIFIABLE.formula: "the rewards are 0 and 1",
    _common.INTERIOR.formula: "0 < J < 1: both kinds of response are in the list",
    _common.FORWARD.formula: "eta > 0",
}
RUN = {
    getattr(_trajectory, name).formula: WHY[name.lower()]
    for name in ("NORMALISED", "DIFFERENTIABLE", "VERIFIABLE", "FORWARD", "CONTINUES", "INTERIOR")
} | {
    _trajectory.SMOOTH.formula: "|score'| = Var(slopes) <= L in step 0; later scores are 0",
    _trajectory.BOUNDED.formula: "at most G at the start of step 0, in closed form; later 0",
}
IN_VECTORS = {
    "differentiable": "the score is the derivative of log pi, in one dimension with w = 1",
    "unit": "w = 1",
    "bounded": "the gradients at t = 0 are at most G, in closed form",
    "lipschitz": "|score'| = Var(slopes), bounded by L for 0 <= t <= eta",
}
"""The same policies, seen as policies of one parameter: hypotheses of Assumption 1 as printed."""


def _in_vectors(slug: str) -> dict[Formula, str]:
    formal = STATEMENTS[slug].formal_hypotheses
    return {formal[name]: why for name, why in IN_VECTORS.items()}


IN_VECTORS_STEP, IN_VECTORS_RUN = "step_under_assumption_1", "theorem_1b_under_assumption_1"
STEP |= _in_vectors(IN_VECTORS_STEP)
RUN |= _in_vectors(IN_VECTORS_RUN)
STEP_NOTATION = (*_common.STEP_NOTATION, *STATEMENTS[IN_VECTORS_STEP].notation)
RUN_NOTATION = (*_trajectory.NOTATION, *STATEMENTS[IN_VECTORS_RUN].notation)

ETAS = tuple(Fraction(n, 32) for n in (16, 1, 2, 4, 8, 32, 64))
IN_GAPS = tuple(Fraction(n, 4) for n in (2, 4, 6, 8, 9, 10, 12, 16))
"""Step sizes in units of the gap, for thresholds that are proportional to it."""
SURE = tuple(Fraction(n, 1000) for n in (900, 500, 750, 990, 999))
TILTS = tuple(Fraction(n, 100) for n in (50, 40, 45, 49, 55))
"""The first rare response's share of what the likely one leaves."""
ODDS = (Fraction(1), Fraction(1, 9), Fraction(9), Fraction(1, 99), Fraction(99))


def small_policies(statement: Statement) -> Iterator[Candidate]:
    """One update; or, for claims about a trajectory, that update and then rest."""
    one_step = _meant(statement, STEP_NOTATION)
    if not one_step and not _meant(statement, RUN_NOTATION):
        return
    for instance, line in [*_pairs(), *_threes()]:
        code = (
            "from fractions import Fraction",
            "from numeric.checks._instances import Instance, log_linear, two_arms",
            f"line = {line}",
            f"instance = Instance(line, {instance.eta!r}, {instance.L!r}, {instance.G!r}, "
            f"{instance.reward})",
        )
        rest = (
            "from numeric.attack.break_pool import then_rest",
            "values = then_rest(instance)",
        )
        yield Candidate(
            owner=statement.slug,
            label="small softmax policy" if one_step else "small softmax policy, then rest",
            values=instance.values() if one_step else then_rest(instance),
            known=STEP if one_step else RUN,
            code=code + (("values = instance.values()",) if one_step else rest),
            parameters={
                "line": instance.line.formula,
                "reward": f"({', '.join(map(str, instance.reward))})",
                "eta": str(instance.eta),
                "L": str(instance.L),
                "G": str(instance.G),
            },
            policy=partial(table, instance),
            visibly_broken=instance.visibly_broken,
        )


def _meant(statement: Statement, notation: tuple[Any, ...]) -> bool:
    return bool(statement.notation) and all(n in notation for n in statement.notation)


def _pairs() -> Iterator[tuple[Instance, str]]:
    """Log odds that rise with slope 1: |score'| = J(1-J) <= 1/4."""
    for odds in ODDS:
        G = max(odds, Fraction(1)) / (1 + odds)
        for eta in ETAS:
            yield Instance(two_arms(odds), eta, Fraction(1, 4), G), f"two_arms({odds!r})"


def _threes() -> Iterator[tuple[Instance, str]]:
    """A likely response of slope 0 and two rare ones of slopes 1 and -1, which fail or succeed.

    Var(slopes) is at most the rare probability, at most q e^eta/(p + q e^eta) for t <= eta."""
    for sure in SURE:
        for tilt in TILTS:
            rare = 1 - sure
            p = (sure, rare * tilt, rare * (1 - tilt))
            skew = abs(1 - 2 * tilt)
            for eta in ETAS + tuple(skew * n for n in IN_GAPS if skew):
                most = rare * Fraction(math.ceil(math.exp(eta) * 1000) + 1, 1000)
                L = Fraction(math.ceil(most / (sure + most) * 1000), 1000)
                G = 1 + abs(p[1] - p[2])
                for reward in ((1, 0, 0), (0, 1, 1)):
                    line = log_linear(p, (0, 1, -1))
                    yield Instance(line, eta, L, G, reward), f"log_linear({p!r}, (0, 1, -1))"


def then_rest(instance: Instance) -> Values:
    """The trajectory that makes the instance's update and then stays where it is; K = 1."""
    with ball_precision(BITS):
        eta = arb(instance.eta.numerator) / instance.eta.denominator
        end = tuple(instance.line.logp(eta))
        path = Path(
            logp=lambda k, t: end if k else tuple(instance.line.logp(t)),
            score=lambda k, t: (arb(0),) * len(end) if k else tuple(instance.line.score(t)),
            eta=lambda k: arb(0) if k else eta,
            L=instance.L,
            G=instance.G,
            why={},
            rewards=tuple(int(r) for r in instance.reward),
        )
        numbers = {
            name: arb(x.numerator) / x.denominator
            for name, x in (("L", instance.L), ("G", instance.G))
        }
        return trajectory_values([path.point(k) for k in range(2)], **numbers)
