"""The inference rules: the only ways to make a sequent from sequents.

A sequent ``hypotheses |- conclusion`` says: in every interpretation of the free variables and the
function symbols, and with every index set finite and not empty, if all hypotheses hold, so does the
conclusion. Each rule below preserves that, and
its docstring is the reason. A rule is a pure function of its premises and arguments; rules that
state a fact of mathematics (and not of logic) name it, and the name travels with every later
sequent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from theory.kernel import terms as t
from theory.kernel.calculus import derivative
from theory.kernel.obligations import Obligation, implication, meaningful
from theory.kernel.terms import KernelError, Lambda, Symbol, Term


class OutsideRange(KernelError):
    """An axiom was instantiated where its range condition has not been proved."""


class BadDefinition(KernelError):
    """A definition that is recursive, has free variables, or reuses a name."""


@dataclass(frozen=True, slots=True)
class Axiom:
    """A textbook fact: for all ``variables`` that meet ``conditions``, ``conclusion``."""

    name: str
    variables: tuple[Term, ...]
    conditions: tuple[Term, ...]
    conclusion: Term
    source: str

    def __post_init__(self) -> None:
        for formula in (*self.conditions, self.conclusion):
            t.require_sort(formula, t.BOOL, f"axiom {self.name}")
            if not formula.free <= set(self.variables) or formula.symbols:
                raise KernelError(f"axiom {self.name} has free variables or function symbols")


@dataclass(frozen=True, slots=True)
class Definition:
    """symbol(params) = body."""

    symbol: Symbol
    params: tuple[Term, ...]
    body: Term


@dataclass(frozen=True, slots=True)
class Sequent:
    hypotheses: frozenset[Term]
    conclusion: Term


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule yields: a sequent, the questions it leaves to the solvers, the fact it rests
    on."""

    sequent: Sequent
    obligations: tuple[Obligation, ...] = ()
    fact: str | None = None
    definition: Definition | None = None


Premises = tuple[Sequent, ...]
ZERO, ONE = t.const(0), t.const(1)


def _all_hypotheses(premises: Premises) -> frozenset[Term]:
    return frozenset[Term]().union(*(p.hypotheses for p in premises))


def _outcome(hypotheses: frozenset[Term], conclusion: Term, fact: str | None = None) -> Outcome:
    t.require_sort(conclusion, t.BOOL, "a conclusion")
    return Outcome(Sequent(hypotheses, conclusion), fact=fact)


def _require_general(variable: Term, hypotheses: frozenset[Term], rule: str) -> None:
    if any(variable in h.free for h in hypotheses):
        raise KernelError(f"{rule}: {variable.data} is free in a hypothesis")


def _match(sequent: Sequent, op: str, rule: str) -> tuple[Term, ...]:
    if sequent.conclusion.op != op:
        raise KernelError(f"{rule} needs a premise of the form {op}, got {sequent.conclusion.op}")
    return sequent.conclusion.args


def _count(premises: Premises, n: int, rule: str) -> None:
    if len(premises) != n:
        raise KernelError(f"{rule} takes {n} premises, got {len(premises)}")


# -- logic -----------------------------------------------------------------------------------


def assume(premises: Premises, formula: Term) -> Outcome:
    """phi |- phi."""
    _count(premises, 0, "assume")
    return _outcome(frozenset([formula]), formula)


def axiom(premises: Premises, fact: Axiom, *values: Term) -> Outcome:
    """An instance of a textbook fact; each range condition must be a premise."""
    if len(values) != len(fact.variables):
        raise KernelError(f"{fact.name} takes {len(fact.variables)} values, got {len(values)}")
    instance = dict(zip(fact.variables, values, strict=True))
    proved = {p.conclusion for p in premises}
    for condition in fact.conditions:
        if t.substitute(condition, instance) not in proved:
            raise OutsideRange(f"{fact.name}: its range condition is not among the premises")
    return _outcome(_all_hypotheses(premises), t.substitute(fact.conclusion, instance), fact.name)


def solve(premises: Premises, goal: Term) -> Outcome:
    """Real arithmetic: the premises imply the goal, by the answer of both solvers."""
    question = implication(tuple(p.conclusion for p in premises), goal)
    return Outcome(Sequent(_all_hypotheses(premises), goal), (question,))


def conclude(premises: Premises, goal: Term) -> Outcome:
    """As ``solve``, and the goal is meaningful: no denominator is 0, every log is of a positive
    number. The last step of every claim."""
    known = tuple(p.conclusion for p in premises)
    questions = (implication(known, goal), *meaningful(known, goal))
    return Outcome(Sequent(_all_hypotheses(premises), goal), questions)


