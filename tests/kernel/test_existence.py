"""An existence claim is witnessed by a family of models, and by nothing less."""

from __future__ import annotations

from dataclasses import replace

import pytest

from theory.kernel.existence import Existence, NotAWitness, check_existence
from theory.kernel.models import Model, interpret
from theory.kernel.proof import assume, both, conclude, discharge, generalise, solve
from theory.kernel.statement import BadStatement, Hypothesis, Statement
from theory.kernel.terms import (
    REAL,
    CaptureError,
    KernelError,
    Lambda,
    Symbol,
    conj,
    eq,
    forall,
    implies,
    log,
    var,
)
from theory.kernel.verdict import Case, NotThisClaim, check_case, is_meaningful
from theory.ledger.export import decode_model, encode_model
from theory.ledger.run import build
from theory.statements import STATEMENTS
from theory.statements.theorem_2 import STATEMENT as THEOREM_2

pytestmark = pytest.mark.claim("theorem_2")

a, x = var("a"), var("x")
f = Symbol("f", (REAL,))
BOUNDED = Statement(
    slug="toy",
    title="There is a function above a that is not constant",
    paper_ref="",
    kind="exists",
    hypotheses=(Hypothesis("positive", 0 < a, "a parameter"),),
    parameters=(a,),
    conclusion=conj(forall(x, a <= f(x)), eq(f(0), a)),
    expected="witnessed",
)
SQUARE = Model({}, {f: {(): Lambda((x,), a + x**2)}}, parameters=frozenset([a]))


def shown(model: Model) -> Existence:
    everywhere, start = interpret(BOUNDED.conclusion, model).args
    proof = conclude(everywhere.args[1])
    return Existence(model, both(generalise(proof, x), conclude(start)), {})


def test_a_family_of_models_is_a_witness() -> None:
    check_existence(BOUNDED, shown(SQUARE))


def test_what_is_not_a_parameter_may_not_stay_open() -> None:
    with pytest.raises(KernelError, match="closed"):
        Model({}, {f: {(): Lambda((x,), a + var("b"))}}, parameters=SQUARE.parameters)


@pytest.mark.parametrize(
    "change",
    [
        {"parameters": frozenset()},
        {"parameters": frozenset([x])},
    ],
)
def test_what_the_model_leaves_open_must_be_a_parameter(change) -> None:
    with pytest.raises(KernelError):
        replace(SQUARE, **change)


def test_a_bound_variable_is_not_a_parameter() -> None:
    with pytest.raises(CaptureError):
        interpret(forall(a, a <= f(a)), SQUARE)


def test_a_proof_about_another_model_is_refused() -> None:
    other = Model({}, {f: {(): Lambda((x,), a + x**4)}}, parameters=frozenset([a]))
    with pytest.raises(NotAWitness, match="wanted"):
        check_existence(BOUNDED, replace(shown(SQUARE), model=other))


def test_a_proof_may_use_the_hypotheses_and_no_others() -> None:
    everywhere, start = interpret(BOUNDED.conclusion, SQUARE).args
    for used, accepted in ((0 < a, True), (a < 1, False)):
        proof = generalise(conclude(everywhere.args[1], assume(used)), x)
        existence = Existence(SQUARE, both(proof, conclude(start)), {})
        if accepted:
            check_existence(BOUNDED, existence)
        else:
            with pytest.raises(NotAWitness, match="more than the hypotheses"):
                check_existence(BOUNDED, existence)


def test_the_hypotheses_are_about_the_parameters_alone() -> None:
    with pytest.raises(BadStatement, match="parameters alone"):
        replace(BOUNDED, hypotheses=(Hypothesis("h", 0 < f(a), ""),))


def test_a_condition_with_a_logarithm_must_be_meaningful() -> None:
    """Under a discharged condition that has no meaning, a conclusion would say nothing."""
    goal = 0 <= x**2
    harmless = discharge(conclude(goal, assume(0 < x)), 0 < x)
    assert is_meaningful(harmless)
    assert not is_meaningful(discharge(conclude(goal, assume(0 < log(x))), 0 < log(x)))
    assert is_meaningful(conclude(implies(0 < log(x), goal), assume(0 < x)))
    assert not is_meaningful(generalise(solve(goal), x))


def test_theorem_2_is_refused_without_its_family() -> None:
    case = build(THEOREM_2)
    check_case(case)
    assert case.existence is not None
    with pytest.raises(NotThisClaim, match="family"):
        check_case(replace(case, existence=None))
    proved = build(STATEMENTS["normalisation"])
    with pytest.raises(NotThisClaim, match="family"):
        check_case(Case(proved.statement, proved.proof, proved.instance, case.existence))


def test_a_model_with_parameters_is_read_back_as_it_was_written() -> None:
    case = build(THEOREM_2)
    assert case.existence is not None
    model = case.existence.model
    assert decode_model(encode_model(model)) == model
