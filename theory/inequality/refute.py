"""A rational point that refutes a claim, confirmed exactly or in balls.

Floats say where to look (``search``); ``refute.refutes`` says whether it is so. Only points that
it confirms are returned.

What holds at one rational point: exactly where the value is rational, in balls elsewhere.

A number here is a Fraction, or a ball (``flint.arb``) that encloses the exact value. Exact values
are kept as long as they last: exp 0, log 1, the root of a perfect square. So a strict inequality
is seen to fail at a point where both sides are equal, which balls alone can't show.

Balls are computed at the ambient precision of flint; ``truth`` sets it.

Counterexamples that a solver suggests: points of the rational relaxation.

Z3 is asked for real numbers that satisfy the assumptions and break the claim, where every exp, log,
sin and cos is any number at all. Its model is a guess: only what ``refute`` confirms is returned.
"""

import math
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from functools import reduce
from itertools import islice
from math import inf
from typing import Any, Literal

import numpy as np
from flint import arb, ctx, fmpq, fmpz

from theory.inequality.cases import TooManyCases, cases
from theory.inequality.certificate import Budget, Exhausted
from theory.inequality.expression import Comparison, Expr, Question, variables
from theory.inequality.facts import atoms, levels, proof_of
from theory.inequality.kernel_route import Translation, translate
from theory.inequality.search import guesses, rational
from theory.kernel.obligations import smtlib
from theory.kernel.proof import assume
from theory.kernel.solvers import z3_solver
from theory.kernel.terms import KernelError, Term

# -- at one point ----------------------------------------------------------------------------------


Number = Fraction | arb
Point = Mapping[str, Fraction]
Truth = Literal["holds", "fails", "undefined", "unknown"]

PRECISIONS = (64, 256, 1024, 4096)  # bits
LARGEST = 20_000  # bits of an exact number; longer ones become balls
LONGEST = 10**12  # an exponent of exp beyond this overflows every ball


class Undefined(ArithmeticError):
    """The value certainly does not exist; the message says why."""


class Unknown(ArithmeticError):
    """The balls are too wide to say whether the value exists."""


def truth(comparison: Comparison, point: Point) -> Truth:
    """Whether the comparison holds at the point. Never wrong; "unknown" when 4096 bits do not
    tell."""
    for bits in PRECISIONS:
        try:
            with ctx.workprec(bits):
                answer = _compare(comparison, point)
        except Undefined:
            return "undefined"
        except Unknown:
            continue
        if answer is not None:
            return "holds" if answer else "fails"
    return "unknown"


def why_undefined(comparison: Comparison, point: Point) -> str | None:
    """The reason why a side has no value at the point; None when none was found."""
    for bits in PRECISIONS:
        try:
            with ctx.workprec(bits):
                sides(comparison, point)
        except Undefined as error:
            return str(error)
        except Unknown:
            continue
        return None
    return None


def sides(comparison: Comparison, point: Point) -> tuple[Number, Number]:
    """Both sides at the point. Raises Undefined or Unknown."""
    return value(comparison.left, point), value(comparison.right, point)


def is_exact(comparison: Comparison, point: Point) -> bool:
    """Whether both sides are exact at the point: no ball was needed."""
    try:
        return all(isinstance(side, Fraction) for side in sides(comparison, point))
    except (Undefined, Unknown):
        return False


def _compare(comparison: Comparison, point: Point) -> bool | None:
    left, right = sides(comparison, point)
    if comparison.left == comparison.right:
        return comparison.sign != "<"
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return {"<": left < right, "<=": left <= right, "==": left == right}[comparison.sign]
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
    if isinstance(number, Fraction):
        return arb(fmpq(number.numerator, number.denominator))
    return number


# -- values ----------------------------------------------------------------------------------------


