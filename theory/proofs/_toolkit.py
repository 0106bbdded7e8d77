"""Small lemmas about exp, log and sums, used by all proofs. Derived here, trusted nowhere."""

from collections.abc import Callable, Mapping
from functools import cache

from theory.kernel.axioms import EXP_ADD, EXP_LOG, EXP_TANGENT
from theory.kernel.obligations import conditions
from theory.kernel.proof import (
    Proof,
    assume,
    axiom,
    both,
    conclude,
    congruence,
    cut,
    discharge,
    generalise,
    instantiate,
    solve,
    specialise,
    sum_linear,
    sum_monotone,
)
from theory.kernel.statement import Statement
from theory.kernel.terms import Term, TermLike, const, eq, exp, lift, log, node, total, var

_x, _y = var("x"), var("y")
_hole = var("hole")


def trivially(goal: Term) -> Proof:
    """A goal that is arithmetic and nothing else."""
    return solve(goal)


def on(proof: Proof, *values: TermLike) -> Proof:
    """A lemma about x (and y) at the given values."""
    return instantiate(proof, dict(zip((_x, _y), map(lift, values), strict=False)))


def equal_inside(equation: Proof, wrap: Callable[[Term], Term]) -> Proof:
    """From a = b: wrap(a) = wrap(b)."""
    return congruence(equation, _hole, wrap(_hole))


def times(equation: Proof, factor: Term) -> Proof:
    """From a = b: a c = b c. A solver that need not look for c is quicker."""
    return equal_inside(equation, lambda side: side * factor)


@cache
def _inverse_rate() -> Proof:
    positive = assume(0 < _x)
    inverse = solve(eq(1 / _x * _x, 1), positive)
    rate = (0 * _x - 1 * _y) / _x**2
    whole = solve(eq(rate * _x**2, -_y), solve(0 < _x**2, positive))
    names = rate, 1 / _x
    known = times(whole, (1 / _x) ** 2), times(inverse, rate * (1 / _x * _x)), times(inverse, rate)
    return solve_hiding(eq(rate, -_y * (1 / _x) ** 2), names, *known)


def inverse_rate(quotient: Term, positive: Proof) -> Proof:
    """From 0 < m: the derivative (0 m - 1 d)/m^2 of 1/m is -d (1/m)^2."""
    m, d = quotient.args[1].args[0], quotient.args[0].args[1].args[0].args[1]
    return use(on(_inverse_rate(), m, d), positive)


def exp_equal(a: Term, b: Term, *given: Proof) -> Proof:
    """exp a = exp b, where a = b is arithmetic."""
    return equal_inside(solve(eq(a, b), *given), exp)


def tangent(x: TermLike) -> Proof:
    """1 + x <= exp x."""
    return axiom(EXP_TANGENT, lift(x))


def exp_sum(x: Term, y: Term, whole: Term | None = None) -> Proof:
    """exp(whole) = exp x * exp y, where whole = x + y is arithmetic."""
    added = axiom(EXP_ADD, x, y)
    if whole is None or whole == x + y:
        return added
    return solve(eq(exp(whole), exp(x) * exp(y)), added, exp_equal(whole, x + y))


@cache
def _exp_zero() -> Proof:
    zero = const(0)
    return solve(eq(exp(zero), 1), tangent(0), exp_sum(zero, zero, zero))


def exp_zero() -> Proof:
    """exp 0 = 1."""
    return _exp_zero()


@cache
def _exp_inverse() -> Proof:
    product = exp_sum(_x, -_x, const(0))
    return solve(eq(exp(_x) * exp(-_x), 1), product, exp_zero())


def exp_inverse(x: TermLike) -> Proof:
    """exp x * exp(-x) = 1."""
    return on(_exp_inverse(), x)


@cache
def _exp_positive() -> Proof:
    return solve(0 < exp(_x), exp_inverse(_x), tangent(_x), tangent(-_x))


def exp_positive(x: TermLike) -> Proof:
    """0 < exp x."""
    return on(_exp_positive(), x)


@cache
def _tangent_at() -> Proof:
    product = exp_sum(_x, _y - _x, _y)
    return solve(exp(_x) * (1 + _y - _x) <= exp(_y), product, tangent(_y - _x), exp_positive(_x))


def tangent_at(x: TermLike, y: TermLike) -> Proof:
    """exp x * (1 + y - x) <= exp y: the graph of exp lies above its tangent at x."""
    return on(_tangent_at(), x, y)


@cache
def _exp_convex() -> Proof:
    s = var("s")
    low, high = assume(0 <= s), assume(s <= 1)
    centre = s * _x + (1 - s) * _y
    left = solve(s * exp(centre) * (1 + _x - centre) <= s * exp(_x), tangent_at(centre, _x), low)
    rest = (1 - s) * exp(centre) * (1 + _y - centre)
    right = solve(rest <= (1 - s) * exp(_y), tangent_at(centre, _y), high)
    return solve(exp(centre) <= s * exp(_x) + (1 - s) * exp(_y), left, right)


