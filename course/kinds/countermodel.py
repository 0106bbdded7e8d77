"""A policy on which a claim fails: the student writes one down, and balls decide it.

    [check.countermodel]
    slot = "policy"
    claim = "sharp_step"
    drop = "smooth"                      or  twin = "half the curvature, lower"
                                         or  change = "8 -> 1/4"; or none, for a refuted claim
    shapes = ["softmax", "two"]          which of ``SHAPES`` may be used
    fixed = { G = "1" }                  entries that are given

Every hypothesis that is left is decided on the policy, and the conclusion, by the one interpreter
of statements (``numeric.checks._base``). What holds "as sampled" was tried at every listed t.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path as Folder
from typing import Any

import numpy as np

from course.exercises import Exercise
from course.formulas import students_expression
from course.marks import Mark, Unfit
from numeric.checks._base import BITS, Counter, Formula, Truth, decide, examined
from numeric.checks._base import check as compare
from numeric.checks._instances import (
    Instance,
    Line,
    ball,
    balls,
    log_linear,
    two_arms,
    unnormalised,
)
from numeric.checks._paths import Path
from numeric.checks._softmax import Table
from numeric.checks.expansion import Quadratic
from numeric.core.balls import ball_precision
from theory.attack.mutate import dropped, twin_of
from theory.attack.weaken import SIGNS, changed, written
from theory.evaluate import BALLS, Values, evaluate
from theory.inequality.at_point import Undefined, Unknown, value
from theory.kernel.statement import Statement
from theory.statements import STATEMENTS

MOST, LARGEST, DIGITS = 12, 1_000, 20
"""Responses; size of a number; digits of its numerator and denominator."""


def judge(
    exercise: Exercise, check: Mapping[str, Any], answer: Mapping[str, Any], folder: Folder
) -> Mark:
    asked, about, points = check["countermodel"], check["about"], check["points"]
    given = answer.get(asked["slot"], {})
    if not isinstance(given, dict) or all(x in ("", []) for x in given.values()):
        return Mark(about, points, 0, "missing", (f"{asked['slot']} is empty",))
    statement = weakened(asked)
    instance = instance_of({**given, **asked.get("fixed", {})}, tuple(asked["shapes"]))
    try:
        found = examined(statement, instance)
    except (ValueError, ArithmeticError, KeyError) as error:
        raise Unfit(f"this policy can't be measured: {error}") from error
    broken = tuple(unkept(statement, found))
    if broken:
        return Mark(about, points, 0, "wrong" if found.broken else "undecided", broken)
    if found.conclusion is Truth.FALSE or found.meaningless:
        return Mark(about, points, points, "right", said=well_done(statement, found))
    told = f"every hypothesis holds, and the conclusion is {found.conclusion}: "
    sides = "; ".join(shown(one) for one in compare(statement, found.values))
    verdict: Any = "undecided" if found.conclusion is Truth.OPEN else "wrong"
    return Mark(about, points, 0, verdict, (told + sides,))


def weakened(asked: Mapping[str, Any]) -> Statement:
    """The claim that is to be broken."""
    statement = STATEMENTS[asked["claim"]]
    if "drop" in asked:
        return dropped(statement, asked["drop"])
    if "twin" in asked:
        return twin_of(statement, next(t for t in statement.twins if t.name == asked["twin"]))
    return changed(statement, asked["change"]) if "change" in asked else statement


# -- what the student writes -----------------------------------------------------------------------


def _line(build: Callable[..., Line], *names: str) -> Callable[[Mapping[str, Any]], Instance]:
    """An update of a policy: the line, then what an update has."""

    def made(given: Mapping[str, Any]) -> Instance:
        line = build(*(given[name] for name in names if name in given))
        if {"factor", "shift"} & set(given):
            line = line.misreported(
                given.get("factor", Fraction(1)), given.get("shift", Fraction(0))
            )
        more = {name: given[name] for name in UPDATE if name in given}
        return Instance(line, **more)

    return made


def _run(given: Mapping[str, Any]) -> Path:
    """A softmax policy that goes on where each step ends; at rest after the last one."""
    etas, constants = given["etas"], {n: given[n] for n in RUN if n in given and n not in "LGK"}
    starts: list[Any] = [given["p"]]

    def line(k: int) -> Line:
        while len(starts) <= min(k, len(etas)):
            before = log_linear(starts[-1], given["slopes"])
            starts.append(tuple(np.exp(before.logp(ball(etas[len(starts) - 1])))))
        return log_linear(starts[min(k, len(etas))], given["slopes"])

    return Path(
        line,
        lambda k: ball(etas[k] if k < len(etas) else 0),
        given["L"],
        given["G"],
        given["reward"],
        int(given.get("K", len(etas))),
        constants,
    )


def _logits(given: Mapping[str, Any]) -> Quadratic:
    with ball_precision(BITS):
        rows = (given[name] for name in ("slopes", "reward"))
        slopes, reward = map(balls, rows)
        bends = balls(given.get("bends", (0,) * len(slopes)))
        return Quadratic(np.log(balls(given["p"])), slopes, bends, reward)


def _tokens(given: Mapping[str, Any]) -> Table:
    table = Table(given["weights"], given["rewards"], given.get("eta", Fraction(1)))
    return replace(table, w=given.get("w"), baseline=given.get("baseline", Fraction(1)))


UPDATE = ("reward", "eta", "L", "G", "curvatures", "length", "sigma")
RUN = ("L", "G", "K", "C0", "C1", "eps")
ROWS = ("etas", "p", "slopes", "bends", "weights", "rewards", "reward", "curvatures", "length", "w")
SHAPES: dict[str, tuple[tuple[str, ...], tuple[str, ...], Callable[[Mapping[str, Any]], Any]]] = {
    "softmax": (("p", "slopes"), UPDATE, _line(log_linear, "p", "slopes")),
    "two": (("odds", "slope", "bend"), UPDATE, _line(two_arms, "odds", "slope", "bend")),
    "weights": (
        ("weights", "slopes"),
        (*UPDATE, "bends"),
        _line(unnormalised, "weights", "slopes", "bends"),
    ),
    "reported": (
        ("odds", "slope", "bend"),
        (*UPDATE, "factor", "shift"),
        _line(two_arms, "odds", "slope", "bend"),
    ),
    "logits": (("p", "slopes", "reward"), ("bends",), _logits),
    "run": (("p", "slopes", "etas", "reward", "L", "G"), ("K", "C0", "C1", "eps"), _run),
    "tokens": (("weights", "rewards"), ("eta", "w", "baseline"), _tokens),
}
"""By name: what it must have, what it may have, and how it is made.

    softmax    pi(o) ~ p(o) e^(slope(o) t)             p, slopes
    two        log odds log(odds) + slope t + bend t^2, the first response is correct by default
    weights    weight(o) e^(slope(o) t + bend(o) t^2), which need not sum to one
    reported   as two, but factor * score + shift is handed out as the score
    logits     as softmax with logits log p + slope t + bend t^2, for the second order
    run        the steps etas of a softmax policy, one after the other; K of them by default
    tokens     a softmax over tokens and its expected update