def discharge(premises: Premises, formula: Term) -> Outcome:
    """From G, phi |- psi: G |- phi => psi."""
    _count(premises, 1, "discharge")
    hypotheses = premises[0].hypotheses - {formula}
    return _outcome(hypotheses, t.implies(formula, premises[0].conclusion))


def cut(premises: Premises) -> Outcome:
    """From G |- phi and D, phi |- psi: G, D |- psi."""
    _count(premises, 2, "cut")
    lemma, user = premises
    if lemma.conclusion not in user.hypotheses:
        raise KernelError("cut: the first conclusion is not a hypothesis of the second premise")
    rest = user.hypotheses - {lemma.conclusion}
    return _outcome(lemma.hypotheses | rest, user.conclusion)


def weaken(premises: Premises, *formulas: Term) -> Outcome:
    """More hypotheses prove no less."""
    _count(premises, 1, "weaken")
    for formula in formulas:
        t.require_sort(formula, t.BOOL, "a hypothesis")
    return _outcome(premises[0].hypotheses | frozenset(formulas), premises[0].conclusion)


def generalise(premises: Premises, variable: Term) -> Outcome:
    """From G |- phi with x not free in G: G |- for all x, phi."""
    _count(premises, 1, "generalise")
    _require_general(variable, premises[0].hypotheses, "generalise")
    return _outcome(premises[0].hypotheses, t.forall(variable, premises[0].conclusion))


def specialise(premises: Premises, value: Term) -> Outcome:
    """From G |- for all x, phi(x): G |- phi(value)."""
    _count(premises, 1, "specialise")
    variable, body = _match(premises[0], "forall", "specialise")
    return _outcome(premises[0].hypotheses, t.substitute(body, {variable: value}))


def both(premises: Premises) -> Outcome:
    """From G |- phi and D |- psi and ...: all of them."""
    return _outcome(_all_hypotheses(premises), t.conj(*(p.conclusion for p in premises)))


def part(premises: Premises, index: int) -> Outcome:
    """From a conjunction, one of its parts."""
    _count(premises, 1, "part")
    parts = _match(premises[0], "and", "part")
    if not 0 <= index < len(parts):
        raise KernelError(f"part: no part {index} among {len(parts)}")
    return _outcome(premises[0].hypotheses, parts[index])


def apply_implication(premises: Premises) -> Outcome:
    """From G |- phi => psi and D |- phi: G, D |- psi."""
    _count(premises, 2, "apply_implication")
    left, right = _match(premises[0], "implies", "apply_implication")
    if premises[1].conclusion != left:
        raise KernelError("apply_implication: the second premise is not the condition of the first")
    return _outcome(_all_hypotheses(premises), right)


def instantiate(
    premises: Premises,
    values: tuple[tuple[Term, Term], ...],
    functions: tuple[tuple[Symbol, Lambda], ...],
) -> Outcome:
    """A sequent holds in every interpretation, so also where its symbols mean these functions."""
    _count(premises, 1, "instantiate")
    by_variable, by_symbol = dict(values), dict(functions)

    def put(formula: Term) -> Term:
        return t.instantiate(formula, by_variable, by_symbol)

    hypotheses = frozenset(put(h) for h in premises[0].hypotheses)
    return _outcome(hypotheses, put(premises[0].conclusion))


def congruence(premises: Premises, hole: Term, template: Term) -> Outcome:
    """From G |- a = b: G |- template[a] = template[b]."""
    _count(premises, 1, "congruence")
    a, b = _match(premises[0], "eq", "congruence")
    left, right = (t.substitute(template, {hole: x}) for x in (a, b))
    return _outcome(premises[0].hypotheses, t.eq(left, right))


def definition(premises: Premises, symbol: Symbol, params: tuple[Term, ...], body: Term) -> Outcome:
    """A new name for an expression in its parameters, made of arithmetic, exp and log alone.

    No free variables and no function symbols in the body: nothing to recurse on, nothing to
    capture."""
    _count(premises, 0, "definition")
    if tuple(p.sort for p in params) != symbol.sorts or len(set(params)) != len(params):
        raise BadDefinition(f"{symbol.name}: parameters do not fit its sorts")
    if not body.free <= set(params):
        raise BadDefinition(f"{symbol.name}: free variables in its body")
    if symbol in body.symbols:
        raise BadDefinition(f"{symbol.name}: recursive definition")
    if body.symbols:
        raise BadDefinition(f"{symbol.name}: its body uses a function symbol")
    t.require_sort(body, t.REAL, "the body of a definition")
    formula = t.eq(symbol(*params), body)
    for param in reversed(params):
        formula = t.forall(param, formula)
    return Outcome(Sequent(frozenset(), formula), definition=Definition(symbol, params, body))


