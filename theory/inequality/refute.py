"""A rational point that refutes a claim, confirmed exactly or in balls.

Floats say where to look (``search``); ``refute.refutes`` says whether it is so. Only points that
it confirms are returned.

Counterexamples that a solver suggests: points of the rational relaxation.

Z3 is asked for real numbers that satisfy the assumptions and break the claim, where every exp, log,
sin and cos is any number at all. Its model is a guess: only what ``refute`` confirms is returned.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import islice
from math import inf

import numpy as np

from theory.inequality.at_point import (
    MORE_BITS,
    Coordinate,
    Point,
    Truth,
    Undefined,
    Unknown,
    truth,
    value,
)
from theory.inequality.balls import tape
from theory.inequality.cases import TooManyCases, cases
from theory.inequality.certificate import Budget, Exhausted
from theory.inequality.exact import Root, root_of
from theory.inequality.expression import Comparison, Question, variables
from theory.inequality.facts import atoms, levels, proof_of
from theory.inequality.kernel_route import Translation, translate
from theory.inequality.search import guesses, rational
from theory.inequality.special_points import special_candidates
from theory.kernel.obligations import smtlib
from theory.kernel.proof import assume
from theory.kernel.solvers import z3_solver
from theory.kernel.terms import KernelError, Term

SHORT = 60  # operations

# -- counterexamples -------------------------------------------------------------------------------


def refutes(assume: Iterable[Comparison], claim: Iterable[Comparison], point: Point) -> bool:
    """Whether every assumption certainly holds at the point, and some comparison of the claim
    certainly fails or is certainly undefined there."""
    return all(_truth(a, point) == "holds" for a in assume) and any(
        _truth(c, point) in ("fails", "undefined") for c in claim
    )


def _truth(comparison: Comparison, point: Point) -> Truth:
    """A short comparison without variables is evaluated once, and may take more bits."""
    short = not point and len(tape((comparison.left, comparison.right))[0]) <= SHORT
    return truth(comparison, point, MORE_BITS if short else 0)


def holds_by_value(question: Question) -> bool:
    """Whether a question without variables certainly holds: its claim does, or an assumption fails
    or has no value."""
    if variables(question):
        return False
    return all(_truth(c, {}) == "holds" for c in question.claim) or any(
        _truth(a, {}) in ("fails", "undefined") for a in question.assume
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


def refute_at_special_points(
    question: Question, budget: Budget, seed: int = 0
) -> dict[str, Coordinate] | None:
    """A very large point, or one of numbers such as sqrt(2) or pi/3, that refutes; or None."""
    candidates = special_candidates(question, variables(question), np.random.default_rng(seed))
    with suppress(Exhausted):
        for candidate in candidates:
            budget.spend()
            if refutes(question.assume, question.claim, candidate):
                return candidate
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


def refute_by_models(question: Question, budget: Budget) -> dict[str, Coordinate] | None:
    """A confirmed counterexample from a solver's model, or None. A question with exp, log, sin or
    cos is asked twice: as it stands, and with the basic facts about them."""
    texts: list[str] = []
    with suppress(KernelError, TooManyCases):
        texts += [text for one in cases(question) for text in _questions(translate(one))]
    for text in texts:
        effort = budget.left / 2
        budget.spend(effort)
        point = model_point(text, variables(question), effort)
        if point is None:
            continue
        if refutes(question.assume, question.claim, point):
            rational_point = {n: x for n, x in point.items() if isinstance(x, Fraction)}
            if len(rational_point) == len(point):
                return dict(simplified(question, rational_point))
            return dict(point)
        near = {n: x if isinstance(x, Fraction) else x.low for n, x in point.items()}
        if (found := first_refuting(question, [near], Budget(inf))) is not None:
            return dict(found)
    return None


def _questions(translation: Translation) -> Iterator[str]:
    context = tuple(map(assume, translation.hypotheses))
    for goal in translation.goals:
        formulas: list[Term] = [*translation.hypotheses, goal]
        yield smtlib(translation.hypotheses, goal)
        if atoms(formulas):
            facts = (proof_of(one, context).conclusion for one in levels(formulas)[1])
            yield smtlib((*translation.hypotheses, *facts), goal)


def model_point(
    text: str, names: tuple[str, ...], effort: float
) -> dict[str, Fraction | Root] | None:
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
    return {name: _number(given.get(symbols.get(name, ""))) for name in names}


def _number(number: object) -> Fraction | Root:
    """A value of a model; an algebraic number exactly, or else to twelve digits."""
    import z3

    if isinstance(number, z3.AlgebraicNumRef):
        near = number.approx(DIGITS)
        about = Fraction(near.numerator_as_long(), near.denominator_as_long())
        root = root_of([c.as_long() for c in number.poly()], about)
        return root or about
    if not isinstance(number, z3.RatNumRef):
        return Fraction(0)
    return Fraction(number.numerator_as_long(), number.denominator_as_long())
