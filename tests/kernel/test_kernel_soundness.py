"""The kernel refuses what would prove False; next to each refusal, what it rightly accepts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from types import SimpleNamespace
from typing import Any

import pytest

from theory.kernel import proof as p
from theory.kernel import terms as t
from theory.kernel.axioms import EXP_LOG, EXP_TANGENT
from theory.kernel.obligations import conditions
from theory.kernel.rules import RULES
from theory.kernel.sequent import Axiom, OutsideRange, Sequent
from theory.kernel.solvers import decide
from theory.kernel.terms import (
    NAT,
    REAL,
    CaptureError,
    KernelError,
    Lambda,
    Sort,
    SortError,
    Symbol,
    Term,
    eq,
    lift,
    var,
)
from theory.kernel.verdict import Case, NotThisClaim, check_case
from theory.ledger.run import build
from theory.statements import STATEMENTS

ITEM, OTHER = Sort("Item"), Sort("Other")
x, y, z, n = var("x"), var("y"), var("z"), var("n", NAT)
item, other = var("item", ITEM), var("other", ITEM)
f, g, a = Symbol("f", (REAL,)), Symbol("g", (ITEM, REAL)), Symbol("a", (ITEM,))
FALSE = lift(0) < 0


def weaken(proof: p.Proof, formula: Term) -> p.Proof:
    """One more hypothesis."""
    return p.apply_implication(p.discharge(proof, formula), p.assume(formula))


def proved(proof: p.Proof) -> bool:
    return all(decide(q.text, 5).verdict == "proved" for q in proof.obligations().values())


def test_the_kernel_proves_the_true_and_not_the_false() -> None:
    assert proved(p.solve(lift(0) < 1))
    assert not proved(p.solve(FALSE))
    assert proved(p.solve(FALSE, p.assume(FALSE)))
    assert p.solve(FALSE, p.assume(FALSE)).hypotheses == {FALSE}


# -- capture ---------------------------------------------------------------------------------------


CAPTURES = {
    "forall": lambda: p.specialise(p.assume(t.forall(y, t.forall(x, y <= f(x)))), x),
    "sum": lambda: t.substitute(t.total(item, y * a(item)), {y: a(item)}),
    "prefix": lambda: t.substitute(t.prefix_sum(n, 3, y + n), {y: n + 1}),
    "deriv": lambda: t.substitute(t.has_derivative(x, y * x, y), {y: f(x)}),
    "function body": lambda: p.instantiate(
        p.assume(t.forall(x, eq(f(0), 0))), functions={f: Lambda((y,), x)}
    ),
    "function argument": lambda: p.instantiate(
        p.assume(t.forall(y, 0 <= f(y))),
        functions={f: Lambda((x,), t.prefix_sum(n, 3, x) + y)},
    ),
    "congruence": lambda: p.congruence(p.assume(eq(a(item), 0)), z, t.total(item, z * a(item))),
    "axiom": lambda: p.axiom(Axiom("odd", (x,), (), t.forall(y, x <= y), ""), y),
    "function, inside": lambda: Lambda((y,), t.total(item, y * a(item)))(a(item)),
}


@pytest.mark.parametrize("name", CAPTURES)
def test_a_value_is_never_captured_by_a_binder(name: str) -> None:
    with pytest.raises(CaptureError):
        CAPTURES[name]()


def test_substitution_leaves_bound_variables_alone_and_reaches_the_count_of_a_sum() -> None:
    formula = t.forall(x, x <= y)
    assert t.substitute(formula, {x: lift(3)}) == formula
    assert t.substitute(formula, {y: z}) == t.forall(x, x <= z)
    counted = t.prefix_sum(n, n + 1, f(n))
    assert t.substitute(counted, {n: lift(3)}) == t.prefix_sum(n, lift(3) + 1, f(n))


def test_a_body_that_mentions_its_own_symbol_is_replaced_once() -> None:
    doubled = p.instantiate(p.assume(eq(f(x), 0)), functions={f: Lambda((x,), f(x) + f(x))})
    assert doubled.conclusion == eq(f(x) + f(x), 0)


# -- free variables --------------------------------------------------------------------------------


def test_a_variable_of_a_hypothesis_can_not_be_generalised() -> None:
    with pytest.raises(KernelError, match="free in a hypothesis"):
        p.generalise(p.assume(0 < x), x)
    assert p.generalise(p.assume(0 < x), y).conclusion == t.forall(y, 0 < x)


def test_a_sum_is_not_bounded_by_a_bound_on_one_term() -> None:
    with pytest.raises(KernelError, match="free in a hypothesis"):
        p.sum_monotone(p.assume(a(item) <= 1), item)
    everywhere = p.specialise(p.assume(t.forall(item, a(item) <= 1)), item)
    assert p.sum_monotone(everywhere, item).conclusion == (
        t.total(item, a(item)) <= t.total(item, 1)
    )
    with pytest.raises(KernelError, match="f <= g or f = g"):
        p.sum_monotone(p.assume(lift(0) < 1), item)


def test_a_coefficient_may_not_depend_on_the_index() -> None:
    with pytest.raises(KernelError, match="depends on item"):
        p.sum_linear(item, (a(item), a(item)))
    assert p.sum_linear(item, (x, a(item))).facts == {"sum_linear"}
    with pytest.raises(KernelError, match="must differ"):
        p.sum_exchange(item, item, a(item))


def test_induction_needs_both_premises_for_every_number() -> None:
    claim = 0 <= f(n)
    base, step = p.assume(0 <= f(0)), weaken(p.assume(0 <= f(n + 1)), claim)
    with pytest.raises(KernelError, match="free in a hypothesis"):
        p.induction(n, claim, base, step)
    with pytest.raises(KernelError, match="at 0"):
        p.induction(n, claim, p.assume(0 <= f(1)), step)
    with pytest.raises(KernelError, match=re.escape("at k + 1")):
        p.induction(n, claim, base, p.assume(claim))
    with pytest.raises(SortError):
        p.induction(x, 0 <= f(x), base, p.assume(0 <= f(x + 1)))
    every = p.assume(t.forall(n, t.implies(claim, 0 <= f(n + 1))))
    good = p.apply_implication(p.specialise(every, n), p.assume(claim))
    assert p.induction(n, claim, base, good).hypotheses == base.hypotheses | every.hypotheses


# -- division by zero and logarithms ---------------------------------------------------------------


@pytest.mark.parametrize(
    "goal",
    [eq(x / x, 1), eq(x / y * y, x), eq(x / y, x * (1 / y)), 0 <= t.absolute(x / y) - x / y + 0],
    ids=["x/x = 1", "x/y*y = x", "x/y = x(1/y)", "|q| >= q"],
)
def test_nothing_follows_about_a_quotient_until_its_denominator_is_not_zero(goal: Term) -> None:
    apart = p.assume(t.conj(t.negate(eq(x, 0)), t.negate(eq(y, 0))))
    assert proved(p.solve(goal, apart))
    assert proved(p.solve(goal)) == (goal.op == "le")


def test_a_conclusion_with_a_possible_zero_denominator_is_not_meaningful() -> None:
    assert not proved(p.conclude(eq(x / y, x / y)))
    assert not proved(p.conclude(eq(t.log(x), t.log(x))))
    assert proved(p.conclude(eq(t.log(x / y), t.log(x / y)), p.assume(0 < y), p.assume(0 < x / y)))
    with pytest.raises(KernelError, match="division by the constant 0"):
        p.solve(eq(x / lift(0), 1))
    hidden = t.exp(x / lift(0))
    assert conditions(eq(hidden, hidden)) == {(t.negate(eq(lift(0), 0)), frozenset()): None}
    with pytest.raises(KernelError):
        p.differentiate(x, x / lift(0))


def test_a_denominator_under_a_sum_is_looked_at_as_well() -> None:
    total = t.prefix_sum(n, n + 1, 1 / f(n))
    goal = eq(total, total)
    assert not proved(p.conclude(goal))
    assert not proved(p.conclude(goal, p.assume(t.negate(eq(f(lift(0)), 0)))))
    everywhere = p.specialise(p.assume(t.forall(n, 0 < f(n))), n)
    assert proved(p.conclude(goal, everywhere))


def test_an_axiom_is_instantiated_in_its_range_only() -> None:
    for condition in [(), (p.solve(lift(0) <= 1),), (p.solve(0 < t.exp(x)),)]:
        with pytest.raises(OutsideRange):
            p.axiom(EXP_LOG, x, given=condition)
    minus = lift(-1)
    outside = p.axiom(EXP_LOG, minus, given=(p.solve(lift(0) < minus),))
    assert not proved(outside)
    inside = p.axiom(EXP_LOG, x, given=(p.assume(0 < x),))
    assert inside.conclusion == eq(t.exp(t.log(x)), x)
    assert inside.hypotheses == {0 < x} and inside.modulo == {"exp_log"}
    with pytest.raises(KernelError, match="takes 1 values"):
        p.axiom(EXP_TANGENT, x, y)
    with pytest.raises(KernelError, match="free variables"):
        Axiom("odd", (x,), (), x <= y, "")


# -- derivatives and the mean value theorem --------------------------------------------------------


def test_a_derivative_at_one_point_is_not_a_derivative() -> None:
    at_a_point = weaken(p.assume(t.has_derivative(x, f(x), z)), 0 < x)
    with pytest.raises(KernelError, match="free in a hypothesis"):
        p.differentiate(x, f(x) + 1, at_a_point)
    one_item = p.assume(t.has_derivative(x, g(item, x), z))
    with pytest.raises(KernelError, match="free in a hypothesis"):
        p.differentiate(x, t.total(item, g(item, x)), one_item)
    every = p.specialise(p.assume(t.forall(item, t.has_derivative(x, g(item, x), z))), item)
    slope = p.differentiate(x, t.total(item, g(item, x)), every).conclusion.args[2]
    assert slope == t.total(item, z)
    with pytest.raises(KernelError, match="another variable"):
        p.differentiate(y, f(y), p.assume(t.has_derivative(x, f(x), z)))


def test_equations_between_functions_hold_everywhere_or_do_not_rename_a_derivative() -> None:
    square = p.differentiate(x, x * x)
    slope = p.solve(eq(square.conclusion.args[2], 2 * x))
    with pytest.raises(KernelError, match="free in a hypothesis"):
        p.rename_derivative(square, p.assume(eq(x * x, f(x))), slope)
    with pytest.raises(KernelError, match="does not start"):
        p.rename_derivative(square, slope, slope)
    renamed = p.rename_derivative(square, p.solve(eq(x * x, x**2)), slope)
    assert renamed.conclusion == t.has_derivative(x, x**2, 2 * x) and proved(renamed)
    with pytest.raises(KernelError, match="different functions"):
        p.derivative_unique(square, renamed)


def test_only_a_slope_that_is_nonnegative_on_the_whole_interval_gives_a_rise() -> None:
    rise = p.assume(t.has_derivative(x, f(x), f(x)))
    inside = p.solve(0 <= f(x), p.assume(0 <= x), p.assume(x <= y))
    assert p.nondecreasing(rise, inside, lift(0), y).conclusion == (f(0) <= f(y))
    for bad in (0 <= f(x), 0 < x, y <= x, 1 <= x):
        with pytest.raises(KernelError, match="free in a hypothesis"):
            p.nondecreasing(rise, p.solve(0 <= f(x), p.assume(bad)), lift(0), y)
    slope = p.solve(0 <= f(x), p.specialise(p.assume(t.forall(z, 0 <= f(z))), x))
    with pytest.raises(KernelError, match="depends on the variable"):
        p.nondecreasing(rise, slope, lift(0), x)
    with pytest.raises(KernelError, match="not 0 <= f'"):
        p.nondecreasing(rise, p.assume(0 < f(x)), lift(0), y)
    assert (0 <= y) in p.nondecreasing(rise, slope, lift(0), y).hypotheses


# -- forged proofs ---------------------------------------------------------------------------------


def change_a_list() -> p.Proof:
    arguments = [lift(0), lift(1)]
    proof = p.solve(Term("lt", arguments))  # type: ignore[arg-type]
    arguments[1] = lift(0)
    return proof


def forget_the_premises() -> p.Proof:
    premises = [p.solve(FALSE)]
    proof = p.infer("both", premises)  # type: ignore[arg-type]
    premises.clear()
    return proof


def subclass() -> p.Proof:
    class Anything(p.Proof):
        def __post_init__(self, maker: object) -> None:
            pass

    nothing = frozenset[Any]()
    made = Anything(Sequent(nothing, FALSE), "assume", (), (), (), nothing, nothing, None)
    return p.infer("both", (made,))


def look_alike() -> p.Proof:
    fields = {"axioms": frozenset(), "facts": frozenset(), "own": (), "premises": ()}
    fake: Any = SimpleNamespace(sequent=Sequent(frozenset(), FALSE), **fields)
    return p.infer("both", (fake,))


def new_rule() -> p.Proof:
    RULES["anything"] = RULES["assume"]  # type: ignore[index]
    return p.infer("anything", (), FALSE)


TRUE_PROOF = p.solve(lift(0) < 1)
FORGERIES: dict[str, Callable[[], object]] = {
    "replace": lambda: replace(TRUE_PROOF, sequent=Sequent(frozenset(), FALSE)),
    "replace, other maker": lambda: replace(TRUE_PROOF, maker=None, own=()),
    "assignment": lambda: setattr(TRUE_PROOF, "own", ()),
    "no such rule": lambda: p.infer("trust_me", (), FALSE),
    "a changed list": change_a_list,
    "premises taken away": forget_the_premises,
    "subclass": subclass,
    "look-alike": look_alike,
    "new rule": new_rule,
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_proof_is_refused(name: str) -> None:
    refusals = (KernelError, FrozenInstanceError, ValueError, TypeError)
    with pytest.raises(refusals):
        FORGERIES[name]()


def test_what_is_not_a_proof_never_becomes_a_case() -> None:
    case = build(STATEMENTS["normalisation"])
    assert case.proof is not None
    fields = {n: getattr(case.proof, n) for n in ("conclusion", "hypotheses", "rule")}
    fake: Any = SimpleNamespace(**fields, modulo=frozenset(), axioms=())
    with pytest.raises(NotThisClaim, match="not a proof"):
        check_case(replace(case, proof=fake))
    with pytest.raises(NotThisClaim, match="the proof ends in"):
        check_case(replace(case, proof=TRUE_PROOF))
    with pytest.raises(NotThisClaim, match="uses the hypothesis"):
        check_case(replace(case, proof=weaken(case.proof, FALSE)))
    with pytest.raises(NotThisClaim, match="last step must be conclude"):
        check_case(replace(case, proof=p.solve(case.proof.conclusion, case.proof)))
    with pytest.raises(NotThisClaim, match="either a proof or a refutation"):
        check_case(replace(case, proof=None))
    for name in ("magic", "induction"):
        magic = Axiom(name, (), (), FALSE, "nowhere")
        with pytest.raises(NotThisClaim, match=r"not a listed fact|was changed"):
            check_case(replace(case, proof=p.conclude(case.proof.conclusion, p.axiom(magic))))
    check_case(Case(case.statement, case.proof, case.instance))