# -- finite sums -------------------------------------------------------------------------------


def sum_linear(premises: Premises, index: Term, *pairs: tuple[Term, Term]) -> Outcome:
    """sum (c1*f1 + c2*f2 + ...) = c1*sum f1 + c2*sum f2 + ..., the c's not depending on the
    index."""
    _count(premises, 0, "sum_linear")
    if not pairs:
        raise KernelError("sum_linear: nothing to add")
    if any(index in c.free for c, _ in pairs):
        raise KernelError(f"sum_linear: a coefficient depends on {index.data}")
    inside, outside = (c * f for c, f in pairs), (c * t.total(index, f) for c, f in pairs)
    return _outcome(frozenset(), t.eq(t.total(index, _add(*inside)), _add(*outside)), "sum_linear")


def _add(first: Term, *rest: Term) -> Term:
    for term in rest:
        first = first + term
    return first


def sum_monotone(premises: Premises, index: Term) -> Outcome:
    """From G |- f <= g (or f = g) with the index not free in G: G |- sum f <= sum g (or =)."""
    _count(premises, 1, "sum_monotone")
    pointwise = premises[0].conclusion
    if pointwise.op not in ("le", "eq"):
        raise KernelError("sum_monotone needs a premise f <= g or f = g")
    _require_general(index, premises[0].hypotheses, "sum_monotone")
    left, right = (t.total(index, side) for side in pointwise.args)
    relation = left <= right if pointwise.op == "le" else t.eq(left, right)
    return _outcome(premises[0].hypotheses, relation, "sum_monotone")


def sum_exchange(premises: Premises, outer: Term, inner: Term, body: Term) -> Outcome:
    """The order of two finite sums does not matter."""
    _count(premises, 0, "sum_exchange")
    if outer == inner:
        raise KernelError("sum_exchange: the two indices must differ")
    left = t.total(outer, t.total(inner, body))
    right = t.total(inner, t.total(outer, body))
    return _outcome(frozenset(), t.eq(left, right), "sum_exchange")


def prefix_zero(premises: Premises, index: Term, body: Term) -> Outcome:
    """A sum of no terms is 0."""
    _count(premises, 0, "prefix_zero")
    return _outcome(frozenset(), t.eq(t.prefix_sum(index, ZERO, body), ZERO), "prefix_sum")


def prefix_step(premises: Premises, index: Term, count: Term, body: Term) -> Outcome:
    """The sum of n + 1 terms is the sum of n terms plus the term number n."""
    _count(premises, 0, "prefix_step")
    longer = t.prefix_sum(index, count + 1, body)
    last = t.substitute(body, {index: count})
    formula = t.eq(longer, t.prefix_sum(index, count, body) + last)
    return _outcome(frozenset(), formula, "prefix_sum")


def induction(premises: Premises, index: Term, claim: Term) -> Outcome:
    """From G |- P(0) and D, P(k) |- P(k+1) with k not free in G, D: G, D |- for all k, P(k)."""
    _count(premises, 2, "induction")
    t.require_sort(index, t.NAT, "the variable of an induction")
    base, step = premises
    if base.conclusion != t.substitute(claim, {index: ZERO}):
        raise KernelError("induction: the first premise is not the claim at 0")
    if step.conclusion != t.substitute(claim, {index: index + 1}):
        raise KernelError("induction: the second premise is not the claim at k + 1")
    hypotheses = base.hypotheses | (step.hypotheses - {claim})
    _require_general(index, hypotheses, "induction")
    return _outcome(hypotheses, t.forall(index, claim), "induction")


# -- calculus ----------------------------------------------------------------------------------


def differentiate(premises: Premises, variable: Term, function: Term) -> Outcome:
    """The derivative of ``function``; premises give abstract derivatives and side conditions, all
    with the variable general."""
    known, facts = {}, set()
    for premise in premises:
        _require_general(variable, premise.hypotheses, "differentiate")
        if premise.conclusion.op == "deriv":
            t0, f, g = premise.conclusion.args
            if t0 != variable:
                raise KernelError("differentiate: a premise differentiates in another variable")
            known[f] = g
        else:
            facts.add(premise.conclusion)
    # An index bound by a sum inside the function must be general in the premises as well.
    for index in _bound_indices(function):
        _require_general(index, _all_hypotheses(premises), "differentiate")
    slope = derivative(variable, function, known, frozenset(facts))
    formula = t.has_derivative(variable, function, slope)
    return _outcome(_all_hypotheses(premises), formula, "derivative_rules")