"""


def instance_of(given: Mapping[str, Any], shapes: tuple[str, ...]) -> Any:
    """The instance that the entries describe. Raises Unfit."""
    given = {name: x for name, x in given.items() if x not in ("", [])}
    shape = given.pop("shape", shapes[0])
    if shape not in shapes:
        raise Unfit(f"the shape is one of {', '.join(shapes)}, not {shape!r:.40}")
    needed, optional, build = SHAPES[shape]
    for name in needed:
        if name not in given:
            raise Unfit(f"{name} is missing: a policy of shape {shape} has {', '.join(needed)}")
    for name in given:
        if name not in (*needed, *optional):
            raise Unfit(f"{name:.40} is nothing that a policy of shape {shape} has")
    entries = {name: _entry(name, x) for name, x in given.items()}
    rows = {name: x for name, x in entries.items() if isinstance(x, tuple) and name != "etas"}
    lengths = {len(x) for x in rows.values()}
    if len(lengths) > 1:
        raise Unfit("the lists have different lengths: one entry for each response")
    if entries.get("K", Fraction(0)).denominator > 1 or entries.get("K", 0) < 0:
        raise Unfit("K counts steps: 0, 1, 2, ...")
    if shape in ("two", "reported") and lengths - {2}:
        raise Unfit("there are two responses")
    for name in ("p", "weights", "odds"):
        if any(x <= 0 for x in _all(entries.get(name, ()))):
            raise Unfit(f"{name} must be positive")
    return build(entries)


def _all(entry: Any) -> tuple[Fraction, ...]:
    return entry if isinstance(entry, tuple) else (entry,)


def _entry(name: str, given: Any) -> Any:
    if name not in ROWS:
        return number(given, name)
    if not isinstance(given, list) or not 1 <= len(given) <= MOST:
        raise Unfit(f"{name} is a list of 1 to {MOST} numbers")
    return tuple(number(x, name) for x in given)


def number(given: Any, name: str) -> Fraction:
    """An exact rational number. Raises Unfit."""
    try:
        found = value(students_expression(given, name), {})
    except (Undefined, Unknown) as error:
        raise Unfit(f"{name} has no value: {error}") from error
    if not isinstance(found, Fraction):
        raise Unfit(f"{name} is a rational number, such as 1/3")
    digits = max(len(str(abs(found.numerator))), len(str(found.denominator)))
    if abs(found) > LARGEST or digits > DIGITS:
        raise Unfit(f"{name} is at most {LARGEST} in size and has at most {DIGITS} digits")
    return found


# -- what is said ----------------------------------------------------------------------------------


def well_done(statement: Statement, found: Counter) -> str:
    """How the hypotheses are known to hold, and the sides of what fails."""
    sampled = [name for name, truth in found.hypotheses.items() if truth is Truth.SAMPLED]
    known = f" ({', '.join(sampled)} as sampled)" if sampled else ""
    failed = [shown(one) for one in compare(statement, found.values) if one.holds is False]
    fails = f"fails: {'; '.join(failed)}" if failed else "has no value"
    return f"every hypothesis holds{known}, and the conclusion {fails}. Well done"


def unkept(statement: Statement, found: Counter) -> Iterator[str]:
    """Each hypothesis that is not kept, with a place where it fails if there is one."""
    for hypothesis in statement.hypotheses:
        truth = found.hypotheses[hypothesis.name]
        if truth.kept:
            continue
        said = f"hypothesis {hypothesis.name} is {truth}"
        if truth is Truth.FALSE:
            with ball_precision(BITS):
                where = place(hypothesis.formula, found.values)
            said = f"hypothesis {hypothesis.name} fails: {where}"
        yield f"{said} ({hypothesis.meaning})"


def place(formula: Formula, values: Values) -> str:
    """Where a false formula is false: the elements, and the two sides there."""
    match formula.op:
        case "and":
            return next(
                (place(p, values) for p in formula.args if decide(p, values) is Truth.FALSE),
                written(formula),
            )
        case "implies":
            return place(formula.args[1], values)
        case "forall":
            index, body = formula.args
            name = str(index.data)
            for element in values[index.sort.name]:
                inner = {**values, name: element}
                if decide(body, inner) is Truth.FALSE:
                    return f"at {name} = {_short(element)}: {place(body, inner)}"
        case "le" | "lt" | "eq":
            left, right = (evaluate(side, values, BALLS) for side in formula.args)
            numbers = f"{_short(left)} {SIGNS[formula.op]} {_short(right)}"
            return f"{written(formula)} would be {numbers}"
    return written(formula)


def shown(one: Any) -> str:
    return f"{_short(one.measured)} {SIGNS[one.relation]} {_short(one.claimed)}"


def _short(x: Any) -> str:
    return str(x) if isinstance(x, int) else f"{float(getattr(x, 'mid', lambda: x)()):.4g}"
