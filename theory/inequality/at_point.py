"""What holds at one point: exactly where that is possible, in balls elsewhere.

A number here is a Fraction, a formal sum (``exact.Form``), or a ball (``flint.arb``) that encloses
the exact value. Exact values are kept as long as they last: exp 0, log 1, sqrt(8)*sqrt(2), sin of
pi/6. So a strict inequality is seen to fail at a point where both sides are equal, which balls
alone can't show. A coordinate is a Fraction, an expression without variables, or a ``Root``.

Balls are computed at the ambient precision of flint; ``truth`` sets it.
"""

import math
import operator
from collections.abc import Callable, Mapping
from contextlib import suppress
from fractions import Fraction
from functools import reduce
from typing import Any, Literal

from flint import arb, ctx, fmpq, fmpz

from theory.inequality import exact
from theory.inequality.exact import Form, NotExact, Root
from theory.inequality.expression import Comparison, Expr

Number = Fraction | Form | arb
Coordinate = Fraction | Expr | Root
Point = Mapping[str, Coordinate]
Truth = Literal["holds", "fails", "undefined", "unknown"]

ATTEMPTS = ((64, False), (256, False), (256, True), (1024, True), (4096, True))
"""Bits, and whether formal sums are tried."""
MORE_BITS = 2**17  # for a claim without variables
LARGEST = 20_000  # bits of an exact number; longer ones become balls
LONGEST = 10**12  # an exponent of exp beyond this overflows every ball


class Undefined(ArithmeticError):
    """The value certainly does not exist; the message says why."""


class Unknown(ArithmeticError):
    """The balls are too wide to say whether the value exists."""


def truth(comparison: Comparison, point: Point, more_bits: int = 0) -> Truth:
    """Whether the comparison holds at the point. Never wrong; "unknown" when 4096 bits do not
    tell, nor ``more_bits``."""
    more = ((16 << 10, True), (more_bits, True)) if more_bits else ()
    for bits, formal in (*ATTEMPTS, *more):
        try:
            with ctx.workprec(bits):
                answer = _compare(comparison, point, formal)
        except Undefined:
            return "undefined"
        except Unknown:
            continue
        if answer is not None:
            return "holds" if answer else "fails"
    return "unknown"


def why_undefined(comparison: Comparison, point: Point) -> str | None:
    """The reason why a side has no value at the point; None when none was found."""
    for bits, formal in ATTEMPTS:
        try:
            with ctx.workprec(bits):
                sides(comparison, point, formal)
        except Undefined as error:
            return str(error)
        except Unknown:
            continue
        return None
    return None


def sides(comparison: Comparison, point: Point, formal: bool = False) -> tuple[Number, Number]:
    """Both sides at the point. Raises Undefined or Unknown."""
    return value(comparison.left, point, formal), value(comparison.right, point, formal)


def is_exact(comparison: Comparison, point: Point) -> bool:
    """Whether both sides are exact at the point: no ball was needed."""
    try:
        return not any(isinstance(side, arb) for side in sides(comparison, point, True))
    except (Undefined, Unknown):
        return False


def _compare(comparison: Comparison, point: Point, formal: bool) -> bool | None:
    left, right = sides(comparison, point, formal)
    if comparison.left == comparison.right:
        return comparison.sign != "<"
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return {"<": left < right, "<=": left <= right, "==": left == right}[comparison.sign]
    if not isinstance(left, arb) and left == right:
        return comparison.sign != "<"
    difference = ball(right) - ball(left)
    if not difference.is_finite():
        return None
    if comparison.sign == "==":
        return None if difference.contains(0) else False
    return _sign_answer(difference, comparison.sign == "<")


def _sign_answer(difference: arb, strict: bool) -> bool | None:
    if difference > 0:
        return True
    if difference < 0:
        return False
    if strict and difference <= 0:
        return False
    if not strict and difference >= 0:
        return True
    return None


def ball(number: Number) -> arb:
    """The number as a ball."""
    if isinstance(number, Form):
        return number.ball()
    if isinstance(number, Fraction):
        return arb(fmpq(number.numerator, number.denominator))
    return number


# -- values ----------------------------------------------------------------------------------------


def value(expression: Expr, point: Point, formal: bool = False) -> Number:
    """The value at the point, as a formal sum too if that is asked for. Raises Undefined when it
    certainly has none, Unknown when the balls can't tell."""
    match expression.op:
        case "const":
            assert isinstance(expression.value, Fraction)
            return expression.value
        case "var":
            return coordinate_value(point[str(expression.value)], formal)
        case "pi":
            return exact.PI if formal else arb.pi()
    numbers = [value(inner, point, formal) for inner in expression.args]
    found = _apply(expression, numbers)
    known = not any(isinstance(number, arb) for number in numbers)
    if formal and known and isinstance(found, arb) and expression.op in FORMAL:
        with suppress(NotExact):
            return FORMAL[expression.op](*numbers)
    return found


def coordinate_value(number: Coordinate, formal: bool) -> Number:
    """A coordinate as a number."""
    if isinstance(number, Root):
        return exact.of_root(number) if formal else number.ball()
    return value(number, {}, formal) if isinstance(number, Expr) else number


def _apply(expression: Expr, numbers: list[Number]) -> Number:
    match expression.op:
        case "add":
            return reduce(_sum, numbers)
        case "mul":
            return reduce(_product, numbers)
        case "div":
            return _quotient(*numbers)
        case "neg":
            return -numbers[0]
        case "pow":
            assert isinstance(expression.value, int)
            return _power(numbers[0], expression.value)
        case "real_power":
            return _real_power(*numbers)
        case "abs":
            return _size(numbers[0])
        case "min":
            return reduce(_least, numbers)
        case "max":
            return reduce(_greatest, numbers)
    return FUNCTIONS[expression.op](numbers[0])