def _bound_indices(term: Term) -> frozenset[Term]:
    inner = frozenset[Term]().union(*(_bound_indices(a) for a in term.args))
    return inner | {term.args[0]} if term.op == "sum" else inner


def rename_derivative(premises: Premises) -> Outcome:
    """From t -> f has derivative g, and f = f1, g = g1 for every t: t -> f1 has derivative g1."""
    _count(premises, 3, "rename_derivative")
    variable, f, g = _match(premises[0], "deriv", "rename_derivative")
    for equation, side in zip(premises[1:], (f, g), strict=True):
        if _match(equation, "eq", "rename_derivative")[0] != side:
            raise KernelError("rename_derivative: an equation does not start at f or at g")
        _require_general(variable, equation.hypotheses, "rename_derivative")
    new = (premises[1].conclusion.args[1], premises[2].conclusion.args[1])
    return _outcome(_all_hypotheses(premises), t.has_derivative(variable, *new), "derivative_rules")


def derivative_unique(premises: Premises) -> Outcome:
    """A function has at most one derivative."""
    _count(premises, 2, "derivative_unique")
    first = _match(premises[0], "deriv", "derivative_unique")
    second = _match(premises[1], "deriv", "derivative_unique")
    if first[:2] != second[:2]:
        raise KernelError("derivative_unique: the premises are about different functions")
    formula = t.forall(first[0], t.eq(first[2], second[2]))
    return _outcome(_all_hypotheses(premises), formula, "derivative_unique")


def nondecreasing(premises: Premises, start: Term, end: Term) -> Outcome:
    """f' >= 0 on [start, end] gives f(start) <= f(end) (mean value theorem).

    Premises: f has derivative f'; and D |- 0 <= f', where D may use start <= t and t <= end."""
    _count(premises, 2, "nondecreasing")
    variable, f, slope = _match(premises[0], "deriv", "nondecreasing")
    if variable in start.free | end.free:
        raise KernelError("nondecreasing: the interval depends on the variable")
    if premises[1].conclusion != (ZERO <= slope):
        raise KernelError("nondecreasing: the second premise is not 0 <= f'")
    rest = premises[1].hypotheses - {start <= variable, variable <= end}
    _require_general(variable, rest, "nondecreasing")
    left, right = (t.substitute(f, {variable: x}) for x in (start, end))
    hypotheses = premises[0].hypotheses | rest | {start <= end}
    return _outcome(hypotheses, left <= right, "mean_value")


RULES: dict[str, Callable[..., Outcome]] = {
    rule.__name__: rule
    for rule in (
        assume,
        axiom,
        solve,
        conclude,
        discharge,
        cut,
        weaken,
        generalise,
        specialise,
        both,
        part,
        apply_implication,
        instantiate,
        congruence,
        definition,
        sum_linear,
        sum_monotone,
        sum_exchange,
        prefix_zero,
        prefix_step,
        induction,
        differentiate,
        rename_derivative,
        derivative_unique,
        nondecreasing,
    )
}

FACTS: dict[str, tuple[str, str]] = {
    "sum_linear": ("sum (a f + b g) = a sum f + b sum g", "finite sums: distributive law"),
    "sum_monotone": ("f <= g pointwise implies sum f <= sum g", "finite sums of an ordered field"),
    "sum_exchange": ("sum_i sum_j f = sum_j sum_i f", "finite sums: commutative law"),
    "prefix_sum": ("sum over no k is 0; sum_{k<n+1} f = sum_{k<n} f + f(n)", "definition of a sum"),
    "induction": ("P(0) and (P(k) implies P(k+1)) imply P(k) for every k", "Peano"),
    "derivative_rules": (
        "derivatives of constants, t, f+g, f*g, f/g, f^n, exp f, log f and finite sums",
        "Rudin, Principles of Mathematical Analysis, ch. 5 and 8",
    ),
    "derivative_unique": ("a function has at most one derivative at a point", "Rudin, def. 5.1"),
    "mean_value": ("f' >= 0 on [a, b] implies f(a) <= f(b)", "Rudin, theorem 5.11"),
}
