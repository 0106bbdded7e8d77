"""Which facts about exp, log, sin and cos may help with a question, and the proof of each.

A fact is a name and the terms it is about, as text; ``proof_of`` makes its proof from them, so a
fact can be written down, sent and proved again. None is trusted: a wrong choice does not pass the
solvers.

Bounds on exp, log, sin and cos that the solvers may use. Derived here from the seven axioms, by
the rules of the kernel; trusted nowhere.

The bounds of Taylor come from the mean value theorem: a function whose derivative is not negative
does not fall. Each lemma is about one variable x and is instantiated at the terms of a question.
"""

import operator
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement, pairwise, permutations

from theory.kernel.axioms import AT_ZERO, CIRCLE, PI_BOUNDS
from theory.kernel.proof import (
    Proof,
    assume,
    axiom,
    both,
    differentiate,
    discharge,
    instantiate,
    nondecreasing,
    solve,
)
from theory.kernel.syntax import to_text
from theory.kernel.terms import KernelError, Term, const, cos, eq, exp, lift, log, sin, var
from theory.proofs._toolkit import (
    exp_inverse,
    exp_log,
    exp_positive,
    exp_sum,
    exp_zero,
    log_exp,
    tangent,
    tangent_at,
    use,
)
from theory.reading import from_text

# -- bounds, proved --------------------------------------------------------------------------------


_x, _y, _z, _t = var("x"), var("y"), var("z"), var("t_")
ZERO = const(0)


def at(lemma: Proof, x: Term) -> Proof:
    """A lemma about x at this term."""
    return instantiate(lemma, {_x: x})


# -- a function of t with a known sign of its slope --------------------------------------------


def _rises(function: Term, *slope_facts: Proof) -> tuple[Proof, Proof]:
    """f' >= 0 everywhere: f(0) <= f(x) if 0 <= x, and f(x) <= f(0) if x <= 0."""
    slope = differentiate(_t, function)
    sign = solve(ZERO <= slope.conclusion.args[2], *slope_facts)
    after, before = nondecreasing(slope, sign, ZERO, _x), nondecreasing(slope, sign, _x, ZERO)
    return discharge(after, ZERO <= _x), discharge(before, _x <= ZERO)


def _valley(function: Term, *slope_facts: Proof) -> tuple[Proof, Proof]:
    """f' has the sign of t: f(0) <= f(x) if 0 <= x, and if x <= 0."""
    slope = differentiate(_t, function)
    rising = solve(ZERO <= slope.conclusion.args[2], *slope_facts, assume(ZERO <= _t))
    mirror = differentiate(_t, -function)
    falling = solve(ZERO <= mirror.conclusion.args[2], *slope_facts, assume(_t <= ZERO))
    after = nondecreasing(slope, rising, ZERO, _x)
    before = nondecreasing(mirror, falling, _x, ZERO)
    return discharge(after, ZERO <= _x), discharge(before, _x <= ZERO)


def _two_sided(lower: Term, upper: Term, *known: Proof) -> Proof:
    """lower <= upper if 0 <= x, and upper <= lower if x <= 0."""
    after = solve(lower <= upper, assume(ZERO <= _x), *known)
    before = solve(upper <= lower, assume(_x <= ZERO), *known)
    return both(discharge(after, ZERO <= _x), discharge(before, _x <= ZERO))


def _at_t(lemma: Proof) -> Proof:
    return instantiate(lemma, {_x: _t})


# -- exp -------------------------------------------------------------------------------------------


@cache
def exp_second() -> Proof:
    """1 + x + x^2/2 <= exp x if 0 <= x; the other way round if x <= 0."""
    parts = _rises(exp(_t) - 1 - _t - _t**2 / 2, tangent(_t))
    return _two_sided(1 + _x + _x**2 / 2, exp(_x), *parts, exp_zero())


