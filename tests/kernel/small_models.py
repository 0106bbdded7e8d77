"""A direct evaluator of formulas in small random interpretations, and random proofs by all rules.

It shares nothing with the kernel but the terms. Index sets have one to three elements; functions of
reals are polynomials, so that derivatives are exact (by dual numbers). "For all reals" or naturals
is tried at a few: such a formula may come out false with certainty, and true as "not known".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from random import Random
from typing import Any

from theory.kernel import proof as p
from theory.kernel import terms as t
from theory.kernel.sequent import Axiom, Sequent
from theory.kernel.solvers import z3_answer
from theory.kernel.syntax import to_text
from theory.kernel.terms import (
    NAT,
    REAL,
    KernelError,
    Lambda,
    Sort,
    Symbol,
    Term,
    const,
    eq,
    var,
)

A, B = Sort("A"), Sort("B")
INDICES = {sort: [var(name, sort) for name in ("i", "j")] for sort in (A, B)}
REALS, NATURALS = [var(name) for name in "xyz"], [var(name, NAT) for name in "nm"]
FUNCTIONS = [Symbol("f", (REAL,)), Symbol("g", (A, REAL)), Symbol("h", (A, B)), Symbol("c", ())]
ELEMENTS = {A: Symbol("next", (A,), A), B: Symbol("part", (A,), B)}
SIZE = Symbol("size", (A,), NAT)
FACTS = (
    Axiom("square", (REALS[0],), (), const(0) <= REALS[0] ** 2, "an even power"),
    Axiom(
        "larger_square",
        tuple(REALS[:2]),
        (const(0) <= REALS[0], REALS[0] <= REALS[1]),
        REALS[0] ** 2 <= REALS[1] ** 2,
        "monotone on [0, inf)",
    ),
)
POINTS = {REAL: [Fraction(q, 2) for q in (-4, -1, 0, 2, 3)], NAT: [Fraction(q) for q in range(4)]}
LONGEST = 40

Dual = tuple[Fraction, Fraction | None]  # a value, and its slope in t where that is known


class TooLarge(Exception):
    """A sum over more steps than this evaluator cares to add."""


class World:
    """A random interpretation, made up as it is asked for; the same question, the same answer."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.made: dict[Any, Any] = {}

    def _once(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]

    def domain(self, sort: Sort) -> range:
        return range(self._once(sort, lambda: self.rng.choice((1, 2, 2, 3))))

    def variable(self, variable: Term) -> Any:
        if variable.sort.finite:
            return self._once(variable, lambda: self.rng.choice(self.domain(variable.sort)))
        low = 0 if variable.sort == NAT else -2
        return self._once(variable, lambda: Fraction(self.rng.randint(low, 2))), Fraction(0)

    def apply(self, symbol: Symbol, args: list[Any]) -> Any:
        row = tuple(a for a, s in zip(args, symbol.sorts, strict=True) if s.finite)
        numbers = [a for a, s in zip(args, symbol.sorts, strict=True) if not s.finite]
        low = 0 if symbol.result == NAT else -2
        draw = lambda: [self.rng.randint(low, 2) for _ in range(2 * len(numbers) + 1)]  # noqa: E731
        start, *factors = self._once((symbol, row), draw)
        value: Dual = Fraction(start), Fraction(0)
        if symbol.result == NAT and any(s == REAL for s in symbol.sorts):
            return value
        for number, first, second in zip(numbers, factors[::2], factors[1::2], strict=True):
            value = add(value, mul((Fraction(first), Fraction(0)), number))
            value = add(value, mul((Fraction(second), Fraction(0)), mul(number, number)))
        if symbol.result.finite:
            return int(value[0]) % len(self.domain(symbol.result))
        return value

    def by_zero(self, numerator: Fraction) -> Dual:
        return self._once(("/0", numerator), lambda: Fraction(self.rng.randint(-2, 2))), None


def add(a: Dual, b: Dual) -> Dual:
    return a[0] + b[0], None if a[1] is None or b[1] is None else a[1] + b[1]


