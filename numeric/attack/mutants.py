"""Refuting mutants of a claim: an instance that keeps their hypotheses and breaks their conclusion.

Instances are the counterexamples of ``numeric/checks/<slug>.py`` and random draws, its own and
those of other claims. A mutant is refuted when balls decide: some comparison of its conclusion is
certainly false. A hypothesis is kept when the instance is built to keep it, or when balls say so;
one that was changed must be certain in balls, at every step of the run. After its last step K a
run may stay where it is (eta_k = 0), so the steps up to K suffice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from flint import arb, ctx

from numeric.checks._base import BITS, Check, Formula, check
from numeric.checks._instances import Instance, log_linear
from numeric.core.balls import ball_precision
from theory.evaluate import Values, evaluate
from theory.kernel.statement import Notation, Statement
from theory.statements import STATEMENTS

SEEDS = range(6)
LOG_ODDS = (None, -27.6, -7.0, -2.0, 0.0, 2.0, 7.0, 27.6)
ONE_STEP = {"log_success_step", "sharp_step", "lemma_1_sharp"}
"""Claims about any one step of a policy with valid L and G."""
RARE = Fraction(1, 1000)
ENDLESS = ("diverges", "constant")
"""Hypotheses that a run breaks when it stays where it is."""


@dataclass(frozen=True)
class Sample:
    """Measured numbers, where they are from, and the one hypothesis that they break, if any."""

    source: str
    values: Values
    breaks: str | None = None
    meaningless: bool = False


@dataclass(frozen=True)
class Refutation:
    """An instance on which the mutant is certainly false: both sides of a violated comparison.

    Of a conclusion that is not even defined there is nothing to compare: ``sides`` is empty."""

    source: str
    sides: str
    numbers: dict[str, str]


@dataclass(frozen=True)
class Donor:
    """Claims that draw the same numbers, what they measure, which hypotheses hold of it, and what
    the abbreviations among these names mean."""

    slugs: tuple[str, ...]
    names: frozenset[str]
    hypotheses: frozenset[Formula]
    notation: dict[str, Notation]


# -- refuting --------------------------------------------------------------------------------------


def refute(original: Statement, mutated: Statement) -> Refutation | None:
    """The first instance found that refutes the mutant, None if there is none."""
    for sample in candidates(original, mutated):
        if sample.meaningless:
            return Refutation(sample.source, "", numbers(sample.values))
        violated = violation(mutated, sample.values)
        if violated is not None:
            sides = f"{_short(violated.measured)} against {_short(violated.claimed)}"
            return Refutation(sample.source, sides, numbers(sample.values))
    return None


def violation(statement: Statement, values: Values) -> Check | None:
    """A comparison of the conclusion that is certainly false; parts without numbers are passed."""
    for part in filter(_is_comparable, _parts(statement.conclusion)):
        try:
            found = check(statement, values, part)
        except (KeyError, ValueError, TypeError, IndexError):
            continue  # a name, or a step, that this instance does not measure
        for one in found:
            if one.holds is False:
                return one
    return None


def candidates(original: Statement, mutated: Statement) -> Iterator[Sample]:
    """Instances that satisfy every hypothesis of the mutant."""
    kept = set(mutated.hypotheses)
    changed = [h.name for h in original.hypotheses if h not in kept]
    for sample in samples(original.slug):
        if not changed and sample.breaks is None:
            yield sample
        if [sample.breaks] == changed and _keeps(mutated, changed[0], sample):
            yield sample
    if changed:
        yield from _donated(mutated)


def _keeps(mutated: Statement, name: str, sample: Sample) -> bool:
    """Whether the changed form of a hypothesis certainly holds; a dropped one asks for nothing."""
    changed = [h for h in mutated.hypotheses if h.name == name]
    frozen = not any(h.name in ENDLESS for h in mutated.hypotheses)
    return all(
        not sample.meaningless and certain(h.formula, sample.values, frozen) for h in changed
    )


def _donated(mutated: Statement) -> Iterator[Sample]:
    """Draws of any claims that satisfy all hypotheses of the mutant."""
    frozen = not any(h.name in ENDLESS for h in mutated.hypotheses)
    for donor in donors():
        formal = mutated.formal_hypotheses
        open_ = [h for h in mutated.hypotheses if formal[h.name] not in donor.hypotheses]
        formulas = [mutated.conclusion, *(h.formula for h in open_)]
        if not _same_meaning(mutated, donor, formulas):
            continue
        for sample in lent(donor.slugs):
            if all(certain(h.formula, sample.values, frozen) for h in open_):
                yield sample


def _same_meaning(mutated: Statement, donor: Donor, formulas: Sequence[Formula]) -> bool:
    """Whether every name in the formulas stands for the same thing in the draws."""
    used = {name for formula in formulas for name in _names(formula)}
    own = {_name(n): n for n in mutated.notation}
    for name in used:
        theirs = donor.notation.get(name)
        if name not in donor.names or (name in own) != (theirs is not None):
            return False
        if theirs is not None and (theirs.body, theirs.params) != (
            own[name].body,
            own[name].params,
        ):
            return False
    return True


# -- deciding a hypothesis -------------------------------------------------------------------------


def certain(formula: Formula, values: Values, frozen: bool = True) -> bool:
    """Whether a formula about numbers certainly holds. One about every step must hold at the
    steps 0, ..., K, with step size 0 at K (``frozen``); else it is not certain."""
    with ball_precision(max(BITS, ctx.prec)):
        try:
            return _certain(formula, {"one": arb(1), **values}, frozen)
        except (KeyError, ValueError, TypeError, IndexError):
            return False


def _certain(formula: Formula, values: Values, frozen: bool) -> bool:
    match formula.op:
        case "and":
            return all(_certain(part, values, frozen) for part in formula.args)
        case "forall":
            index, body = formula.args
            if not frozen or index.sort.name != "Nat" or "K" not in values:
                return False
            return all(_certain(body, at_step(values, index.data, k), False) for k in _run(values))
        case "le" | "lt" | "eq":
            left, right = (arb(evaluate(side, values)) for side in formula.args)
            if formula.op == "eq":
                return bool(left == right)
            return bool(left <= right) if formula.op == "le" else bool(left < right)
    return False


def _run(values: Values) -> range:
    return range(int(values["K"]) + 1)


def at_step(values: Values, index: str, step: int) -> Values:
    """The values at one step of a run that stays where it is from step K on."""
    last, eta = int(values["K"]), values.get("eta")
    if not callable(eta):
        return {**values, index: step}
    return {**values, index: step, "eta": lambda k: eta(k) if int(float(k)) < last else arb(0)}


# -- instances -------------------------------------------------------------------------------------


@cache
def samples(slug: str) -> tuple[Sample, ...]:
    """The counterexamples of a claim, and draws over several seeds and log odds."""
    if find_spec(f"numeric.checks.{slug}") is None:
        return ()
    module = import_module(f"numeric.checks.{slug}")
    drops = {twin.name: twin.drop for twin in STATEMENTS[slug].twins}
    found = []
    for name, make in getattr(module, "COUNTERS", {}).items():
        breaks = drops.get(name) if name in drops else None
        if name.startswith("drop "):
            breaks = name.removeprefix("drop ")
        counter = make()
        found.append(
            Sample(f"{slug}: counterexample {name!r}", counter.values, breaks, counter.meaningless)
        )
    return (*found, *_draws(slug))


@cache
def _draws(slug: str) -> tuple[Sample, ...]:
    drawn = [(seed, at) for seed in SEEDS for at in LOG_ODDS]
    return tuple(_draw(slug, seed, at) for seed, at in drawn) if _draws_any(slug) else ()


def _draws_any(slug: str) -> bool:
    name = f"numeric.checks.{slug}"
    return find_spec(name) is not None and hasattr(import_module(name), "draw")


def _draw(slug: str, seed: int, log_odds: float | None) -> Sample:
    module = import_module(f"numeric.checks.{slug}")
    values = module.draw(np.random.default_rng(seed), log_odds)
    shown = "random" if log_odds is None else f"{log_odds:g}"
    return Sample(f"{slug}: draw, seed {seed}, log odds {shown}", values)


@cache
def donors() -> tuple[Donor, ...]:
    """Draws by what is drawn: claims that draw the same numbers lend each other hypotheses."""
    groups: dict[tuple[tuple[str, str], ...], list[Statement]] = {}
    for slug, statement in STATEMENTS.items():
        if statement.expected != "refuted" and _draws_any(slug):
            groups.setdefault(_signature(_draw(slug, 0, None).values), []).append(statement)
    return tuple(_donor(signature, claims) for signature, claims in groups.items())


def prepare() -> None:
    """Draw all instances now, so that processes forked later share them."""
    for donor in donors():
        lent(donor.slugs)


def _donor(signature: tuple[tuple[str, str], ...], claims: list[Statement]) -> Donor:
    return Donor(
        tuple(claim.slug for claim in claims),
        frozenset(name for name, _ in signature),
        frozenset(h for claim in claims for h in claim.formal_hypotheses.values()),
        {_name(n): n for claim in claims for n in claim.notation},
    )


@cache
def lent(slugs: tuple[str, ...]) -> tuple[Sample, ...]:
    """The draws that are the same for all these claims, number by number; and tight steps."""
    rows = zip(*(_draws(slug) for slug in slugs), strict=True)
    same = tuple(row[0] for row in rows if len({_signature(s.values) for s in row}) == 1)
    return same + (tight_steps() if ONE_STEP <= set(slugs) else ())


def tight_steps() -> tuple[Sample, ...]:
    """Steps a little above the safe one, by which J falls: failures that spread, rare successes.

    The log odds change by gap eta - log cosh eta, which is negative from eta = 2 gap on, nearly;
    the slopes lie in [-1, 1], so that their variance L is at most 1."""
    because = {"smooth": "|score'| = Var(slopes) <= 1 = L, as the slopes lie in [-1, 1]"}
    return tuple(
        Sample(
            f"failures that spread: gap {gap}, eta = {factor} gap",
            Instance(
                log_linear((RARE, (1 - RARE) / 2, (1 - RARE) / 2), (gap, 1, -1)),
                eta=factor * gap,
                L=1,
                G=1 + gap,
                reward=(1, 0, 0),
                because=because,
            ).values(),
        )
        for gap in (Fraction(1, 1000), Fraction(1, 10))
        for factor in (Fraction(41, 20), Fraction(3), Fraction(7, 2))
    )


def _signature(values: Values) -> tuple[tuple[str, str], ...]:
    """All numbers of an instance, those of a run at every step."""
    last = int(values.get("K", 0))
    return tuple((name, _text(x, last)) for name, x in sorted(values.items()))


def _text(value: Any, last: int) -> str:
    if callable(value):
        try:
            return " ".join(str(value(k)) for k in range(last + 1))
        except (TypeError, ValueError, IndexError):
            return f"function {id(value)}"  # N(B): the same for no two claims
    return str(value)


# -- reading formulas ------------------------------------------------------------------------------


def numbers(values: Values) -> dict[str, str]:
    """The plain numbers of an instance, in short."""
    plain = {name: x for name, x in values.items() if isinstance(x, arb | int | float)}
    return {name: _short(x) for name, x in sorted(plain.items())}


def _short(number: Any) -> str:
    return str(arb(number).str(6, radius=False))


def _parts(formula: Formula) -> Iterator[Formula]:
    if formula.op == "and":
        for part in formula.args:
            yield from _parts(part)
    else:
        yield formula


def _is_comparable(formula: Formula) -> bool:
    """No quantifier, derivative or negation: something that has numbers to compare."""
    if formula.op in ("forall", "deriv", "or", "not", "true"):
        return False
    return all(map(_is_comparable, formula.args))


def _names(formula: Formula) -> Iterator[str]:
    """Free variables and functions."""
    yield from (str(v.data) for v in formula.free)
    yield from (s.name for s in formula.symbols)


def _name(notation: Notation) -> str:
    symbol: Any = notation.symbol
    return str(symbol.name if hasattr(symbol, "sorts") else symbol.data)