@cache
def exp_third() -> Proof:
    """1 + x + x^2/2 + x^3/6 <= exp x."""
    parts = _valley(exp(_t) - 1 - _t - _t**2 / 2 - _t**3 / 6, _at_t(exp_second()))
    return solve(1 + _x + _x**2 / 2 + _x**3 / 6 <= exp(_x), *parts, exp_zero())


# -- log, where y stands for exp x ---------------------------------------------------------------


@cache
def _log_second() -> Proof:
    """(e^x - 1) - (e^x - 1)^2/2 <= x if 0 <= x; the other way round if x <= 0."""
    grown = exp(_t) - 1
    parts = _rises(_t - grown + grown**2 / 2)
    return _two_sided(exp(_x) - 1 - (exp(_x) - 1) ** 2 / 2, _x, *parts, exp_zero())


@cache
def _log_pade() -> Proof:
    """2 (e^x - 1) <= x (e^x + 1) if 0 <= x; the other way round if x <= 0."""
    facts = tangent(-_t), exp_inverse(_t), exp_positive(_t)
    parts = _rises(_t * (exp(_t) + 1) - 2 * (exp(_t) - 1), *facts)
    return _two_sided(2 * (exp(_x) - 1), _x * (exp(_x) + 1), *parts, exp_zero())


def _at_log(lemma: Proof, positive: Proof, left: Term, right: Term) -> Proof:
    """A two-sided lemma at log a, with a in the place of exp(log a), for 1 <= a and for a <= 1."""
    a = positive.conclusion.args[1]
    known = at(lemma, log(a)), exp_log(positive), positive, *log_sign(a, positive)
    after = solve(left <= right, assume(1 <= a), *known)
    before = solve(right <= left, assume(a <= const(1)), *known)
    return both(discharge(after, 1 <= a), discharge(before, a <= const(1)))


def log_sign(a: Term, positive: Proof) -> tuple[Proof, ...]:
    """What settles the sign of log a: its tangents at 0 and 1."""
    back = log_inverse(positive)
    return tangent(log(a)), tangent(-log(a)), back


def log_second(positive: Proof) -> Proof:
    """(a-1) - (a-1)^2/2 <= log a if 1 <= a; the other way round if a <= 1."""
    a = positive.conclusion.args[1]
    return _at_log(_log_second(), positive, a - 1 - (a - 1) ** 2 / 2, log(a))


def log_pade(positive: Proof) -> Proof:
    """2 (a - 1) <= (a + 1) log a if 1 <= a; the other way round if a <= 1."""
    a = positive.conclusion.args[1]
    return _at_log(_log_pade(), positive, 2 * (a - 1), (a + 1) * log(a))


def log_inverse(positive: Proof) -> Proof:
    """From 0 < a: a exp(-log a) = 1."""
    a = positive.conclusion.args[1]
    return solve(eq(a * exp(-log(a)), 1), exp_inverse(log(a)), exp_log(positive))


def log_above(positive: Proof) -> Proof:
    """From 0 < a: log a <= a - 1."""
    a = positive.conclusion.args[1]
    return solve(log(a) <= a - 1, tangent(log(a)), exp_log(positive))


def log_below(positive: Proof) -> Proof:
    """From 0 < a: a - 1 <= a log a."""
    a = positive.conclusion.args[1]
    return solve(a - 1 <= a * log(a), tangent(-log(a)), log_inverse(positive), positive)


def log_tangent(positive: Proof, other: Proof) -> Proof:
    """From 0 < a and 0 < b: b (log a - log b) <= a - b."""
    a, b = positive.conclusion.args[1], other.conclusion.args[1]
    known = tangent_at(log(b), log(a)), exp_log(positive), exp_log(other)
    return solve(b * (log(a) - log(b)) <= a - b, *known)


@cache
def _log_product() -> Proof:
    x, y, whole = (assume(f) for f in (ZERO < _x, ZERO < _y, eq(_z, _x * _y)))
    z = solve(ZERO < _z, x, y, whole)
    left, right = log(_z), log(_x) + log(_y)
    known = exp_log(x), exp_log(y), exp_log(z), exp_sum(log(_x), log(_y)), x, y, whole
    ways = tangent_at(left, right), tangent_at(right, left), z
    return solve(eq(left, right), *known, *ways)