def mul(a: Dual, b: Dual) -> Dual:
    slope = None if a[1] is None or b[1] is None else a[0] * b[1] + a[1] * b[0]
    return a[0] * b[0], slope


def number(term: Term, env: dict[Term, Any], world: World) -> Any:
    """The value of a term: a dual number, or an element."""

    def of(inner: Term, **bound: Any) -> Any:
        return number(inner, env, world)

    match term.op:
        case "var":
            return env[term] if term in env else world.variable(term)
        case "const":
            return term.data, Fraction(0)
        case "apply":
            assert isinstance(term.data, Symbol)
            return world.apply(term.data, [of(a) for a in term.args])
        case "add":
            return add(of(term.args[0]), of(term.args[1]))
        case "mul":
            return mul(of(term.args[0]), of(term.args[1]))
        case "neg":
            return mul((Fraction(-1), Fraction(0)), of(term.args[0]))
        case "pow":
            base = value = of(term.args[0])
            for _ in range(int(str(term.data)) - 1):
                value = mul(value, base)
            return value
        case "div":
            (a, da), (b, db) = of(term.args[0]), of(term.args[1])
            if b == 0:
                return world.by_zero(a)
            return a / b, None if da is None or db is None else (da * b - a * db) / b**2
        case "max" | "min" | "abs":
            a = of(term.args[0])
            b = of(term.args[1]) if term.op != "abs" else mul((Fraction(-1), Fraction(0)), a)
            if a[0] == b[0]:
                return a[0], a[1] if a[1] == b[1] else None
            return min(a, b, key=first) if term.op == "min" else max(a, b, key=first)
        case "sum":
            index, body = term.args
            total: Dual = Fraction(0), Fraction(0)
            for element in world.domain(index.sort):
                total = add(total, number(body, {**env, index: element}, world))
            return total
        case "prefix":
            index, count, body = term.args
            steps, total = int(of(count)[0]), (Fraction(0), Fraction(0))
            if steps > LONGEST:
                raise TooLarge
            for k in range(steps):
                step = Fraction(k), Fraction(0)
                total = add(total, number(body, {**env, index: step}, world))
            return total
    raise AssertionError(term.op)


def first(pair: Dual) -> Fraction:
    return pair[0]


def truth(formula: Term, env: dict[Term, Any], world: World) -> bool | None:
    """True, False, or None where it is not known."""
    op, args = formula.op, formula.args
    if op == "true":
        return True
    if op in ("le", "lt", "eq"):
        left, right = (number(a, env, world) for a in args)
        if args[0].sort.finite:
            return bool(left == right)
        a, b = left[0], right[0]
        return bool(a <= b if op == "le" else a < b if op == "lt" else a == b)
    if op == "deriv":
        return _is_derivative(formula, env, world)
    if op == "forall":
        index, body = args
        if index.sort.finite:
            return _all(truth(body, {**env, index: e}, world) for e in world.domain(index.sort))
        points = ((q, Fraction(0)) for q in POINTS[index.sort])
        tried = _all(truth(body, {**env, index: q}, world) for q in points)
        return None if tried and index in body.free else tried
    parts = [truth(a, env, world) for a in args]
    if op == "not":
        return None if parts[0] is None else not parts[0]
    if op == "implies":
        return _any([None if parts[0] is None else not parts[0], parts[1]])
    return _all(parts) if op == "and" else _any(parts)


def _all(parts: Iterator[bool | None] | list[bool | None]) -> bool | None:
    found = set(parts)
    return False if False in found else None if None in found else True


def _any(parts: list[bool | None]) -> bool | None:
    return True if True in parts else None if None in parts else False


def _is_derivative(formula: Term, env: dict[Term, Any], world: World) -> bool | None:
    """By dual numbers at more points than such polynomials have coefficients; None where a corner
    or a quotient by 0 is met."""
    variable, function, slope = formula.args
    still = {v: (x[0], Fraction(0)) if type(x) is tuple else x for v, x in env.items()}
    found: list[bool | None] = []
    for q in range(-12, 13):
        here = {**still, variable: (Fraction(q), Fraction(1))}
        rise = number(function, here, world)[1]
        here[variable] = Fraction(q), Fraction(0)
        found.append(None if rise is None else rise == number(slope, here, world)[0])
    smooth = not {"max", "min", "abs"} & _operators(function)
    tried = _all(found)
    return tried if smooth or tried is False else None


