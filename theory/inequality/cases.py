"""What a real power means, as questions without one.

    b^y = exp(y*log(b))  where b > 0
        = 0              where b = 0 < y
        = 1              where b = 0 = y, as b**0 is

and it is undefined elsewhere. ``cases`` replaces every real power: one question for each way in
which it can have a value, and one that says that it has a value. Together they imply the question.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from theory.inequality.algebra import TooLarge
from theory.inequality.balls import Interval, ball_precision, enclose
from theory.inequality.contract import Side
from theory.inequality.expression import Comparison, Expr, Question, variables
from theory.inequality.goals import cut, slack

ZERO, ONE = (Expr("const", (), Fraction(n)) for n in (0, 1))
FALSE = Comparison(ONE, "<=", ZERO)
MOST = 64
"""Questions that may come of one."""

PARTIAL = ("div", "log", "sqrt", "real_power", "pow")


class TooManyCases(ValueError):
    """More than MOST."""


def cases(question: Question) -> tuple[Question, ...]:
    """Questions without real powers that together imply this one; itself where it has none. Raises
    TooManyCases."""
    waiting, found = [question], []
    while waiting:
        one = waiting.pop()
        power = next(iter(_powers(one)), None)
        if power is None:
            found.append(one)
        else:
            with ball_precision():
                waiting += reversed(list(_split(one, power)))
        if len(waiting) + len(found) > MOST:
            raise TooManyCases(f"real powers make more than {MOST} cases")
    return tuple(dict.fromkeys(found))


def has_power(question: Question) -> bool:
    return next(iter(_powers(question)), None) is not None


def _split(question: Question, power: Expr) -> Iterator[Question]:
    """The cases of one power whose base and exponent have none inside."""
    base, exponent = power.args
    signs = Signs(question)
    split = _factors(base, signs)
    factors = [(base, 1)] if split is None else split
    positive = tuple(Comparison(ZERO, "<", f) for f, _ in factors if signs.of(f) != "positive")
    logs = [_times(n, Expr("log", (f,))) for f, n in factors]
    whole = logs[0] if len(logs) == 1 else Expr("add", tuple(logs))
    yield _given(question, positive, power, Expr("exp", (Expr("mul", (exponent, whole)),)))
    if signs.of(base) != "positive":
        zero = [
            Comparison(f, "==", ZERO) for f, n in factors if n > 0 and signs.of(f) != "positive"
        ]
        for at_zero in zero:
            for condition, value in _at_zero(exponent, signs):
                yield _given(question, (at_zero, *condition), power, value)
    if any(power in _inside(side) for c in question.assume for side in (c.left, c.right)):
        return  # where an assumption has no value it does not hold
    if any(e.op in PARTIAL for side in power.args for e in _inside(side)):
        defined = tuple(Comparison(side, "<=", side) for side in power.args)
        yield replace(question, claim=defined)
    if split is None and signs.of(base) is None:
        yield Question((*question.assume, Comparison(base, "<", ZERO)), (FALSE,))
    if signs.of(base) != "positive" and signs.of(exponent) is None:
        conditions = Comparison(base, "==", ZERO), Comparison(exponent, "<", ZERO)
        yield Question((*question.assume, *conditions), (FALSE,))


def _at_zero(exponent: Expr, signs: Signs) -> Iterator[tuple[tuple[Comparison, ...], Expr]]:
    """Conditions on the exponent, and the power of 0."""
    if isinstance(exponent.value, Fraction):
        if exponent.value >= 0:
            yield (), ZERO if exponent.value > 0 else ONE
    elif signs.of(exponent) == "positive":
        yield (), ZERO
    else:
        yield (Comparison(ZERO, "<", exponent),), ZERO
        yield (Comparison(exponent, "==", ZERO),), ONE


def _given(question: Question, more: tuple[Comparison, ...], power: Expr, value: Expr) -> Question:
    """The question with more assumed, and the value in the place of the power."""
    assume, claim = (
        tuple(
            Comparison(_put(c.left, power, value), c.sign, _put(c.right, power, value)) for c in g
        )
        for g in (question.assume, question.claim)
    )
    return Question((*assume, *more), claim)


def _put(e: Expr, power: Expr, value: Expr) -> Expr:
    if e == power:
        return value
    return replace(e, args=tuple(_put(arg, power, value) for arg in e.args)) if e.args else e


def _times(n: int, e: Expr) -> Expr:
    return e if n == 1 else Expr("mul", (Expr("const", (), Fraction(n)), e))


def _inside(e: Expr) -> Iterator[Expr]:
    """All nodes, inner ones first."""
    for arg in e.args:
        yield from _inside(arg)
    yield e


def _powers(question: Question) -> Iterator[Expr]:
    for comparison in (*question.assume, *question.claim):
        for side in (comparison.left, comparison.right):
            yield from (e for e in _inside(side) if e.op == "real_power")


def _factors(base: Expr, signs: Signs) -> list[tuple[Expr, int]] | None:
    """The base as a product of powers of what is nowhere negative; None where it is none."""
    match base.op:
        case "mul":
            inner = [_factors(arg, signs) for arg in base.args]
            return None if None in inner else [f for one in inner for f in one or ()]
        case "div":
            above, below = (_factors(arg, signs) for arg in base.args)
            return None if above is None or below is None else [*above, *_raised(below, -1)]
        case "pow" if int(base.value or 0) != 0:
            inside = _factors(base.args[0], signs)
            if inside is not None:
                return _raised(inside, int(base.value or 0))
    return None if signs.of(base) is None else [(base, 1)]


def _raised(factors: list[tuple[Expr, int]], n: int) -> list[tuple[Expr, int]]:
    return [(f, n * m) for f, m in factors]


# -- signs that can be read off --------------------------------------------------------------------


class Signs:
    """What the assumptions say of the sign of an expression, wherever it is defined."""

    def __init__(self, question: Question) -> None:
        plain = tuple(
            c
            for c in question.assume
            if not any(e.op == "real_power" for s in (c.left, c.right) for e in _inside(s))
        )
        box = cut(tuple(Side(name) for name in variables(question)), plain)
        self.box: dict[str, Interval] = {side.name: side.closure() for side in box}
        self.open = {s.name for s in box if s.low == 0 and s.low_open}
        self.known: dict[Expr, bool] = {}
        for comparison in plain:
            if comparison.sign != "==":
                strict = comparison.sign == "<"
                form = slack(comparison)
                self.known[form] = strict or self.known.get(form, False)

    def of(self, e: Expr) -> str | None:
        """ "positive", "not negative" or None: neither is known."""
        if self._positive(e):
            return "positive"
        return "not negative" if self._not_negative(e) else None

    def _form(self, e: Expr) -> bool | None:
        try:
            return self.known.get(slack(Comparison(ZERO, "<=", e)))
        except TooLarge:
            return None

    def _positive(self, e: Expr) -> bool:
        match e.op:
            case "exp" | "pi":
                return True
            case "var" if e.value in self.open:
                return True
            case "mul" | "div" | "sqrt" | "min" if all(map(self._positive, e.args)):
                return True
            case "pow" | "real_power" if self._positive(e.args[0]):
                return True
            case "add" if any(map(self._positive, e.args)):
                if all(map(self._not_negative, e.args)):
                    return True
        if any(inner.op == "real_power" for inner in _inside(e)):
            return False
        if self._form(e):
            return True
        found = enclose(e, self.box)
        return found is not None and bool(found[0] > 0)

    def _not_negative(self, e: Expr) -> bool:
        if self._positive(e) or e.op in ("sqrt", "abs", "real_power"):
            return True
        if e.op == "pow" and int(e.value or 0) % 2 == 0:
            return True
        if e.op in ("add", "mul", "div", "pow", "min") and all(map(self._not_negative, e.args)):
            return True
        if any(inner.op == "real_power" for inner in _inside(e)):
            return False
        found = enclose(e, self.box)
        return self._form(e) is not None or (found is not None and bool(found[0] >= 0))