def exp_convex(share: Term, x: Term, y: Term, *between: Proof) -> Proof:
    """exp(s x + (1 - s) y) <= s exp x + (1 - s) exp y; ``between`` proves 0 <= s <= 1."""
    lemma = instantiate(_exp_convex(), {var("s"): share, _x: x, _y: y})
    return use(lemma, solve(0 <= share, *between), solve(share <= 1, *between))


@cache
def _exp_monotone() -> Proof:
    known = assume(_x <= _y), tangent_at(_x, _y), exp_positive(_x)
    return solve(exp(_x) <= exp(_y), *known)


def exp_monotone(smaller: Proof) -> Proof:
    """From x <= y: exp x <= exp y."""
    return use(on(_exp_monotone(), *smaller.conclusion.args), smaller)


def exp_rises(smaller: Proof) -> Proof:
    """From x < y: exp x < exp y."""
    lemma = on(_exp_rises(), *smaller.conclusion.args)
    return use(lemma, smaller)


@cache
def _exp_rises() -> Proof:
    known = assume(_x < _y), tangent_at(_x, _y), exp_positive(_x)
    return solve(exp(_x) < exp(_y), *known)


@cache
def _exp_at_most() -> Proof:
    known = assume(exp(_x) <= exp(_y)), tangent_at(_y, _x), exp_positive(_y)
    return solve(_x <= _y, *known)


def exp_at_most(smaller: Proof) -> Proof:
    """From exp x <= exp y: x <= y."""
    x, y = (side.args[0] for side in smaller.conclusion.args)
    return use(on(_exp_at_most(), x, y), smaller)


@cache
def _log_exp() -> Proof:
    x = exp_positive(_x)
    back = axiom(EXP_LOG, exp(_x), given=(x,))
    there, here = log(exp(_x)), _x
    return solve(eq(there, here), back, x, tangent_at(there, here), tangent_at(here, there))


def log_exp(x: TermLike) -> Proof:
    """log(exp x) = x."""
    return on(_log_exp(), x)


def exp_log(positive: Proof) -> Proof:
    """From 0 < x: exp(log x) = x."""
    return axiom(EXP_LOG, positive.conclusion.args[1], given=(positive,))


def log_at_least(bound: Proof, positive: Proof) -> Proof:
    """From exp b <= a and 0 < a: b <= log a."""
    left, a = bound.conclusion.args
    b = left.args[0]
    return solve(b <= log(a), bound, positive, exp_log(positive), tangent_at(log(a), b))


def log_at_most(bound: Proof, positive: Proof) -> Proof:
    """From a <= exp b and 0 < a: log a <= b."""
    a, right = bound.conclusion.args
    b = right.args[0]
    return solve(
        log(a) <= b, bound, positive, exp_log(positive), tangent_at(b, log(a)), exp_positive(b)
    )


def log_monotone(smaller: Proof, positive: Proof) -> Proof:
    """From x <= y and 0 < x: log x <= log y."""
    x, y = smaller.conclusion.args
    above = solve(0 < y, smaller, positive)
    lower, upper = exp_log(positive), exp_log(above)
    return solve(log(x) <= log(y), smaller, positive, lower, upper, tangent_at(log(y), log(x)))


@cache
def _odds_at_least() -> Proof:
    c = var("c")
    facts = [assume(f) for f in (0 < _x, _x < 1, 0 < _y, _y < 1)]
    x, not_x, y, not_y = (solve(0 < z, *facts) for z in (_x, 1 - _x, _y, 1 - _y))
    higher = assume(log(_x) - log(1 - _x) + c <= log(_y) - log(1 - _y))
    left, right = log(_x) + log(1 - _y), log(_y) + log(1 - _x)
    shifted = exp_monotone(solve(left <= right + -c, higher))
    return solve(
        _x * (1 - _y) <= _y * (1 - _x) * exp(-c),
        shifted,
        exp_sum(log(_x), log(1 - _y)),
        exp_sum(right, -c),
        exp_sum(log(_y), log(1 - _x)),
        *(exp_log(z) for z in (x, not_x, y, not_y)),
    )


def odds_at_least(x: Term, y: Term, c: Term, higher: Proof, *interior: Proof) -> Proof:
    """From logit x + c <= logit y: x (1-y) <= y (1-x) e^-c. ``interior`` proves 0 < x, y < 1."""
    lemma = instantiate(_odds_at_least(), {_x: x, _y: y, var("c"): c})
    lemma = use(lemma, solve(log(x) - log(1 - x) + c <= log(y) - log(1 - y), higher))
    return use(lemma, *(solve(f, *interior) for f in (0 < x, x < 1, 0 < y, y < 1)))


# -- sums ------------------------------------------------------------------------------------------