def _operators(term: Term) -> set[str]:
    return {term.op}.union(*map(_operators, term.args))


def _listed(terms: Iterable[Term]) -> list[Term]:
    """In an order that does not depend on hashes."""
    return sorted(terms, key=to_text)


def fails(sequent: Sequent, rng: Random, worlds: int) -> bool:
    """Whether all hypotheses hold and the conclusion does not, for certain, in some world."""
    for _ in range(worlds):
        world = World(rng)
        try:
            if truth(sequent.conclusion, {}, world) is not False:
                continue
            if all(truth(h, {}, world) is True for h in _listed(sequent.hypotheses)):
                return True
        except TooLarge:
            continue
    return False


# -- random terms and proofs -----------------------------------------------------------------------


class Prover:
    """Draws rules and their arguments; keeps what was proved."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.pool: list[p.Proof] = []

    def pick(self, *options: Any) -> Any:
        return self.rng.choice(options)

    def index(self) -> Term:
        return self.pick(*INDICES[self.pick(A, B)])

    def element(self, sort: Sort, depth: int = 1) -> Term:
        if depth and self.rng.random() < 0.3:
            return ELEMENTS[sort](self.element(A, depth - 1))
        return self.pick(*INDICES[sort])

    def natural(self, depth: int = 1) -> Term:
        small = (*NATURALS, const(0), const(1), const(2))
        if not depth or self.rng.random() < 0.6:
            return self.pick(*small)
        return self.pick(SIZE(self.element(A)), self.natural(depth - 1) + self.pick(*small))

    def real(self, depth: int = 2) -> Term:
        if not depth or self.rng.random() < 0.2:
            return self.pick(*REALS, const(self.rng.randint(-2, 2)), self.natural(0))
        a, b = self.real(depth - 1), self.real(depth - 1)
        simple = (a + b, a * b, -a, t.maximum(a, b), t.absolute(a), a**2, a / b, self.natural())
        sums = (t.total(self.index(), a), t.prefix_sum(self.pick(*NATURALS), self.natural(), a))
        return self.pick(*simple, *sums, *sums, self.value(depth), self.value(depth))

    def value(self, depth: int) -> Term:
        symbol = self.pick(*FUNCTIONS)
        return symbol(*(self.of(sort, depth - 1) for sort in symbol.sorts))

    def of(self, sort: Sort, depth: int) -> Term:
        if sort.finite:
            return self.element(sort)
        return self.natural() if sort == NAT else self.real(depth)

    def formula(self, depth: int = 2) -> Term:
        if not depth or self.rng.random() < 0.5:
            if self.rng.random() < 0.15:
                sort = self.pick(A, B)
                return eq(self.element(sort), self.element(sort))
            return Term(self.pick("le", "lt", "eq"), (self.real(), self.real()))
        a, b = self.formula(depth - 1), self.formula(depth - 1)
        bound = self.pick(self.index(), self.index(), *REALS, *NATURALS)
        return self.pick(t.negate(a), t.implies(a, b), t.conj(a, b), t.forall(bound, a))

    def simple(self) -> Term:
        """A formula that often holds: little about few things, in one bound or two, or none."""
        index, other = INDICES[A]
        about = self.pick(FUNCTIONS[1](index, self.real(0)), SIZE(index), self.value(1))
        atom = self.pick(about <= self.real(0), eq(about, self.real(0)), eq(index, other))
        bound = self.pick((), (), (index,), (index, other), (REALS[0], index))
        for variable in bound:
            atom = t.forall(variable, atom)
        return self.pick(atom, atom, self.formula())

    def old(self, op: str | None = None) -> p.Proof:
        """Something proved before, of a form. KernelError when there is nothing."""
        fitting = [q for q in self.pool if op is None or q.conclusion.op == op]
        if not fitting:
            raise KernelError(f"nothing of the form {op} is proved")
        return self.pick(*fitting)

    def variable(self, proof: p.Proof | None = None, finite: bool = False) -> Term:
        """Any variable; mostly one that a proof speaks of, where a rule may go wrong."""
        formulas = () if proof is None else (*proof.hypotheses, proof.conclusion)
        spoken = _listed({v for h in formulas for v in h.free})
        spoken = [v for v in spoken if v.sort.finite or not finite]
        if spoken and self.rng.random() < 0.8:
            return self.pick(*spoken)
        return self.index() if finite else self.pick(self.index(), *REALS, *NATURALS)

    def near(self, sort: Sort) -> Term:
        """A value that may be captured: it speaks of an index, if it is a number."""
        return (
            self.of(sort, 1) if sort.finite else self.pick(SIZE(self.element(A)), self.of(sort, 1))
        )

    def goal(self, *premises: p.Proof) -> Term:
        """Something that often follows."""
        conclusions = [q.conclusion for q in premises]
        a = self.pick(*conclusions)
        left = [c.args for c in conclusions if c.op in ("le", "lt", "eq")]
        likely = [t.conj(*conclusions), a, t.negate(t.negate(a)), t.implies(self.formula(1), a)]
        for u, v in left:
            if not u.sort.finite:
                likely += [u <= v, self.real(1) ** 2 + u <= v, u - v <= const(0)]
        return self.pick(*likely, self.formula(1))

    def step(self) -> tuple[str, p.Proof]:
        """One application of a rule. Raises KernelError when the rule refuses."""
        rule = self.pick(*STEPS)
        return rule, STEPS[rule](self)


def _instantiate(d: Prover) -> p.Proof:
    proof = d.old()
    values = {v: d.near(v.sort) for v in (d.variable(proof), d.variable(proof))}
    functions = {}
    for symbol in d.rng.sample([*FUNCTIONS, *ELEMENTS.values(), SIZE], 2):
        params = tuple((INDICES[s] if s.finite else REALS)[n] for n, s in enumerate(symbol.sorts))
        functions[symbol] = Lambda(params, d.of(symbol.result, 1))
    return p.instantiate(proof, values, d.pick(functions, {}))


def _rename_index(d: Prover) -> p.Proof:
    old = d.variable(proof := d.old(), finite=True)
    return p.rename_index(proof, old, d.pick(*INDICES[old.sort], d.index(), var("k", d.pick(A, B))))


def _induction(d: Prover) -> p.Proof:
    n, body = NATURALS[0], d.formula(1)
    claim = d.pick(body, 0 <= t.prefix_sum(NATURALS[1], n, d.real(1) ** 2), 0 <= n * n)
    later = t.substitute(claim, {n: n + 1})
    step = d.pick(p.assume(later), p.specialise(p.assume(t.forall(n, later)), n))
    return p.induction(n, claim, p.assume(t.substitute(claim, {n: const(0)})), step)


def _differentiate(d: Prover) -> p.Proof:
    x, function = REALS[0], d.real(2)
    if d.rng.random() < 0.4:
        index = INDICES[A][0]
        known = p.assume(t.has_derivative(x, FUNCTIONS[1](index, x), d.real(1)))
        body = d.pick(FUNCTIONS[1](index, x), t.total(index, FUNCTIONS[1](index, x)))
        return p.differentiate(
            x, body, d.pick(known, p.specialise(p.assume(t.forall(index, known.conclusion)), index))
        )
    return p.differentiate(x, function)


def _rename_derivative(d: Prover) -> p.Proof:
    made = d.old("deriv")
    x, f, g = made.conclusion.args
    changed = d.pick(f + 0, f * 1, t.substitute(f, {x: x + 0}), d.real(1))
    equal = d.pick(p.solve(eq(f, changed)), p.assume(eq(f, changed)))
    return p.rename_derivative(made, equal, p.solve(eq(g, d.pick(g, g + 0, g * 1))))


def _nondecreasing(d: Prover) -> p.Proof:
    x, function = REALS[0], d.pick(d.real(1), REALS[0] ** 2, FUNCTIONS[0](REALS[0]))
    rise = (
        p.differentiate(x, function)
        if d.rng.random() < 0.6
        else p.assume(t.has_derivative(x, function, d.real(1)))
    )
    slope = rise.conclusion.args[2]
    start, end = d.pick(const(0), const(-1), d.real(0)), d.pick(const(1), d.real(0))
    known = d.pick((start <= x,), (x <= end,), (start <= x, x <= end), (0 <= slope,), ())
    return p.nondecreasing(rise, p.solve(0 <= slope, *map(p.assume, known)), start, end)


STEPS: dict[str, Callable[[Prover], p.Proof]] = {
    "assume": lambda d: p.assume(d.simple()),
    "axiom": lambda d: p.axiom(
        d.pick(*FACTS), d.real(1), *d.pick((), (d.real(1),)), given=tuple(d.pool[-3:])
    ),
    "solve": lambda d: p.solve(d.goal(*(given := (d.old(), d.old()))), *given),
    "conclude": lambda d: p.conclude(d.goal(*(given := (d.old(), d.old()))), *given),
    "discharge": lambda d: p.discharge(q := d.old(), d.pick(d.formula(1), *_listed(q.hypotheses))),
    "cut": lambda d: p.cut(q := d.old(), p.solve(d.goal(q), p.assume(q.conclusion), d.old())),
    "generalise": lambda d: p.generalise(q := d.old(), d.variable(q)),
    "specialise": lambda d: p.specialise(q := d.old("forall"), d.of(q.conclusion.args[0].sort, 1)),
    "both": lambda d: p.both(d.old(), d.old()),
    "part": lambda d: p.part(d.old("and"), d.rng.randint(0, 2)),
    "apply_implication": lambda d: p.apply_implication(
        q := d.old("implies"), p.assume(q.conclusion.args[0])
    ),
    "instantiate": _instantiate,
    "rename_index": _rename_index,
    "congruence": lambda d: p.congruence(
        d.old("eq"), hole := d.pick(REALS[2], d.index()), d.pick(d.real(2), d.real(2) + hole)
        if not hole.sort.finite else FUNCTIONS[2](*INDICES[A][:1], *INDICES[B][:1])
    ),
    "sum_linear": lambda d: p.sum_linear(
        d.index(), (d.near(REAL), d.real(1)), (d.real(0), d.real(1))
    ),
    "sum_monotone": lambda d: p.sum_monotone(
        q := d.old(d.pick("le", "eq")), d.variable(q, finite=True)
    ),
    "sum_exchange": lambda d: p.sum_exchange(d.index(), d.index(), d.real(1)),
    "prefix_zero": lambda d: p.prefix_zero(d.pick(*NATURALS), d.real(1)),
    "prefix_step": lambda d: p.prefix_step(d.pick(*NATURALS), d.natural(), d.real(1)),
    "induction": _induction,
    "differentiate": _differentiate,
    "rename_derivative": _rename_derivative,
    "derivative_unique": lambda d: p.derivative_unique(q := d.old("deriv"), d.pick(q, p.assume(
        t.has_derivative(*q.conclusion.args[:2], d.real(1))))),
    "nondecreasing": _nondecreasing,
}  # fmt: skip


def proofs(seed: int, attempts: int, kept: int = 40) -> Iterator[tuple[str, p.Proof]]:
    """What random applications of rules prove; each rule is tried, in proofs of some depth."""
    prover = Prover(seed)
    answered: dict[str, bool] = {}
    prover.pool = [p.assume(prover.simple()) for _ in range(8)]
    for _ in range(attempts):
        try:
            rule, made = prover.step()
        except KernelError:
            continue
        for question in made.obligations().values():
            if question.digest not in answered:
                answered[question.digest] = z3_answer(question.text, 0.05) == "unsat"
        if all(answered[digest] for digest in made.obligations()):
            yield rule, made
            prover.pool.append(made)
            if len(prover.pool) > kept:
                prover.pool.pop(prover.rng.randrange(len(prover.pool)))