def _sum(a: Number, b: Number) -> Number:
    return _both(a, b, operator.add)


def _both(a: Number, b: Number, operation: Callable[[Any, Any], Number]) -> Number:
    """The operation on exact numbers where both are, else in balls."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return _short(operation(a, b))
    if not (isinstance(a, arb) or isinstance(b, arb)):
        with suppress(NotExact):
            return operation(a, b)
    return operation(ball(a), ball(b))


def _short(number: Number) -> Number:
    """An exact number, or its ball when it has become too long."""
    return number if isinstance(number, Fraction) and _bits(number) <= LARGEST else ball(number)


def _bits(number: Fraction) -> int:
    return max(number.numerator.bit_length(), number.denominator.bit_length())


def _least(a: Number, b: Number) -> Number:
    """The smaller one itself where that is certain, else a ball around the minimum."""
    if a == b or ball(a) <= ball(b):
        return a
    return b if ball(b) <= ball(a) else ball(a).min(ball(b))


def _greatest(a: Number, b: Number) -> Number:
    if a == b or ball(a) >= ball(b):
        return a
    return b if ball(b) >= ball(a) else ball(a).max(ball(b))


def _size(a: Number) -> Number:
    if isinstance(a, Form):
        a = a if ball(a) >= 0 else -a if ball(a) <= 0 else ball(a)
    size: Any = abs(a) if not isinstance(a, Form) else a
    found: Number = size
    return found


def _product(a: Number, b: Number) -> Number:
    if _is_zero(a) or _is_zero(b):
        return Fraction(0)
    return _both(a, b, operator.mul)


def _quotient(a: Number, b: Number) -> Number:
    if _is_zero(b):
        raise Undefined("division by 0")
    if not isinstance(b, Fraction) and ball(b).contains(0):
        raise Unknown("a denominator whose ball contains 0")
    return Fraction(0) if _is_zero(a) else _both(a, b, operator.truediv)


def _power(base: Number, exponent: int) -> Number:
    if exponent < 0:
        return _quotient(Fraction(1), _power(base, -exponent))
    if isinstance(base, Fraction) and _bits(base) * exponent <= LARGEST:
        return base**exponent
    if isinstance(base, Form):
        with suppress(NotExact):
            return base**exponent
    return ball(base) ** exponent


def _real_power(base: Number, exponent: Number) -> Number:
    """See ``theory.inequality.cases``."""
    if ball(base) < 0:
        raise Undefined("a real power of a negative number")
    if _is_zero(base) and ball(exponent) < 0:
        raise Undefined("0 to a negative power")
    if _is_zero(exponent) and ball(base) >= 0:
        return Fraction(1)
    if _is_zero(base) and ball(exponent) > 0:
        return Fraction(0)
    if isinstance(base, Fraction) and isinstance(exponent, Fraction):
        root = _exact_root(base, exponent.denominator)
        if root is not None and _bits(root) * abs(exponent.numerator) <= LARGEST:
            return root**exponent.numerator
    if not ball(base) > 0:
        raise Unknown("a real power of a ball that contains 0")
    return _exp(_product(exponent, _log(base)))


def _exact_root(x: Fraction, degree: int) -> Fraction | None:
    """The root if it is rational; x > 0."""
    parts = []
    for n in (x.numerator, x.denominator):
        root = fmpz(n).root(degree) if degree <= n.bit_length() else fmpz(1)
        if root**degree != n:
            return None
        parts.append(int(root))
    return Fraction(*parts)


def _is_zero(number: Number) -> bool:
    return bool(number.is_zero()) if isinstance(number, arb) else number == 0


def _exp(x: Number) -> Number:
    if _is_zero(x):
        return Fraction(1)
    if not abs(ball(x)) < LONGEST:
        raise Unknown("an exponent too large for a ball")
    return ball(x).exp()


def _log(x: Number) -> Number:
    if ball(x) <= 0:
        raise Undefined("the logarithm of a number that is not positive")
    if x == 1 and isinstance(x, Fraction):
        return Fraction(0)
    if not ball(x) > 0:
        raise Unknown("the logarithm of a ball that contains 0")
    return ball(x).log()


def _sqrt(x: Number) -> Number:
    if ball(x) < 0:
        raise Undefined("the square root of a negative number")
    if isinstance(x, Fraction):
        root = Fraction(math.isqrt(x.numerator), math.isqrt(x.denominator))
        return root if root**2 == x else ball(x).sqrt()
    if not ball(x) >= 0:
        raise Unknown("the square root of a ball that reaches below 0")
    return ball(x).sqrt()


def _sin(x: Number) -> Number:
    return Fraction(0) if _is_zero(x) else ball(x).sin()


def _cos(x: Number) -> Number:
    return Fraction(1) if _is_zero(x) else ball(x).cos()


FUNCTIONS: Mapping[str, Callable[[Number], Number]] = {
    "exp": _exp,
    "log": _log,
    "sqrt": _sqrt,
    "sin": _sin,
    "cos": _cos,
}


def _formal_root(x: Any) -> Number:
    return exact.real_power(x, Fraction(1, 2))


FORMAL: Mapping[str, Callable[..., Number]] = {
    "exp": exact.exp,
    "log": exact.log,
    "sqrt": _formal_root,
    "sin": exact.sin,
    "cos": exact.cos,
    "real_power": exact.real_power,
}
"""The functions on exact numbers, where the one in balls has found that they are defined."""
