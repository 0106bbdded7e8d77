"""One interpretation of a statement: formulas decided on listed numbers, in balls.

``check`` compares a claim's own sides on measured numbers; nothing is compared by tolerance. A
``Counter`` is an explicit instance on which every hypothesis but one, and the conclusion, are
decided by ``decide``, the statement's terms as they stand. Words are kept apart:

    true             certain
    equal in balls   two sides overlap, and are known to 30 digits
    true as sampled  at every listed real t, or step k; only "false" is certain of these
    open             the balls overlap and are wide
    undefined        a side has no value (0/0, log of a negative number)
    false            certain
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import Any, Protocol, TypeAlias

from flint import arb, ctx

from numeric.core.balls import ball_precision
from theory.evaluate import BALLS, Values, evaluate
from theory.kernel.statement import Statement

Formula: TypeAlias = Any
"""A formula of `theory`; an experiment knows claims, not the kernel that they are written in."""

BITS = 256
"""Balls of checks have at least this many bits."""
NUDGE = arb(2) ** -90
"""Half of the interval on which a slope is compared with the claimed derivative."""
NARROW = arb(2) ** -100
"""Relative radius within which two overlapping sides count as equal."""
SAMPLED_SORTS = ("Real", "Nat")


class Truth(IntEnum):
    """In this order: "and" is the least, "or" the greatest."""

    FALSE, UNDEFINED, OPEN, SAMPLED, EQUAL, TRUE = range(6)

    def __str__(self) -> str:
        return WORDS[self]

    @property
    def kept(self) -> bool:
        return self >= Truth.SAMPLED

    def denied(self) -> Truth:
        """Of what is not certain, the negation is open."""
        certain = {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE}
        return certain.get(self, min(self, Truth.OPEN))


WORDS = ("false", "undefined", "open", "true as sampled", "equal in balls", "true")


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison: measured (left side), claimed (right side), margin = right - left.

    ``holds`` is True or False when certain, else None: an equality is None at best unless both
    sides are exact, and then ``width`` says how much is left open, the radius of left - right
    relative to the larger side, or to the value named ``scale`` where the terms of a side cancel.
    ``tightness`` is the smaller side divided by the larger one where both are positive (or both
    negative); 1 is equality."""

    relation: str
    measured: Any
    claimed: Any
    margin: float
    holds: bool | None
    tightness: float | None
    width: float | None = None


# -- deciding a formula ----------------------------------------------------------------------------


def decide(formula: Formula, values: Values, seen: list[Check] | None = None) -> Truth:
    """Truth of a formula; comparisons outside of conditions and negations are appended to ``seen``.

    "For all x" is tried at every element listed under the name of its sort. KeyError for a name, or
    a sort, that is not listed."""
    match formula.op:
        case "true":
            return Truth.TRUE
        case "and":
            return _least(decide(part, values, seen) for part in formula.args)
        case "or":
            return max(decide(part, values) for part in formula.args)
        case "not":
            return decide(formula.args[0], values).denied()
        case "implies":
            condition = decide(formula.args[0], values)
            if condition is Truth.FALSE:
                return Truth.TRUE
            listed = seen if condition is Truth.TRUE else None
            return max(condition.denied(), decide(formula.args[1], values, listed))
        case "forall":
            index, body = formula.args
            name, elements = str(index.data), values[index.sort.name]
            found = _least(decide(body, {**values, name: e}, seen) for e in elements)
            return min(found, Truth.SAMPLED) if index.sort.name in SAMPLED_SORTS else found
        case "deriv":
            return min(
                _least(_slope(formula, values, t) for t in values.get("Real", ())), Truth.SAMPLED
            )
        case "eq" if formula.args[0].sort.finite:
            left, right = (evaluate(side, values, BALLS) for side in formula.args)
            return Truth.TRUE if left == right else Truth.FALSE
        case "le" | "lt" | "eq":
            left, right = (arb(evaluate(side, values, BALLS)) for side in formula.args)
            if seen is not None:
                seen.append(_compared(formula.op, left, right, values.get("scale", 0)))
            return _related(formula.op, left, right)
    raise ValueError(f"{formula.op} is not a formula that numbers can decide")