def sum_equal(pointwise: Proof, index: Term, *pairs: tuple[TermLike, Term]) -> Proof:
    """From f = c1*f1 + c2*f2 + ... pointwise: sum f = c1*sum f1 + c2*sum f2 + ..."""
    linear, flat, combined = _combination(index, pairs)
    left = pointwise.conclusion.args[0]
    step = sum_monotone(solve(eq(left, flat), pointwise), index)
    return solve(eq(total(index, left), combined), step, linear)


def sum_at_most(pointwise: Proof, index: Term, *pairs: tuple[TermLike, Term]) -> Proof:
    """From f <= c1*f1 + c2*f2 + ... pointwise: sum f <= c1*sum f1 + c2*sum f2 + ..."""
    linear, flat, combined = _combination(index, pairs)
    left = pointwise.conclusion.args[0]
    step = sum_monotone(solve(left <= flat, pointwise), index)
    return solve(total(index, left) <= combined, step, linear)


def sum_at_least(pointwise: Proof, index: Term, *pairs: tuple[TermLike, Term]) -> Proof:
    """From c1*f1 + c2*f2 + ... <= f pointwise: c1*sum f1 + c2*sum f2 + ... <= sum f."""
    linear, flat, combined = _combination(index, pairs)
    right = pointwise.conclusion.args[1]
    step = sum_monotone(solve(flat <= right, pointwise), index)
    return solve(combined <= total(index, right), step, linear)


def _combination(index: Term, pairs: tuple[tuple[TermLike, Term], ...]) -> tuple[Proof, Term, Term]:
    linear = sum_linear(index, *((lift(c), f) for c, f in pairs))
    whole, combined = linear.conclusion.args
    return linear, whole.args[1], combined


# -- hypotheses ------------------------------------------------------------------------------------


def at(hypothesis: Term, *values: TermLike) -> Proof:
    """Assume a (universally quantified) hypothesis and specialise it."""
    return specialise(assume(hypothesis), *map(lift, values))


def assumed(statement: Statement, *names: str) -> tuple[Proof, ...]:
    """The hypotheses of these names."""
    return tuple(assume(statement.formal_hypotheses[name]) for name in names)


def use(lemma: Proof, *facts: Proof) -> Proof:
    """Discharge hypotheses of a lemma by facts that prove them."""
    for fact in facts:
        lemma = cut(fact, lemma)
    return lemma


def solve_hiding(goal: Term, hidden: tuple[Term, ...], *facts: Proof) -> Proof:
    """``solve`` with each hidden term as a variable of its own: the solvers then need not look into
    it. The rules instantiate the variables again, so nothing is trusted here."""
    names = {term: var(f"hidden_{j}") for j, term in enumerate(hidden)}
    facts = tuple({fact.conclusion: fact for fact in facts}.values())
    lemma = solve(_hide(goal, names), *(assume(_hide(fact.conclusion, names)) for fact in facts))
    return use(instantiate(lemma, {name: term for term, name in names.items()}), *facts)


def _hide(term: Term, names: Mapping[Term, Term]) -> Term:
    if term in names:
        return names[term]
    args = tuple(_hide(a, names) for a in term.args)
    return node(term.op, args, term.data, term.data_sort)


def conclude_parts(formula: Term, *known: Proof) -> Proof:
    """``conclude`` for a formula with quantifiers: each part from the known facts, and from the
    condition it stands under. Derivatives must be among the facts."""
    match formula.op:
        case "forall":
            return generalise(conclude_parts(formula.args[1], *known), formula.args[0])
        case "and":
            return both(*(conclude_parts(part, *known) for part in formula.args))
        case "implies" if not conditions(formula.args[0]):
            condition, conclusion = formula.args
            proved = conclude_parts(conclusion, *known, assume(condition))
            return discharge(proved, condition)
        case "deriv":
            slope = next(fact for fact in known if fact.conclusion == formula)
            return conclude(formula, slope, *(k for k in known if k.conclusion.op != "deriv"))
    return conclude(formula, *known)


def conclude_hiding(
    formula: Term,
    hidden: tuple[Term, ...],
    known: tuple[Proof, ...],
    numbers: tuple[Proof, ...],
    unlocked: Mapping[Term, tuple[Proof, ...]] | None = None,
) -> Proof:
    """``conclude_parts`` with ``hidden`` terms as variables: ``numbers`` prove that every number is
    defined. What a part stands under is known there, and whatever that condition unlocks."""

    def go(formula: Term, known: tuple[Proof, ...]) -> Proof:
        match formula.op:
            case "forall":
                return generalise(go(formula.args[1], known), formula.args[0])
            case "and":
                return both(*(go(part, known) for part in formula.args))
            case "implies":
                condition, conclusion = formula.args
                more = (unlocked or {}).get(condition, ())
                return discharge(go(conclusion, (*known, assume(condition), *more)), condition)
            case "deriv":
                slope = next(fact for fact in known if fact.conclusion == formula)
                return conclude(formula, slope, *numbers)
        return conclude(formula, solve_hiding(formula, hidden, *known), *numbers)

    return go(formula, known)