def log_product(x: Proof, y: Proof, whole: Term, *context: Proof) -> Proof:
    """From 0 < a and 0 < b, where ``whole`` = a b: log whole = log a + log b."""
    a, b = x.conclusion.args[1], y.conclusion.args[1]
    lemma = instantiate(_log_product(), {_x: a, _y: b, _z: whole})
    return use(lemma, x, y, solve(eq(whole, a * b), *context))


# -- sin and cos -----------------------------------------------------------------------------------


def circle(x: Term) -> Proof:
    """sin^2 x + cos^2 x = 1."""
    return axiom(CIRCLE, x)


@cache
def sin_first() -> Proof:
    """sin x <= x if 0 <= x; the other way round if x <= 0."""
    parts = _rises(_t - sin(_t), circle(_t))
    return _two_sided(sin(_x), _x, *parts, axiom(AT_ZERO))


@cache
def cos_second() -> Proof:
    """1 - x^2/2 <= cos x."""
    parts = _valley(cos(_t) + _t**2 / 2, _at_t(sin_first()))
    return solve(1 - _x**2 / 2 <= cos(_x), *parts, axiom(AT_ZERO))


@cache
def sin_third() -> Proof:
    """x - x^3/6 <= sin x if 0 <= x; the other way round if x <= 0."""
    parts = _rises(sin(_t) - _t + _t**3 / 6, _at_t(cos_second()))
    return _two_sided(_x - _x**3 / 6, sin(_x), *parts, axiom(AT_ZERO))


@cache
def cos_fourth() -> Proof:
    """cos x <= 1 - x^2/2 + x^4/24."""
    parts = _valley(_t**4 / 24 - _t**2 / 2 - cos(_t), _at_t(sin_third()))
    return solve(cos(_x) <= 1 - _x**2 / 2 + _x**4 / 24, *parts, axiom(AT_ZERO))


SERIES: dict[str, Callable[[], Proof]] = {
    "exp_second": exp_second,
    "exp_third": exp_third,
    "sin_first": sin_first,
    "sin_third": sin_third,
    "cos_second": cos_second,
    "cos_fourth": cos_fourth,
}
"""The lemmas about one real x, without a condition."""


# -- facts for a question --------------------------------------------------------------------------


Context = tuple[Proof, ...]
PRIME = 2**61 - 1
MOST = 8  # arguments of one function that are compared with each other


@dataclass(frozen=True, slots=True)
class Fact:
    """A lemma or an axiom at these terms, in the kernel's text."""

    name: str
    values: tuple[str, ...] = ()


def fact(name: str, *values: Term) -> Fact:
    return Fact(name, tuple(map(to_text, values)))


def proof_of(one: Fact, context: Context) -> Proof:
    """The proof of a fact, where ``context`` proves the hypotheses of the question. Raises
    KernelError for an unknown name or a wrong number of terms."""
    if one.name not in MAKERS:
        raise KernelError(f"no fact is called {one.name}")
    arity, make = MAKERS[one.name]
    if len(one.values) != arity:
        raise KernelError(f"{one.name} is about {arity} terms, got {len(one.values)}")
    return make(context, *map(from_text, one.values))


def positive(context: Context, a: Term) -> Proof:
    """0 < a, from the hypotheses and what settles the signs of exp, log, sin, cos inside."""
    inner = (one for part in atoms([a]) for one in _sign(context, part))
    return solve(lift(0) < a, *context, *inner)


def _sign(context: Context, atom: Term) -> Context:
    match atom.op:
        case "exp":
            return (exp_positive(atom.args[0]),)
        case "log":
            inside = positive(context, atom.args[0])
            return log_above(inside), log_below(inside)
        case "sin" | "cos":
            return (circle(atom.args[0]),)
    return (axiom(PI_BOUNDS),)


