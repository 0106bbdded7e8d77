"""New expressions out of old ones: sums and products that simplify themselves, substitution,
derivatives, one fraction.

Rewriting rule: the new expression equals the old one wherever the old one is defined. It may be
defined at more points (u/u becomes 1); that the claim is defined is proved separately.

Forms of first and second order: what a gradient and a Hessian say about a function on a box.

Derivatives are expressions, enclosed over the box like any other; nothing is differentiated across
a kink, for the enclosures are strict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache, reduce
from math import isqrt

from theory.inequality import balls
from theory.inequality.balls import Interval, enclose, enclose_smooth
from theory.inequality.expression import Expr

MOST_NODES = 1000
"""Larger expressions are refused with `TooLarge`."""


class TooLarge(Exception):
    """A derivative or a common denominator outgrew `MOST_NODES`."""


def const(value: Fraction | int) -> Expr:
    return Expr("const", (), Fraction(value))


def var(name: str) -> Expr:
    return Expr("var", (), name)


ZERO, ONE = const(0), const(1)


def value(e: Expr) -> Fraction | None:
    """The number, if the expression is one."""
    return Fraction(e.value) if e.op == "const" and e.value is not None else None


def add(*terms: Expr) -> Expr:
    """The sum: numbers are added up, equal terms cancel or gather."""
    flat: list[tuple[Expr, Fraction]] = []
    for term in terms:
        for inner in term.args if term.op == "add" else (term,):
            rest, factor = coefficient(inner)
            for i, (other, before) in enumerate(flat):
                if other == rest:
                    flat[i] = (other, before + factor)
                    break
            else:
                flat.append((rest, factor))
    kept = [mul(const(c), e) for e, c in flat if c != 0]
    return ZERO if not kept else kept[0] if len(kept) == 1 else Expr("add", tuple(kept))


def coefficient(e: Expr) -> tuple[Expr, Fraction]:
    """e as factor times the rest."""
    number = value(e)
    if number is not None:
        return ONE, number
    if e.op == "neg":
        rest, factor = coefficient(e.args[0])
        return rest, -factor
    first = value(e.args[0]) if e.op == "mul" else None
    if first is None:
        return e, Fraction(1)
    if len(e.args) == 1:
        return ONE, first
    return (e.args[1] if len(e.args) == 2 else Expr("mul", e.args[1:])), first


def mul(*factors: Expr) -> Expr:
    """The product: numbers first, equal factors as a power, one exp. Instead of a/b: a b^-1."""
    number = Fraction(1)
    powers: list[tuple[Expr, int]] = []
    exponents: list[Expr] = []
    for factor in factors:
        rest, scale = coefficient(factor)
        number *= scale
        for inner in rest.args if rest.op == "mul" else (rest,):
            base, n = (inner.args[0], exponent(inner)) if inner.op == "pow" else (inner, 1)
            if base == ONE:
                continue
            if base.op == "exp":
                exponents.append(mul(const(n), base.args[0]))
                continue
            at = next((i for i, (other, _) in enumerate(powers) if other == base), None)
            if at is None:
                powers.append((base, n))
            else:
                powers[at] = (base, powers[at][1] + n)
    if number == 0:
        return ZERO
    kept = [power(base, n) for base, n in powers if n != 0]
    if exponents:
        kept.append(function("exp", add(*exponents)))
        kept = [e for e in kept if e != ONE]
    if number != 1 or not kept:
        kept.insert(0, const(number))
    return kept[0] if len(kept) == 1 else Expr("mul", tuple(kept))


def exponent(e: Expr) -> int:
    return int(e.value or 0)


def neg(e: Expr) -> Expr:
    return mul(const(-1), e)


def sub(a: Expr, b: Expr) -> Expr:
    return add(a, neg(b))


def div(a: Expr, b: Expr) -> Expr:
    return mul(a, power(b, -1))


def power(base: Expr, n: int) -> Expr:
    number = value(base)
    if n == 0:
        return ONE
    if n == 1:
        return base
    if number is not None and abs(n) <= 64 and (number != 0 or n > 0):
        return const(number**n)
    if base.op == "sqrt" and n % 2 == 0:
        return power(base.args[0], n // 2)
    if base.op == "abs" and n % 2 == 0:
        return power(base.args[0], n)
    if base.op == "exp":
        return function("exp", mul(const(n), base.args[0]))
    if base.op == "pow":
        return power(base.args[0], exponent(base) * n)
    if base.op == "mul":
        return mul(*(power(factor, n) for factor in base.args))
    return Expr("pow", (base,), n)


def function(op: str, *args: Expr) -> Expr:
    """exp, log, sqrt, sin, cos, abs, min or max, with its known values."""
    number = value(args[0]) if len(args) == 1 else None
    if number == 0 and op in ("sqrt", "sin", "abs"):
        return ZERO
    if number == 0 and op in ("exp", "cos"):
        return ONE
    if number == 1 and op in ("log", "sqrt"):
        return ZERO if op == "log" else ONE
    if number is not None and op == "abs":
        return const(abs(number))
    if op == "sqrt":
        outside = [_root(f) for f in (args[0].args if args[0].op == "mul" else args)]
        if None not in outside:
            return mul(*(f for f in outside if f is not None))
    if op == "log" and args[0].op == "exp":
        return args[0].args[0]
    if op == "exp" and args[0].op == "log":
        return args[0].args[0]
    return Expr(op, args)  # type: ignore[arg-type]


def _root(e: Expr) -> Expr | None:
    """sqrt e without a root: of square numbers and even powers."""
    number = value(e)
    if number is not None and number >= 0:
        found = Fraction(isqrt(number.numerator), isqrt(number.denominator))
        return const(found) if found**2 == number else None
    if e.op == "pow" and exponent(e) % 2 == 0:
        return power(function("abs", e.args[0]), exponent(e) // 2)
    return None


def rebuilt(e: Expr, args: tuple[Expr, ...]) -> Expr:
    """The node with other arguments, simplified."""
    match e.op:
        case "const" | "var" | "pi":
            return e
        case "add":
            return add(*args)
        case "mul":
            return mul(*args)
        case "neg":
            return neg(args[0])
        case "div":
            return div(*args)
        case "pow":
            return power(args[0], exponent(e))
        case _:
            return function(e.op, *args)


def substitute(e: Expr, values: Mapping[str, Expr]) -> Expr:
    """Every variable named replaced, and the result simplified."""
    if e.op == "var":
        return values.get(str(e.value), e)
    return rebuilt(e, tuple(substitute(arg, values) for arg in e.args))


def size(e: Expr) -> int:
    return 1 + sum(size(arg) for arg in e.args)


def limited(e: Expr) -> Expr:
    if size(e) > MOST_NODES:
        raise TooLarge
    return e


def mentions(e: Expr, name: str) -> bool:
    return e.value == name if e.op == "var" else any(mentions(arg, name) for arg in e.args)


# -- derivatives -----------------------------------------------------------------------------------


def settle(e: Expr, box: Mapping[str, Interval]) -> Expr:
    """abs, min and max replaced by the argument they equal on the box, where that is certain."""
    args = tuple(settle(arg, box) for arg in e.args)
    if e.op == "abs":
        found = enclose(args[0], box)
        if found is not None and found[0] >= 0:
            return args[0]
        if found is not None and found[1] <= 0:
            return neg(args[0])
    if e.op in ("min", "max"):
        return reduce(_settled(e.op, box), args)
    return rebuilt(e, args)


def _settled(op: str, box: Mapping[str, Interval]) -> Callable[[Expr, Expr], Expr]:
    def choose(a: Expr, b: Expr) -> Expr:
        x, y = enclose(a, box), enclose(b, box)
        if x is None or y is None or not (x[1] <= y[0] or y[1] <= x[0]):
            return Expr("min" if op == "min" else "max", (a, b))
        return a if bool(x[1] <= y[0]) == (op == "min") else b

    return choose


def differentiable(e: Expr) -> bool:
    """No abs, min or max is left. (Roots and quotients are a matter of the domain.)"""
    return e.op not in ("abs", "min", "max") and all(differentiable(arg) for arg in e.args)


@lru_cache(maxsize=2048)
def derivative(e: Expr, name: str) -> Expr:
    """d e/d name, of an expression that is `differentiable`. TooLarge: see there."""
    return limited(_derivative(substitute(e, {}), name))


def _derivative(e: Expr, name: str) -> Expr:
    if e.op == "var":
        return ONE if e.value == name else ZERO
    slopes = [_derivative(arg, name) for arg in e.args]
    if all(slope == ZERO for slope in slopes):
        return ZERO
    u = e.args[0]
    match e.op:
        case "add":
            return add(*slopes)
        case "mul":
            return add(
                *(mul(*e.args[:i], s, *e.args[i + 1 :]) for i, s in enumerate(slopes) if s != ZERO)
            )
        case "neg":
            return neg(slopes[0])
        case "pow":
            n = exponent(e)
            return mul(const(n), power(u, n - 1), slopes[0])
        case "exp":
            return mul(e, slopes[0])
        case "log":
            return div(slopes[0], u)
        case "sqrt":
            return div(slopes[0], mul(const(2), e))
        case "sin":
            return mul(Expr("cos", (u,)), slopes[0])
        case "cos":
            return mul(const(-1), Expr("sin", (u,)), slopes[0])
    raise ValueError(f"{e.op} has no derivative everywhere")


# -- one fraction ----------------------------------------------------------------------------------


def fraction(e: Expr) -> tuple[Expr, Expr]:
    """Numerator and denominator: e = N/D wherever e is defined. TooLarge: see there."""
    top, bottom = _fraction(substitute(e, {}))
    return limited(top), limited(bottom)


def _fraction(e: Expr) -> tuple[Expr, Expr]:
    match e.op:
        case "add":
            return reduce(_sum, map(_fraction, e.args))
        case "mul":
            parts = [_fraction(arg) for arg in e.args]
            return limited(mul(*(p for p, _ in parts))), limited(mul(*(q for _, q in parts)))
        case "neg":
            top, bottom = _fraction(e.args[0])
            return neg(top), bottom
        case "pow":
            top, bottom = _fraction(e.args[0])
            n = exponent(e)
            return (
                (power(top, n), power(bottom, n)) if n > 0 else (power(bottom, -n), power(top, -n))
            )
        case _:
            return e, ONE


def _sum(x: tuple[Expr, Expr], y: tuple[Expr, Expr]) -> tuple[Expr, Expr]:
    (a, b), (c, d) = x, y
    if b == d:
        return limited(add(a, c)), b
    return limited(add(mul(a, d), mul(c, b))), limited(mul(b, d))


def expand(e: Expr) -> Expr:
    """Products of sums multiplied out. TooLarge: see there."""
    if e.op in ("const", "var", "pi"):
        return e
    args = tuple(expand(arg) for arg in e.args)
    if e.op == "mul":
        return limited(reduce(_distribute, args))
    if e.op == "neg":
        return _distribute(const(-1), args[0])
    if e.op == "pow" and args[0].op == "add" and 1 < exponent(e) <= 12:
        return limited(reduce(_distribute, [args[0]] * exponent(e)))
    return limited(rebuilt(e, args))


def _distribute(a: Expr, b: Expr) -> Expr:
    left, right = (x.args if x.op == "add" else (x,) for x in (a, b))
    if len(left) * len(right) > MOST_NODES // 8:
        raise TooLarge
    return add(*(mul(x, y) for x in left for y in right))


def constant(e: Expr) -> Fraction | None:
    """The number that e equals wherever it is defined, if the rules above find that."""
    number = value(substitute(e, {}))
    if number is not None:
        return number
    try:
        top, _ = fraction(substitute(e, {}))
        return Fraction(0) if value(expand(top)) == 0 else None
    except TooLarge:
        return None


def affine(e: Expr) -> tuple[dict[str, Fraction], Expr]:
    """The expanded sum as rational multiples of variables, and the rest."""
    numbers: dict[str, Fraction] = {}
    rest = []
    whole = expand(e)
    for term in whole.args if whole.op == "add" else (whole,):
        inner, factor = coefficient(term)
        if inner.op == "var":
            numbers[str(inner.value)] = factor
        else:
            rest.append(term)
    return numbers, add(*rest)


# -- forms of first and second order ---------------------------------------------------------------


Matrix = list[list[Interval]]


def gradient(e: Expr, names: Sequence[str]) -> list[Expr]:
    return [derivative(e, name) for name in names]


def mean_value(e: Expr, box: Mapping[str, Interval], slopes: Sequence[Expr]) -> Interval | None:
    """f(c) + sum_i d_i f(box) (x_i - c_i), which contains f on a bounded box, c its centre.

    None: the box is unbounded, or f is not certainly smooth on it."""
    if not (
        differentiable(e)
        and all(low.is_finite() and high.is_finite() for low, high in box.values())
    ):
        return None
    found = enclose_smooth((e, *slopes), box)
    centre = {name: middle(side) for name, side in box.items()}
    total = enclose(e, centre)
    if found is None or total is None:
        return None
    for slope, (name, side) in zip(found[1:], box.items(), strict=True):
        total = balls.add(
            total, balls.multiply(slope, balls.add(side, balls.negative(centre[name])))
        )
    return total


def middle(side: Interval) -> Interval:
    """A point of the interval, as an interval."""
    centre = ((side[0] + side[1]) / 2).mid()
    return centre, centre


def convex(e: Expr, box: Mapping[str, Interval]) -> bool:
    """Whether f is certainly smooth and convex on the box: its Hessian is positive semidefinite."""
    if not differentiable(e):
        return False
    names = list(box)
    first = gradient(e, names)
    second = [derivative(d, name) for i, d in enumerate(first) for name in names[: i + 1]]
    found = enclose_smooth((e, *first, *second), box)
    if found is None:
        return False
    entries = iter(found[1 + len(names) :])
    lower = [[next(entries) for _ in range(i + 1)] for i in range(len(names))]
    n = range(len(names))
    return semidefinite([[lower[max(i, j)][min(i, j)] for j in n] for i in n])


def semidefinite(matrix: Matrix) -> bool:
    """Whether every symmetric matrix with entries in the intervals is positive semidefinite: by
    elimination, with pivots that are positive, or 0 in a row of zeros."""
    if not matrix:
        return True
    pivot, row = matrix[0][0], matrix[0][1:]
    rest = [line[1:] for line in matrix[1:]]
    if all(low.is_zero() and high.is_zero() for low, high in row):
        return bool(pivot[0] >= 0) and semidefinite(rest)
    if not pivot[0] > 0:
        return False
    n = range(len(rest))
    return semidefinite([[_left(pivot, rest[i][j], row[i], row[j], i == j) for j in n] for i in n])


def _left(pivot: Interval, entry: Interval, a: Interval, b: Interval, diagonal: bool) -> Interval:
    """pivot * entry - a b, where a = b on the diagonal. No quotient: whole numbers stay exact."""
    product = balls.power(a, 2, strict=False) if diagonal else balls.multiply(a, b)
    return balls.add(balls.multiply(pivot, entry), balls.negative(product))


def exponentials(e: Expr) -> list[Expr]:
    """The distinct exp(u) in an expression."""
    found = dict.fromkeys(inner for arg in e.args for inner in exponentials(arg))
    if e.op == "exp":
        found[e] = None
    return list(found)


def kinked(e: Expr) -> list[Expr]:
    """The distinct abs, min and max in an expression, inner ones first."""
    found = dict.fromkeys(kink for arg in e.args for kink in kinked(arg))
    if e.op == "abs" or (e.op in ("min", "max") and len(e.args) > 1):
        found[e] = None
    return list(found)


ALGEBRAIC = frozenset(
    ["const", "var", "add", "mul", "neg", "div", "pow", "sqrt", "abs", "min", "max"]
)


def is_algebraic(e: Expr) -> bool:
    return e.op in ALGEBRAIC and all(map(is_algebraic, e.args))