def value(expression: Expr, point: Point) -> Number:
    """The value at the point. Raises Undefined when it certainly has none, Unknown when the balls
    can't tell."""
    match expression.op:
        case "const":
            assert isinstance(expression.value, Fraction)
            return expression.value
        case "var":
            return point[str(expression.value)]
        case "pi":
            return arb.pi()
    numbers = [value(inner, point) for inner in expression.args]
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
    """The operation in fractions where both are exact, else in balls."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return _short(operation(a, b))
    return operation(ball(a), ball(b))


def _short(number: Number) -> Number:
    """An exact number, or its ball when it has become too long."""
    return number if isinstance(number, Fraction) and _bits(number) <= LARGEST else ball(number)


def _bits(number: Fraction) -> int:
    return max(number.numerator.bit_length(), number.denominator.bit_length())


def _least(a: Number, b: Number) -> Number:
    """The smaller one itself where that is certain, else a ball around the minimum."""
    if ball(a) <= ball(b):
        return a
    return b if ball(b) <= ball(a) else ball(a).min(ball(b))


def _greatest(a: Number, b: Number) -> Number:
    if ball(a) >= ball(b):
        return a
    return b if ball(b) >= ball(a) else ball(a).max(ball(b))


def _size(a: Any) -> Number:
    size: Number = abs(a)
    return size


def _product(a: Number, b: Number) -> Number:
    if _is_zero(a) or _is_zero(b):
        return Fraction(0)
    return _both(a, b, operator.mul)


def _quotient(a: Number, b: Number) -> Number:
    if _is_zero(b):
        raise Undefined("division by 0")
    if isinstance(b, arb) and b.contains(0):
        raise Unknown("a denominator whose ball contains 0")
    return Fraction(0) if _is_zero(a) else _both(a, b, operator.truediv)


def _power(base: Number, exponent: int) -> Number:
    if exponent < 0:
        return _quotient(Fraction(1), _power(base, -exponent))
    if isinstance(base, Fraction) and _bits(base) * exponent <= LARGEST:
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
    return bool(number.is_zero() if isinstance(number, arb) else number == 0)


def _exp(x: Number) -> Number:
    if _is_zero(x):
        return Fraction(1)
    if not abs(ball(x)) < LONGEST:
        raise Unknown("an exponent too large for a ball")
    return ball(x).exp()


def _log(x: Number) -> Number:
    if ball(x) <= 0:
        raise Undefined("the logarithm of a number that is not positive")
    if isinstance(x, Fraction):
        return Fraction(0) if x == 1 else ball(x).log()
    if not x > 0:
        raise Unknown("the logarithm of a ball that contains 0")
    return x.log()


def _sqrt(x: Number) -> Number:
    if ball(x) < 0:
        raise Undefined("the square root of a negative number")
    if isinstance(x, Fraction):
        root = Fraction(math.isqrt(x.numerator), math.isqrt(x.denominator))
        return root if root**2 == x else ball(x).sqrt()
    if not x >= 0:
        raise Unknown("the square root of a ball that reaches below 0")
    return x.sqrt()


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


# -- counterexamples -------------------------------------------------------------------------------


def refutes(assume: Iterable[Comparison], claim: Iterable[Comparison], point: Point) -> bool:
    """Whether every assumption certainly holds at the point, and some comparison of the claim
    certainly fails or is certainly undefined there."""
    return all(truth(a, point) == "holds" for a in assume) and any(
        truth(c, point) in ("fails", "undefined") for c in claim
    )


# -- refuting points -------------------------------------------------------------------------------


DENOMINATORS = (*range(1, 11), 12, 16, 20, 50, *(10**n for n in (2, 3, 4, 6, 9, 12, 15, 20, 30)))
ROUND = 50
RationalPoint = dict[str, Fraction]


def refute(
    question: Question, budget: Budget, seed: int = 0, rounds: int | None = None
) -> RationalPoint | None:
    """A point at which all assumptions hold and the claim fails or is undefined; None when the
    search found none among so many points, or within so many ``rounds`` of guesses. A round costs
    as much as ``ROUND`` points."""
    names = variables(question)
    batches = guesses(question, names, np.random.default_rng(seed))
    with suppress(Exhausted):
        for batch in islice(batches, 1 if not names else rounds):
            budget.spend(ROUND)
            rows = ({n: rational(x) for n, x in zip(names, row, strict=True)} for row in batch)
            if (found := first_refuting(question, rows, budget)) is not None:
                return found
    return None


def first_refuting(
    question: Question, points: Iterable[RationalPoint], budget: Budget
) -> RationalPoint | None:
    """The first of the points, or of rounded points near them, that refutes; simplified. Raises
    Exhausted."""
    tried: set[tuple[Fraction, ...]] = set()
    for point in points:
        for candidate in rounded(question, point):
            key = tuple(candidate.values())
            if key in tried:
                continue
            tried.add(key)
            budget.spend()
            if refutes(question.assume, question.claim, candidate):
                return simplified(question, candidate)
    return None


def rounded(question: Question, point: RationalPoint) -> Iterator[RationalPoint]:
    """The point with ever larger denominators, and at last itself; each moved onto the assumed
    equations."""
    for bound in DENOMINATORS:
        yield moved(question, {name: x.limit_denominator(bound) for name, x in point.items()})
    yield moved(question, point)


def simplified(question: Question, point: RationalPoint) -> RationalPoint:
    """The same counterexample with smaller denominators, one coordinate at a time."""
    for name, number in point.items():
        for simpler in dict.fromkeys(number.limit_denominator(bound) for bound in DENOMINATORS):
            trial = moved(question, {**point, name: simpler})
            if simpler == number:
                break
            if refutes(question.assume, question.claim, trial):
                point = trial
                break
    return point


# -- assumed equations -----------------------------------------------------------------------------


def moved(question: Question, point: RationalPoint) -> RationalPoint:
    """The point moved onto the assumed equations, each solved exactly for a variable in which it
    is affine; unchanged where that is not possible."""
    used: set[str] = set()
    for equation in question.assume:
        if equation.sign != "==":
            continue
        for name in reversed(list(point)):
            if name not in used and (solved := _solved_for(equation, name, point)) is not None:
                point = {**point, name: solved}
                used.add(name)
                break
    return point


def _solved_for(equation: Comparison, name: str, point: RationalPoint) -> Fraction | None:
    """Where left - right = a + b * variable with b not 0: -a/b."""
    try:
        residuals = []
        for number in (0, 1, 2):
            trial = {**point, name: Fraction(number)}
            left, right = value(equation.left, trial), value(equation.right, trial)
            if not (isinstance(left, Fraction) and isinstance(right, Fraction)):
                return None
            residuals.append(left - right)
    except (Undefined, Unknown):
        return None
    zero, one, two = residuals
    slope = one - zero
    return -zero / slope if slope != 0 and two - one == slope else None


# -- points that a solver suggests -----------------------------------------------------------------


DECLARED = re.compile(r"^\(declare-const (\S+) Real\) ; (\S+):Real$", re.MULTILINE)
DIGITS = 12  # of an algebraic number in a model


def refute_by_models(question: Question, budget: Budget) -> RationalPoint | None:
    """A confirmed counterexample from a solver's model, or None. A question with exp, log, sin or
    cos is asked twice: as it stands, and with the basic facts about them."""
    texts: list[str] = []
    with suppress(KernelError, TooManyCases):
        texts += [text for one in cases(question) for text in _questions(translate(one))]
    for text in texts:
        effort = budget.left / 2
        budget.spend(effort)
        point = model_point(text, variables(question), effort)
        if point is not None:
            found = first_refuting(question, [point], Budget(inf))
            if found is not None:
                return found
    return None


def _questions(translation: Translation) -> Iterator[str]:
    context = tuple(map(assume, translation.hypotheses))
    for goal in translation.goals:
        formulas: list[Term] = [*translation.hypotheses, goal]
        yield smtlib(translation.hypotheses, goal)
        if atoms(formulas):
            facts = (proof_of(one, context).conclusion for one in levels(formulas)[1])
            yield smtlib((*translation.hypotheses, *facts), goal)


def model_point(text: str, names: tuple[str, ...], effort: float) -> RationalPoint | None:
    """The values of the variables in a model of the text; 0 for those that it leaves open."""
    import z3

    try:
        solver = z3_solver(text, effort)
        if solver.check() != z3.sat:
            return None
        model = solver.model()
        given = {str(d.name()): model[d] for d in model.decls()}
    except z3.Z3Exception:
        return None
    symbols = {name: symbol for symbol, name in DECLARED.findall(text)}
    return {name: _fraction(given.get(symbols.get(name, ""))) for name in names}


def _fraction(number: object) -> Fraction:
    """A value of a model as a fraction; an algebraic number to twelve digits."""
    import z3

    if isinstance(number, z3.AlgebraicNumRef):
        number = number.approx(DIGITS)
    if not isinstance(number, z3.RatNumRef):
        return Fraction(0)
    return Fraction(number.numerator_as_long(), number.denominator_as_long())