def _series(name: str) -> Callable[..., Proof]:
    return lambda context, x: instantiate(SERIES[name](), {var("x"): x})


def _of_log(lemma: Callable[[Proof], Proof]) -> Callable[..., Proof]:
    return lambda context, a: lemma(positive(context, a))


def _log_tangent(context: Context, a: Term, b: Term) -> Proof:
    return log_tangent(positive(context, a), positive(context, b))


def _product_of_logs(context: Context, a: Term, b: Term, whole: Term) -> Proof:
    return log_product(positive(context, a), positive(context, b), whole, *context)


def _log_one(context: Context) -> Proof:
    one = solve(lift(0) < const(1))
    return solve(Term("eq", (log(1), const(0))), log_above(one), log_below(one))


MAKERS: Mapping[str, tuple[int, Callable[..., Proof]]] = {
    "exp_tangent": (1, lambda c, x: tangent(x)),
    "exp_positive": (1, lambda c, x: exp_positive(x)),
    "exp_inverse": (1, lambda c, x: exp_inverse(x)),
    "exp_zero": (0, lambda c: exp_zero()),
    "exp_add": (3, lambda c, x, y, whole: exp_sum(x, y, whole)),
    "tangent_at": (2, lambda c, x, y: tangent_at(x, y)),
    "exp_log": (1, _of_log(exp_log)),
    "log_exp": (1, lambda c, x: log_exp(x)),
    "log_one": (0, _log_one),
    "log_above": (1, _of_log(log_above)),
    "log_below": (1, _of_log(log_below)),
    "log_second": (1, _of_log(log_second)),
    "log_pade": (1, _of_log(log_pade)),
    "log_tangent": (2, _log_tangent),
    "log_product": (3, _product_of_logs),
    "circle": (1, lambda c, x: circle(x)),
    "sin_cos_zero": (0, lambda c: axiom(AT_ZERO)),
    "pi_bounds": (0, lambda c: axiom(PI_BOUNDS)),
    **{name: (1, _series(name)) for name in SERIES},
}


# -- what occurs in a question -----------------------------------------------------------------


def atoms(terms: Iterable[Term]) -> list[Term]:
    """Every exp, log, sin, cos and pi in the terms, inner ones first."""
    found: dict[Term, None] = {}

    def visit(term: Term) -> None:
        for inner in term.args:
            visit(inner)
        if term.op in ("exp", "log", "sin", "cos", "pi"):
            found.setdefault(term)

    for term in terms:
        visit(term)
    return list(found)


def levels(formulas: Iterable[Term]) -> list[list[Fact]]:
    """Lists of facts to try, the short ones first: none; then values, signs and functional
    equations with the tangents at 0; then all tangents; then the bounds of Taylor; then all."""
    present = atoms(formulas)
    if not present:
        return [[]]
    exps, logs, sines = (
        list(dict.fromkeys(a.args[0] for a in present if a.op in names))[:MOST]
        for names in (("exp",), ("log",), ("sin", "cos"))
    )
    basic = [*_values(present), *_of_exp(exps, logs), *_of_logs(logs)]
    basic += [fact("circle", x) for x in sines]
    points = [*exps, const(0)] if exps else []
    pairs = [fact("tangent_at", x, y) for x, y in permutations(points, 2)]
    bridges = [fact("tangent_at", *pair) for x in exps for a in logs for pair in _ways(x, log(a))]
    few = [one for one in basic if one.name in ("exp_log", "exp_positive")] + bridges
    pairs += bridges
    pairs += [fact("log_tangent", a, b) for a, b in permutations(logs, 2)]
    taylor = [fact(name, x) for x in exps for name in ("exp_second", "exp_third")]
    taylor += [fact(name, a) for a in logs for name in ("log_second", "log_pade")]
    trig = ("sin_first", "sin_third", "cos_second", "cos_fourth")
    taylor += [fact(name, x) for x in sines for name in trig]
    lists = [
        [],
        basic,
        few if bridges else [],
        basic + pairs,
        basic + taylor,
        basic + pairs + taylor,
    ]
    return [one for n, one in enumerate(lists) if one not in lists[:n]]