def _least(parts: Iterable[Truth]) -> Truth:
    return min(parts, default=Truth.TRUE)


def _related(relation: str, left: arb, right: arb) -> Truth:
    if not (left.is_finite() and right.is_finite()):
        return Truth.UNDEFINED
    if relation == "eq" and left == right:
        return Truth.TRUE
    if relation != "eq" and (left <= right if relation == "le" else left < right):
        return Truth.TRUE
    if not left.overlaps(right):
        return Truth.FALSE if relation == "eq" or left > right else Truth.OPEN
    if relation == "lt":
        return Truth.FALSE if left >= right else Truth.OPEN
    size = abs(left).max(abs(right)).max(arb(1))
    return Truth.EQUAL if (right - left).rad() <= NARROW * size else Truth.OPEN


def _slope(formula: Formula, values: Values, t: arb) -> Truth:
    """By the mean value theorem the slope between two places is the derivative at one between."""
    variable, function, derivative = formula.args
    name = str(variable.data)
    ends = (evaluate(function, {**values, name: t + x}, BALLS) for x in (NUDGE, -NUDGE))
    slope = arb(next(ends) - next(ends)) / (2 * NUDGE)
    between = arb(evaluate(derivative, {**values, name: t + arb(0, NUDGE)}, BALLS))
    if not (slope.is_finite() and between.is_finite()):
        return Truth.UNDEFINED
    return Truth.SAMPLED if slope.overlaps(between) else Truth.FALSE


def _compared(relation: str, left: arb, right: arb, scale: Any) -> Check:
    margin, width, tightness = right - left, None, None
    if relation == "eq":
        holds = True if left == right else (None if left.overlaps(right) else False)
        size = abs(left).max(abs(right)).max(arb(scale))
        width = 0.0 if holds else float((margin.rad() / size).mid())
    elif relation == "le":
        holds = True if left <= right else (False if left > right else None)
    else:
        holds = True if left < right else (False if left >= right else None)
    if left > 0 and right > 0:
        tightness = float((left / right).mid())
    elif left < 0 and right < 0:
        tightness = float((right / left).mid())
    return Check(relation, left, right, float(margin.mid()), holds, tightness, width)


# -- measured numbers ------------------------------------------------------------------------------


def check(statement: Statement, values: Values, conclusion: Formula = None) -> list[Check]:
    """Every comparison of the statement's conclusion (or of another one, of a twin)."""
    seen: list[Check] = []
    with ball_precision(max(BITS, ctx.prec)):
        decide(statement.conclusion if conclusion is None else conclusion, values, seen)
    return seen


def check_hypotheses(statement: Statement, values: Values) -> dict[str, list[Check]]:
    """The hypotheses that speak of measured numbers only (0 <= eta, eta < eta_safe, ...)."""
    found = {}
    for h in statement.hypotheses:
        try:
            found[h.name] = check(statement, values, h.formula)
        except (KeyError, TypeError):  # a name that is not measured, or is measured as a number
            continue
    return found


def refuted(statement: Statement, values: Values, conclusion: Formula = None) -> bool:
    """Certainly false: some comparison is certainly violated."""
    return any(c.holds is False for c in check(statement, values, conclusion))


# -- explicit instances ----------------------------------------------------------------------------


class Model(Protocol):
    """Everything that a statement's formulas speak of, but for its abbreviations."""

    def formal(self) -> dict[str, Any]:
        """By formal names, with index sets, and with lists of real numbers and steps to try."""


class Instance(Model, Protocol):
    """Data from which a model is made."""

    def shown(self) -> dict[str, str]:
        """What the instance is, for people."""


@dataclass(frozen=True, slots=True)
class Counter:
    """What an instance does to a statement: every hypothesis and the conclusion, decided.

    ``meaningless``: the conclusion is not even defined (a conditional mean over nothing), or it is
    open and one of the hypotheses is undefined."""

    values: Values
    hypotheses: Mapping[str, Truth]
    conclusion: Truth
    parameters: Mapping[str, str]
    instance: Instance

    @property
    def meaningless(self) -> bool:
        undefined = Truth.UNDEFINED in self.hypotheses.values()
        open_ = self.conclusion is Truth.OPEN and undefined
        return self.conclusion is Truth.UNDEFINED or open_

    @property
    def broken(self) -> set[str]:
        return {name for name, truth in self.hypotheses.items() if truth is Truth.FALSE}


