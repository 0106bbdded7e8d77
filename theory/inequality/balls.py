"""Enclosures of an expression over a box, by interval arithmetic with ends in `flint.arb`.

An interval is a pair of exact numbers (low, high), either of which may be infinite. Every operation
is done in ball arithmetic and rounded outwards, so the result contains every true value.

``enclose`` is lenient: its interval contains the value at every point of the box at which the
expression is defined (log of [0, 1] is [-inf, 0]). That an expression is defined is a claim of its
own, see `theory.inequality.goals.obligations`. ``enclose_smooth`` is strict: None, unless the
expression is certainly defined and differentiable all over the box.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

from flint import arb, ctx, fmpq

from theory.inequality.expression import Expr

BITS = 128
"""Precision of the balls; every comparison is certified, whatever it is."""

LARGEST_EXPONENT = 1000
LARGEST_ANGLE = 2**60

Number: TypeAlias = Any
"""A `flint.arb` of radius 0, perhaps infinite."""

Interval: TypeAlias = tuple[Number, Number]

INFINITY = arb("inf")
WHOLE: Interval = (-INFINITY, INFINITY)


class Undefined(Exception):
    """Nowhere defined; or, in the strict mode, not certainly smooth all over the box."""


def ball_precision() -> Any:
    """A context in which balls have `BITS` bits."""
    return ctx.workprec(BITS)


def interval(low: Fraction | None, high: Fraction | None) -> Interval:
    """The interval between two fractions; None is an infinite end."""
    return (
        -INFINITY if low is None else rational(low).lower(),
        INFINITY if high is None else rational(high).upper(),
    )


def rational(value: Fraction) -> Number:
    return arb(fmpq(value.numerator, value.denominator))


# -- operations ------------------------------------------------------------------------------------


def outwards(low: Number, high: Number) -> Interval:
    """The ends rounded outwards; what is no number (inf - inf) tells us nothing."""
    low, high = low.lower(), high.upper()
    return (-INFINITY if low.is_nan() else low, INFINITY if high.is_nan() else high)


def add(x: Interval, y: Interval) -> Interval:
    return outwards(x[0] + y[0], x[1] + y[1])


def negative(x: Interval) -> Interval:
    return -x[1], -x[0]


def times(a: Number, b: Number) -> Number:
    """The product; 0 times an infinite end is 0, because the end stands for finite numbers."""
    return arb(0) if a.is_zero() or b.is_zero() else a * b


def multiply(x: Interval, y: Interval) -> Interval:
    if x[0] >= 0 and y[0] >= 0:
        return outwards(times(x[0], y[0]), times(x[1], y[1]))
    products = [outwards(p, p) for p in (times(a, b) for a in x for b in y)]
    return least(p[0] for p in products), greatest(p[1] for p in products)


def least(numbers: Any) -> Number:
    found = INFINITY
    for number in numbers:
        found = number if number < found else found
    return found


def greatest(numbers: Any) -> Number:
    return -least(-number for number in numbers)


def inverse(x: Interval, strict: bool) -> Interval:
    """1/x. An end 0 is left out: there the quotient is not defined."""
    low, high = x
    if low > 0 or high < 0:
        return outwards(1 / high, 1 / low)
    if strict or (low.is_zero() and high.is_zero()):
        raise Undefined
    if low.is_zero():
        return (1 / high).lower(), INFINITY
    if high.is_zero():
        return -INFINITY, (1 / low).upper()
    return WHOLE


def power(x: Interval, n: int, strict: bool) -> Interval:
    if abs(n) > LARGEST_EXPONENT:
        raise Undefined
    if n < 0:
        return inverse(power(x, -n, strict), strict)
    if n % 2 == 1:
        return outwards(x[0] ** n, x[1] ** n)
    if n == 0:
        return arb(1), arb(1)
    size = absolute(x, False)
    return outwards(size[0] ** n, size[1] ** n)


def exponential(x: Interval) -> Interval:
    low, high = (end.exp() for end in x)
    return outwards(low if low > 0 else arb(0), high)


def logarithm(x: Interval, strict: bool) -> Interval:
    low, high = x
    if high <= 0 or (strict and not low > 0):
        raise Undefined
    return outwards(low.log() if low > 0 else -INFINITY, high.log())


def root(x: Interval, strict: bool) -> Interval:
    """sqrt x; strict: x > 0, for at 0 the root has no derivative."""
    low, high = x
    if high < 0 or (strict and not low > 0):
        raise Undefined
    return outwards(low.sqrt() if low > 0 else arb(0), high.sqrt())


def absolute(x: Interval, strict: bool) -> Interval:
    if x[0] >= 0:
        return x
    if x[1] <= 0:
        return negative(x)
    if strict:
        raise Undefined
    return arb(0), greatest((-x[0], x[1]))


def extreme(x: Interval, y: Interval, pick: Callable[[Any], Number], strict: bool) -> Interval:
    """The minimum or maximum of two; strict: one of them is it all over the box."""
    if strict and not (x[1] <= y[0] or y[1] <= x[0]):
        raise Undefined
    return pick((x[0], y[0])), pick((x[1], y[1]))


def wave(x: Interval, op: str) -> Interval:
    """cos or sin: the values at the ends, and 1 or -1 if a crest or trough may lie between. With
    "_pi" the angle is in units of pi, and sin is 0 at whole numbers exactly."""
    if not (x[0] > -LARGEST_ANGLE and x[1] < LARGEST_ANGLE) or x[1] - x[0] > 7:
        return arb(-1), arb(1)
    shift = arb(0) if op.startswith("cos") else arb(fmpq(1, 2))
    half_turn = arb(1) if op.endswith("_pi") else arb.pi()
    first = (x[0] / half_turn - shift).lower().ceil()
    last = (x[1] / half_turn - shift).upper().floor()
    ends = [outwards(v, v) for v in (getattr(end, op)() for end in x)]
    low, high = least(e[0] for e in ends), greatest(e[1] for e in ends)
    k = int(first.unique_fmpz())
    for crossing in range(k, k + 4):
        if last >= crossing:
            low, high = (low, arb(1)) if crossing % 2 == 0 else (arb(-1), high)
    return greatest((low, arb(-1))), least((high, arb(1)))


# -- expressions -----------------------------------------------------------------------------------


def apply(node: Expr, x: Sequence[Interval], strict: bool) -> Interval:
    """The operation of a node that is no variable, on the intervals of its arguments."""
    match node.op:
        case "const":
            value = rational(Fraction(node.value or 0))
            return value.lower(), value.upper()
        case "pi":
            return arb.pi().lower(), arb.pi().upper()
        case "neg":
            return negative(x[0])
        case "div":
            return multiply(x[0], inverse(x[1], strict))
        case "pow":
            return power(x[0], int(node.value or 0), strict)
        case "exp":
            return exponential(x[0])
        case "log":
            return logarithm(x[0], strict)
        case "sqrt":
            return root(x[0], strict)
        case "abs":
            return absolute(x[0], strict)
        case "sin" | "cos" | "sin_pi" | "cos_pi":
            return wave(x[0], node.op)
        case _:
            found = x[0]
            for other in x[1:]:
                found = join(node.op, found, other, strict)
            return found


def join(op: str, x: Interval, y: Interval, strict: bool) -> Interval:
    if op == "add":
        return add(x, y)
    if op == "mul":
        return multiply(x, y)
    return extreme(x, y, least if op == "min" else greatest, strict)


Tape: TypeAlias = tuple[tuple[Expr, tuple[int, ...]], ...]


@lru_cache(maxsize=2048)
def tape(expressions: tuple[Expr, ...]) -> tuple[Tape, tuple[int, ...]]:
    """The distinct nodes in order of evaluation, and where each expression's value ends up. sin and
    cos of a multiple of pi become sin_pi and cos_pi, which no expression has."""
    places: dict[object, int] = {}
    steps: list[tuple[Expr, tuple[int, ...]]] = []
    seen: dict[int, int] = {}
    kept: list[Expr] = []  # an id is of a living node

    def visit(node: Expr) -> int:
        if id(node) in seen:
            return seen[id(node)]
        whole = node
        if node.op in ("sin", "cos") and (angle := in_turns(node.args[0])) is not None:
            node = Expr(f"{node.op}_pi", (angle,))  # type: ignore[arg-type]
            kept.append(node)
        inner = tuple(visit(arg) for arg in node.args)
        key = (node.op, node.value, inner)
        if key not in places:
            places[key] = len(steps)
            steps.append((node, inner))
        return seen.setdefault(id(whole), places[key])

    outputs = tuple(visit(e) for e in expressions)
    return tuple(steps), outputs


def in_turns(angle: Expr) -> Expr | None:
    """The angle divided by pi; None: it is no sum of multiples of pi."""
    match angle.op:
        case "pi":
            return Expr("const", (), Fraction(1))
        case "const" if angle.value == 0:
            return angle
        case "neg" | "add":
            found = [in_turns(arg) for arg in angle.args]
            known = tuple(e for e in found if e is not None)
            return Expr(angle.op, known) if len(known) == len(found) else None
        case "div":
            above = in_turns(angle.args[0])
            return None if above is None else Expr("div", (above, angle.args[1]))
        case "mul":
            for i, arg in enumerate(angle.args):
                one = in_turns(arg)
                if one is not None:
                    return Expr("mul", (*angle.args[:i], one, *angle.args[i + 1 :]))
    return None


def evaluate_tape(
    program: tuple[Tape, tuple[int, ...]], box: Mapping[str, Interval], strict: bool = False
) -> tuple[Interval, ...]:
    """Intervals of the expressions of a tape. Undefined: see the exception."""
    steps, outputs = program
    found: list[Interval] = []
    for node, inner in steps:
        if node.op == "var":
            found.append(box[str(node.value)])
        else:
            found.append(apply(node, [found[i] for i in inner], strict))
    return tuple(found[i] for i in outputs)


def enclose(expression: Expr, box: Mapping[str, Interval]) -> Interval | None:
    """All values on the box, where the expression is defined; None: defined nowhere on it."""
    try:
        return evaluate_tape(tape((expression,)), box)[0]
    except Undefined:
        return None


def enclose_smooth(
    expressions: Sequence[Expr], box: Mapping[str, Interval]
) -> tuple[Interval, ...] | None:
    """All values on the box, if the expressions are certainly defined and smooth on all of it."""
    try:
        return evaluate_tape(tape(tuple(expressions)), box, strict=True)
    except Undefined:
        return None