def _ways(x: Term, y: Term) -> tuple[tuple[Term, Term], ...]:
    return (x, y), (y, x)


def _values(present: list[Term]) -> Iterator[Fact]:
    """Facts about numbers: exp 0, log 1, sin 0, cos 0, pi."""
    by_op = {a.op for a in present}
    zero, one = const(0), const(1)
    if any(a.op == "exp" and a.args[0] == zero for a in present):
        yield fact("exp_zero")
    if any(a.op == "log" and a.args[0] == one for a in present):
        yield fact("log_one")
    if any(a.op in ("sin", "cos") and a.args[0] == zero for a in present):
        yield fact("sin_cos_zero")
    if "pi" in by_op:
        yield fact("pi_bounds")


def _of_exp(exps: list[Term], logs: list[Term]) -> Iterator[Fact]:
    for x in exps:
        yield fact("exp_positive", x)
        yield fact("exp_tangent", x)
    if not exps:
        return
    for a in logs:
        yield fact("exp_log", a)
        if a.op == "exp":
            yield fact("log_exp", a.args[0])
    points = list(dict.fromkeys([*exps, *map(log, logs)]))[:MOST]
    yield from _relations([*points, const(0)], "exp_add", "exp_zero", operator.add)
    for x, whole in permutations(points, 2):
        yield from _multiple(x, whole)


def _of_logs(logs: list[Term]) -> Iterator[Fact]:
    for a in logs:
        yield fact("log_above", a)
        yield fact("log_below", a)
        if a.op == "exp":
            yield fact("log_exp", a.args[0])
    yield from _relations([*logs, const(1)], "log_product", "log_one", operator.mul)


# -- which of them are sums, products or multiples of others ---------------------------------------


def _relations(
    points: list[Term], name: str, neutral: str, combine: Callable[[int, int], int]
) -> Iterator[Fact]:
    """x, y and whole = combine(x, y) among the points, as random values suggest; the last point is
    the neutral element."""
    values = {x: _value(x) for x in points}
    table = {v: x for x, v in values.items() if v is not None}
    for x, y in combinations_with_replacement(points[:-1], 2):
        v, w = values[x], values[y]
        if v is None or w is None:
            continue
        whole = table.get(combine(v, w) % PRIME)
        if whole is None or whole in (x, y):
            continue
        yield fact(name, x, y, whole)
        if whole == points[-1]:
            yield Fact(neutral)


def _multiple(x: Term, whole: Term) -> Iterator[Fact]:
    """exp(n x) is a power of exp x, for n = 3, ..., 6."""
    v, w = _value(x), _value(whole)
    if v is None or w is None or v == 0:
        return
    for n in range(3, 7):
        if w == n * v % PRIME:
            steps = [x, *(const(j) * x for j in range(2, n)), whole]
            yield from (fact("exp_add", x, a, b) for a, b in pairwise(steps))


def _value(term: Term) -> int | None:
    """The term modulo a large prime, where each variable, exp, log, ... has a random value of its
    own; the same term, the same value. None where a denominator is 0."""
    if term.op not in ("const", "add", "mul", "neg", "pow", "div"):
        return random.Random(to_text(term)).randrange(PRIME)
    if isinstance(term.data, Fraction):
        return _ratio(term.data.numerator, term.data.denominator)
    values = [_value(a) for a in term.args]
    known = [v for v in values if v is not None]
    if len(known) < len(values):
        return None
    first, last = known[0], known[-1]
    match term.op:
        case "add":
            return (first + last) % PRIME
        case "mul":
            return first * last % PRIME
        case "neg":
            return -first % PRIME
        case "pow":
            assert isinstance(term.data, int)
            return pow(first, term.data, PRIME)
    return _ratio(first, last)


def _ratio(above: int, below: int) -> int | None:
    return above * pow(below, -1, PRIME) % PRIME if below % PRIME else None