Counters = Mapping[str, Callable[[], Counter]]


class Refused(ValueError):
    """An instance that does not do what it is for."""


def with_abbreviations(statement: Statement, formal: Values) -> dict[str, Any]:
    """The values, and every abbreviation by its definition.

    ``formal["exact"]`` maps (name, arguments) to exact values, which the balls only contain."""
    values = {
        name + "()" * (callable(value) and _names_a_number(statement, name)): value
        for name, value in formal.items()
    }
    exact = formal.get("exact", {})
    for notation in statement.notation:
        symbol: Formula = notation.symbol
        if hasattr(symbol, "sorts"):
            names = [str(p.data) for p in notation.params]
            own = {args: x for (name, args), x in exact.items() if name == symbol.name}
            values[symbol.name] = _remembered(notation.body, names, formal, own)
        else:
            values[str(symbol.data)] = evaluate(notation.body, formal, BALLS)
    return values


def _names_a_number(statement: Statement, name: str) -> bool:
    return any(getattr(n.symbol, "data", None) == name for n in statement.notation)


def _remembered(
    body: Formula, names: list[str], formal: Values, exact: Mapping[Any, arb]
) -> Callable[..., Any]:
    found: dict[Any, Any] = {}

    def function(*args: Any) -> Any:
        wide = any(isinstance(x, arb) and not x.is_exact() for x in args)  # not to be looked up
        if wide or args not in found:
            value = evaluate(body, {**formal, **dict(zip(names, args, strict=True))}, BALLS)
            if wide:
                return value
            found[args] = exact.get(args, value)
            if not arb(found[args]).overlaps(arb(value)):
                raise Refused(f"{args}: {found[args]} is not {value}")
        return found[args]

    return function


def drawn(statement: Statement, instance: Model, bits: int = BITS) -> dict[str, Any]:
    """The values of a random instance, with every abbreviation by its definition."""
    with ball_precision(bits):
        return with_abbreviations(statement, instance.formal())


def examined(statement: Statement, instance: Instance, conclusion: Formula = None) -> Counter:
    """The instance, whatever it keeps and breaks."""
    with ball_precision(BITS):
        values = with_abbreviations(statement, instance.formal())
        hypotheses = {h.name: decide(h.formula, values) for h in statement.hypotheses}
        wanted = statement.conclusion if conclusion is None else conclusion
        return Counter(values, hypotheses, decide(wanted, values), instance.shown(), instance)


def counter(statement: Statement, name: str, instance: Instance) -> Counter:
    """The instance as a counterexample to the twin ``name``, or, for "drop h", to the claim
    without the hypothesis h. Raises Refused unless h, and nothing else, is broken, and the
    conclusion is false or undefined."""
    drop = name.removeprefix("drop ") if name.startswith("drop ") else None
    twins = {twin.name: twin.conclusion for twin in statement.twins}
    found = examined(statement, instance, twins.get(name))
    if found.broken != ({drop} if drop else set()):
        raise Refused(f"{statement.slug}, {name!r}: the instance breaks {sorted(found.broken)}")
    unsure = {n: truth for n, truth in found.hypotheses.items() if n != drop and not truth.kept}
    if any(truth is Truth.OPEN or drop is None for truth in unsure.values()):
        told = ", ".join(f"{n} is {truth}" for n, truth in unsure.items())
        raise Refused(f"{statement.slug}, {name!r}: {told}")
    if found.conclusion is not Truth.FALSE and not found.meaningless:
        raise Refused(f"{statement.slug}, {name!r}: the conclusion is {found.conclusion}")
    return found


def counters(statement: Statement, instances: Mapping[str, Instance]) -> Counters:
    """Each instance examined when it is asked for."""
    return {name: partial(counter, statement, name, i) for name, i in instances.items()}
