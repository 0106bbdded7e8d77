"""The smallest box that assumptions leave, by forward and backward passes (HC4).

A range is a `Side` without a name. Its ends are exact fractions, rounded outwards where a value is
irrational or has too many digits, and it knows which ends are left out: 1/x is above 0 for x > 0.
Forward, the range of each node follows from those of its arguments; backward, the range of an
argument from those of the node and of the other arguments. Every point of the box at which the
assumptions are defined and hold stays.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from math import inf, isqrt
from typing import Any

from flint import arb

from theory.inequality import balls
from theory.inequality.balls import Interval, tape
from theory.inequality.expression import Comparison, Expr

PASSES = 8
"""So often at most are all assumptions gone through."""

GAIN = Fraction(19, 20)
"""A pass that leaves no range narrower than this share of what it was is the last."""

DIGITS = 200
"""Bits of a numerator or denominator; longer ends are rounded outwards."""

FAR = Fraction(2**100)
"""Ends beyond are moved to it or to infinity: they would grow from pass to pass."""

LARGEST = 700
"""Exponents of exp beyond this are not evaluated."""

End = tuple[Any, bool]
"""A fraction or an infinite float, and whether it is left out."""


@dataclass(frozen=True, slots=True)
class Side:
    """The range of a variable. None: infinite, and then open."""

    name: str
    low: Fraction | None = None
    high: Fraction | None = None
    low_open: bool = True
    high_open: bool = True

    def empty(self) -> bool:
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.low_open or self.high_open))

    def closure(self) -> Interval:
        return balls.interval(self.low, self.high)


Box = tuple[Side, ...]


ALL = Side("")
POSITIVE = Side("", Fraction(0), None, True, True)
NOT_NEGATIVE = Side("", Fraction(0), None, False, True)
UNIT = Side("", Fraction(-1), Fraction(1), False, False)
EMPTY = Side("", Fraction(1), Fraction(0), False, False)


class Contradiction(Exception):
    """No point of the box satisfies the assumptions."""


# -- ends ------------------------------------------------------------------------------------------


def lower(x: Side) -> End:
    return (-inf, True) if x.low is None else (x.low, x.low_open)


def upper(x: Side) -> End:
    return (inf, True) if x.high is None else (x.high, x.high_open)


def between(low: End, high: End) -> Side:
    """The range with these ends, rounded outwards where they are long."""
    a = low[0] if low[0] == -inf else _shorter(low[0], -1)
    b = high[0] if high[0] == inf else _shorter(high[0], 1)
    return Side(
        "",
        None if a == -inf else a,
        None if b == inf else b,
        low[1] or a == -inf,
        high[1] or b == inf,
    )


def _shorter(x: Fraction, towards: int) -> Any:
    """The fraction, or a shorter one below it (-1) or above it (1), infinite beyond FAR."""
    if abs(x) > FAR:
        return (FAR if x > 0 else -inf) if towards < 0 else (inf if x > 0 else -FAR)
    bits = max(x.numerator.bit_length(), x.denominator.bit_length())
    if bits <= DIGITS:
        return x
    shift = DIGITS // 2 - x.numerator.bit_length() + x.denominator.bit_length()
    scaled = x * Fraction(2) ** shift
    whole = scaled.numerator // scaled.denominator
    return Fraction(whole + (towards > 0)) / Fraction(2) ** shift


def meet(x: Side, y: Side) -> Side:
    """What two ranges have in common. Contradiction: nothing."""
    low = max(lower(x), lower(y))
    high = min(upper(x), upper(y), key=lambda end: (end[0], not end[1]))
    found = replace(between(low, high), name=x.name)
    if found.empty():
        raise Contradiction
    return found


def has_zero(x: Side) -> bool:
    return lower(x) <= (0, False) and not upper(x)[0] < 0 and upper(x) != (0, True)


# -- operations ------------------------------------------------------------------------------------


def add(x: Side, y: Side) -> Side:
    ends = ((a[0] + b[0], a[1] or b[1]) for a, b in zip(_ends(x), _ends(y), strict=True))
    return between(*ends)


def _ends(x: Side) -> tuple[End, End]:
    return lower(x), upper(x)


def negative(x: Side) -> Side:
    (a, a_open), (b, b_open) = _ends(x)
    return between((-b, b_open), (-a, a_open))


def multiply(x: Side, y: Side) -> Side:
    """The extreme products are those of ends. One other than 0 is attained at ends alone; 0 is
    attained where a factor may be 0."""
    zero_open = not (has_zero(x) or has_zero(y))
    products = [_product(a, b, zero_open) for a in _ends(x) for b in _ends(y)]
    return between(min(products), max(products, key=lambda end: (end[0], not end[1])))


def _product(a: End, b: End, zero_open: bool) -> End:
    if a[0] == 0 or b[0] == 0:
        return Fraction(0), zero_open
    return a[0] * b[0], a[1] or b[1]


def inverse(x: Side) -> Side:
    """1/x, where x is not 0."""
    (a, a_open), (b, b_open) = _ends(x)
    if a >= 0:
        return between(_reciprocal(b, b_open, inf), _reciprocal(a, a_open, inf))
    if b <= 0:
        return between(_reciprocal(b, b_open, -inf), _reciprocal(a, a_open, -inf))
    return ALL


def _reciprocal(x: Any, is_open: bool, at_zero: float) -> End:
    if x == 0:
        return at_zero, True
    return (Fraction(0), True) if abs(x) == inf else (1 / x, is_open)


def absolute(x: Side) -> Side:
    if lower(x)[0] >= 0:
        return x
    if upper(x)[0] <= 0:
        return negative(x)
    low = (Fraction(0), not has_zero(x))
    return between(low, max(upper(x), upper(negative(x)), key=lambda end: (end[0], not end[1])))


def power(x: Side, n: int) -> Side:
    if n < 0:
        return inverse(power(x, -n))
    if n == 0 or n > 64:
        return NOT_NEGATIVE if n % 2 == 0 else ALL
    y = absolute(x) if n % 2 == 0 else x
    return between(*((a**n, a_open) for a, a_open in _ends(y)))


def root(x: Side, n: int) -> Side:
    """The real n-th root; of the part that is not negative, if n is even."""
    if n == 1:
        return x
    if n % 2 == 0:
        x = meet(x, NOT_NEGATIVE)
    return monotone(x, lambda a: _root(a, n))


def _root(x: Fraction, n: int) -> tuple[Fraction, Fraction]:
    if x < 0:
        low, high = _root(-x, n)
        return -high, -low
    top, under = _exact_root(x.numerator, n), _exact_root(x.denominator, n)
    if top is not None and under is not None:
        return Fraction(top, under), Fraction(top, under)
    number = balls.rational(x)
    return _fractions(number.root(n) if n > 2 else number.sqrt())


def _exact_root(x: int, n: int) -> int | None:
    found = isqrt(x) if n == 2 else round(x ** (1 / n)) if x < 2**50 else -1
    return found if found**n == x else None


def exponential(x: Side) -> Side:
    return meet(monotone(x, _exp), POSITIVE)


def _exp(x: Fraction) -> tuple[Any, Any]:
    if x == 0:
        return Fraction(1), Fraction(1)
    if x > LARGEST:
        return _exp(Fraction(LARGEST))[0], inf
    if x < -LARGEST:
        return Fraction(0), _exp(Fraction(-LARGEST))[1]
    return _fractions(balls.rational(x).exp())


def logarithm(x: Side) -> Side:
    return monotone(meet(x, POSITIVE), _log)


def _log(x: Fraction) -> tuple[Any, Any]:
    if x == 0:
        return -inf, -inf
    return (Fraction(0), Fraction(0)) if x == 1 else _fractions(balls.rational(x).log())


def monotone(x: Side, function: Callable[[Fraction], tuple[Any, Any]]) -> Side:
    """The image under an increasing function, given by bounds of its values."""
    low, high = (-inf, True), (inf, True)
    if x.low is not None:
        low = function(x.low)[0], x.low_open
    if x.high is not None:
        high = function(x.high)[1], x.high_open
    return between(low, high)


def _fractions(ball: Any) -> tuple[Any, Any]:
    """Fractions below and above a ball."""
    low, high = ball.lower(), ball.upper()
    if not (low.is_finite() and high.is_finite()):
        return -inf, inf
    return _fraction(low), _fraction(high)


def _fraction(number: Any) -> Fraction:
    exact = number.fmpq()
    return Fraction(int(exact.p), int(exact.q))


def _closed(found: tuple[Any, Any]) -> Side:
    """The range of an interval in balls."""
    low, high = found
    return between(
        (_fraction(low), False) if low.is_finite() else (-inf, True),
        (_fraction(high), False) if high.is_finite() else (inf, True),
    )


def least(x: Side, y: Side) -> Side:
    return between(
        min(lower(x), lower(y)), min(upper(x), upper(y), key=lambda end: (end[0], not end[1]))
    )


def greatest(x: Side, y: Side) -> Side:
    return negative(least(negative(x), negative(y)))


def point(x: Fraction) -> Side:
    return between((x, False), (x, False))


# -- forward ---------------------------------------------------------------------------------------


def forward(node: Expr, x: list[Side]) -> Side:
    """The range of a node that is no variable. Contradiction: it is nowhere defined."""
    match node.op:
        case "const":
            return point(Fraction(node.value or 0))
        case "pi":
            return _closed((arb.pi().lower(), arb.pi().upper()))
        case "neg":
            return negative(x[0])
        case "add":
            return reduce(add, x)
        case "mul":
            return reduce(multiply, x)
        case "div":
            return multiply(x[0], inverse(nonzero(x[1])))
        case "pow":
            n = int(node.value or 0)
            return power(nonzero(x[0]) if n < 0 else x[0], n)
        case "exp":
            return exponential(x[0])
        case "log":
            return logarithm(x[0])
        case "sqrt":
            return root(x[0], 2)
        case "abs":
            return absolute(x[0])
        case "min":
            return reduce(least, x)
        case "max":
            return reduce(greatest, x)
    return _closed(balls.wave(x[0].closure(), node.op))


def nonzero(x: Side) -> Side:
    """The range without 0, where 0 is an end."""
    if x.low == 0 == x.high:
        raise Contradiction
    return replace(x, low_open=x.low_open or x.low == 0, high_open=x.high_open or x.high == 0)


def ranges(steps: Any, box: dict[str, Side]) -> list[Side]:
    found: list[Side] = []
    for node, inner in steps:
        if node.op == "var":
            found.append(box[str(node.value)])
        else:
            found.append(forward(node, [found[i] for i in inner]))
    return found


def range_of(e: Expr, box: Box) -> Side | None:
    """All values on the box, where the expression is defined; None: it is nowhere defined."""
    steps, outputs = tape((e,))
    try:
        return ranges(steps, {side.name: side for side in box})[outputs[0]]
    except Contradiction:
        return None


# -- backward --------------------------------------------------------------------------------------


def backward(node: Expr, whole: Side, x: list[Side]) -> list[Side]:
    """The ranges of the arguments, given the range of the node."""
    match node.op:
        case "neg":
            return [meet(x[0], negative(whole))]
        case "add":
            return [meet(a, add(whole, negative(_others(add, x, i)))) for i, a in enumerate(x)]
        case "mul":
            return [meet(a, _divided(whole, _others(multiply, x, i))) for i, a in enumerate(x)]
        case "div":
            below = nonzero(x[1])
            above = meet(x[0], multiply(whole, below))
            return [above, meet(below, _divided(above, whole))]
        case "pow":
            return [_base(whole, x[0], int(node.value or 0))]
        case "exp":
            return [meet(x[0], logarithm(whole))]
        case "log":
            return [meet(x[0], exponential(whole))]
        case "sqrt":
            return [meet(x[0], power(meet(whole, NOT_NEGATIVE), 2))]
        case "abs":
            return [_of_size(x[0], meet(whole, NOT_NEGATIVE))]
        case "min":
            return [meet(a, _above(whole, _others(least, x, i))) for i, a in enumerate(x)]
        case "max":
            turned = backward(Expr("min"), negative(whole), [negative(a) for a in x])
            return [negative(a) for a in turned]
    return x


def _others(join: Callable[[Side, Side], Side], x: list[Side], i: int) -> Side:
    return reduce(join, (*x[:i], *x[i + 1 :]))


def _divided(whole: Side, factor: Side) -> Side:
    """All a with a * b in the range `whole` for a b in the range `factor`."""
    if has_zero(factor):
        if has_zero(whole):
            return ALL
        factor = nonzero(factor)
    return multiply(whole, inverse(factor))


def _base(whole: Side, x: Side, n: int) -> Side:
    """All a in x with a^n in the range."""
    if n < 0:
        return _base(inverse(nonzero(whole)), nonzero(x), -n)
    if n == 0 or n > 64:
        return x
    if n % 2 == 1:
        return meet(x, root(whole, n))
    return _of_size(x, root(meet(whole, NOT_NEGATIVE), n))


def _of_size(x: Side, size: Side) -> Side:
    """All a in x with |a| in the range, which is not negative."""
    try:
        right = meet(x, size)
    except Contradiction:
        return meet(x, negative(size))
    try:
        left = meet(x, negative(size))
    except Contradiction:
        return right
    return between(lower(left), upper(right))


def _above(whole: Side, others: Side) -> Side:
    """All a with min(a, b) in the range for a b among the others."""
    certain = lower(others)[0] > upper(whole)[0]
    return between(lower(whole), upper(whole) if certain else (inf, True))


# -- the box ---------------------------------------------------------------------------------------


def contracted(box: Box, assume: Iterable[Comparison]) -> Box:
    """A box in which all points of the box lie that satisfy the assumptions. Where there are none,
    one of its sides is empty."""
    programs = [(c.sign, *tape((c.left, c.right))) for c in assume]
    sides = {side.name: side for side in box}
    try:
        for _ in range(PASSES):
            before = dict(sides)
            for sign, steps, outputs in programs:
                _revise(sign, steps, outputs, sides)
            if not any(_narrower(sides[name], before[name]) for name in sides):
                break
    except Contradiction:
        return tuple(replace(EMPTY, name=side.name) for side in box)
    return tuple(sides.values())


def _revise(sign: str, steps: Any, outputs: tuple[int, ...], sides: dict[str, Side]) -> None:
    """One comparison, forward and backward; the sides are narrowed in place."""
    found = ranges(steps, sides)
    left, right = outputs
    (low, low_open), (high, high_open) = lower(found[left]), upper(found[right])
    strict = sign == "<"
    found[left] = meet(found[left], between((-inf, True), (high, high_open or strict)))
    found[right] = meet(found[right], between((low, low_open or strict), (inf, True)))
    if sign == "==":
        found[left] = found[right] = meet(found[left], found[right])
    for at in reversed(range(len(steps))):
        node, inner = steps[at]
        if node.op == "var":
            name = str(node.value)
            sides[name] = replace(meet(sides[name], found[at]), name=name)
        elif inner:
            narrowed = backward(node, found[at], [found[i] for i in inner])
            for i, side in zip(inner, narrowed, strict=True):
                found[i] = meet(found[i], side)


def _narrower(now: Side, before: Side) -> bool:
    """Whether a range became finite, or shorter by a share worth another pass."""
    if (now.low is None, now.high is None) != (before.low is None, before.high is None):
        return True
    if now.low is None or now.high is None or before.low is None or before.high is None:
        return (now.low, now.high) != (before.low, before.high)
    return now.high - now.low < GAIN * (before.high - before.low)


def holds_on(comparison: Comparison, box: Box) -> bool:
    """Whether the ranges say that the comparison holds all over the box, where it is defined."""
    left, right = range_of(comparison.left, box), range_of(comparison.right, box)
    if left is None or right is None or comparison.sign == "==":
        return False
    (a, a_open), (b, b_open) = upper(left), lower(right)
    return bool(a < b or (a == b and (comparison.sign == "<=" or a_open or b_open)))
