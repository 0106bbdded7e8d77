"""Evidence that was tampered with, solvers that lie, processes that hang: none of them decides."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import count
from time import sleep

import pytest

from theory.inequality import (
    Result,
    branch,
    decide,
    decide_here,
    decision,
    facts,
    kernel_route,
    recheck,
    refute,
)
from theory.inequality.certificate import Budget
from theory.inequality.decision import STAGES, Setting, as_question, schedule
from theory.inequality.facts import Fact, fact
from theory.inequality.kernel_route import KernelCertificate, prove, translate
from theory.kernel import solvers as s
from theory.kernel.axioms import AXIOMS, EXP_TANGENT
from theory.kernel.proof import Proof, assume, axiom, conclude
from theory.kernel.sequent import Axiom
from theory.kernel.terms import exp, var


def ask(formulas: tuple[str, ...], effort: float = 8.0) -> Result:
    return decide_here(formulas[0], formulas[1:], effort)


# -- evidence that was tampered with -------------------------------------------------------------


@pytest.fixture
def proved() -> Result:
    return ask(("log(x) <= x - 1", "x > 0"))


def tampered(certificate: KernelCertificate) -> Iterator[KernelCertificate]:
    x = var("x")
    yield replace(certificate, facts=())
    yield replace(certificate, facts=(*certificate.facts, ()))
    yield replace(certificate, facts=((), ()))
    yield replace(certificate, facts=((), (fact("log_below", x),)))
    yield replace(certificate, facts=((), (fact("log_above", x + 1),)))
    yield replace(certificate, facts=((), (Fact("no_such_fact"),)))
    yield replace(certificate, facts=((), (Fact("log_above", ("x:Real", "x:Real")),)))
    yield replace(certificate, facts=((), (Fact("log_above", ("((",)),)))
    yield replace(certificate, contradiction=True)
    yield replace(certificate, contradiction=True, facts=((),))
    yield replace(certificate, obligations=())
    yield replace(certificate, obligations=certificate.obligations[:-1])
    yield replace(certificate, obligations=(*certificate.obligations[:-1], "(check-sat)"))
    yield replace(certificate, modulo=())


def test_a_tampered_kernel_certificate_is_rejected(proved: Result) -> None:
    certificate = proved.certificate
    assert isinstance(certificate, KernelCertificate)
    assert recheck(proved)
    for wrong in tampered(certificate):
        assert not recheck(replace(proved, certificate=wrong)), wrong


@pytest.mark.parametrize(
    "other",
    [("log(x) <= x - 1", "x > -1"), ("log(x) <= x - 2", "x > 0"), ("log(x) < x - 1", "x > 0")],
    ids=" | ".join,
)
def test_a_certificate_is_about_its_own_question(proved: Result, other: tuple[str, ...]) -> None:
    assert not recheck(replace(proved, question=as_question(other[0], other[1:])))


@pytest.mark.parametrize("point", [{"x": 1}, {"x": -1}, {}, {"x": 2, "y": 1}])
def test_a_tampered_counterexample_is_rejected(point: dict[str, int]) -> None:
    result = ask(("log(x) >= 1", "x >= 1"))
    assert recheck(result)
    moved = {name: Fraction(number) for name, number in point.items()}
    assert recheck(replace(result, counterexample=moved)) is (point == {"x": 1})


def test_the_proof_must_end_in_the_goals_and_use_the_assumptions_alone() -> None:
    translation = translate(as_question("x < 1", "x < 0"))
    (goal,), (given,) = translation.goals, translation.assumptions
    honest = conclude(goal, assume(given))
    stronger = conclude(goal, assume(var("x") <= -1))
    weaker = conclude(var("x") < 2, assume(given))
    accepted = [
        kernel_route._proves(translation, proof, certificate_of(proof))
        for proof in (honest, stronger, weaker)
    ]
    assert accepted == [True, False, False]


def certificate_of(proof: Proof) -> KernelCertificate:
    texts = tuple(obligation.text for obligation in proof.obligations().values())
    return KernelCertificate(((),), False, texts, tuple(sorted(proof.modulo)))


# -- liars ---------------------------------------------------------------------------------------


def honest_on_canaries(answer: s.Answer) -> s.Solver:
    return lambda text, effort: dict(s.CANARIES).get(text, answer)


HIDDEN = as_question("exp(x) <= 1 + x + x**2")  # false, and the kernel alone does not search


def test_a_solver_that_says_unsat_to_everything_is_caught() -> None:
    def liar(text: str, effort: float) -> s.Answer:
        return "unsat"

    with pytest.raises(s.LyingSolver):
        prove(HIDDEN, Budget(2.0), {"z3": liar, "cvc5": liar})


def test_one_lying_solver_proves_nothing() -> None:
    liar = honest_on_canaries("unsat")
    question = as_question("x**2 >= 1", "x >= 1/2")
    with pytest.raises(s.SolverDisagreement):
        prove(question, Budget(2.0), {"z3": liar, "cvc5": s.z3_answer})
    assert (
        prove(question, Budget(2.0), {"z3": s.z3_answer, "cvc5": honest_on_canaries("unknown")})
        is None
    )


@pytest.mark.parametrize("answer", ["unknown", "sat"])
def test_a_certificate_needs_both_solvers_again(proved: Result, answer: s.Answer) -> None:
    certificate, other = proved.certificate, {"z3": s.z3_answer, "cvc5": honest_on_canaries(answer)}
    assert isinstance(certificate, KernelCertificate)
    if answer == "sat":
        with pytest.raises(s.SolverDisagreement):
            kernel_route.recheck(proved.question, certificate, solvers=other)
    else:
        assert not kernel_route.recheck(proved.question, certificate, solvers=other)


def test_a_lie_ends_the_kernels_stage_and_not_the_decision() -> None:
    setting = Setting(solvers={"z3": honest_on_canaries("unsat"), "cvc5": s.z3_answer})
    result = decide_here("sin(4*pi/7) == cos(pi/14)", (), 0.2, setting)
    assert result.verdict == "undecided"
    assert "SolverDisagreement" in result.method


def test_a_wrong_axiom_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    x = var("x")
    wrong = Axiom("exp_tangent", EXP_TANGENT.variables, (), 2 + x <= exp(x), EXP_TANGENT.source)
    makers = {**facts.MAKERS, "exp_tangent": (1, lambda context, a: axiom(wrong, a))}
    question = as_question("2 + x <= exp(x)")
    monkeypatch.setattr(facts, "MAKERS", makers)
    assert prove(question, Budget(3.0)) is None
    # Only a changed list of axioms lets it pass.
    monkeypatch.setattr(kernel_route, "AXIOMS", {**AXIOMS, "exp_tangent": wrong})
    assert prove(question, Budget(3.0)) is not None


# -- limits --------------------------------------------------------------------------------------

LAST = len(schedule(decision.EFFORT)) - 1
STAGE = """
import os, sys, time
from multiprocessing.connection import Connection
first = Connection(os.dup(0), writable=False).recv()[1]
say = Connection(os.dup(1), readable=False).send
if first < 2:
    say(("begins", 1))
    {what}
say(("evidence", {{"x": __import__("fractions").Fraction(0)}}))
say(("done", None))
"""


def stand_in(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    command = (sys.executable, "-c", STAGE.format(what=what))
    monkeypatch.setattr(decision, "WORKER", command)


@pytest.mark.parametrize("what", ["time.sleep(60)", "sys.exit(1)"])
def test_a_stage_that_hangs_or_dies_is_left_out(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    stand_in(monkeypatch, what)
    result = decide("x > 0", seconds=16.0)  # half of it for the stage that hangs
    assert result.verdict == "refuted"


def test_a_hang_past_the_time_limit_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, f"say(('begins', {LAST})); time.sleep(600)")
    result = decide("x > 0", seconds=0.7)
    assert (result.verdict, result.reason) == ("undecided", "clock")
    assert "was stopped by the clock" in result.method


def test_a_worker_that_reports_a_point_that_refutes_nothing_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand_in(monkeypatch, "pass")
    with pytest.raises(ValueError, match="does not refute"):
        decide("x >= 0")


def test_a_worker_that_dies_under_a_memory_limit_leaves_memory_as_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stand_in(monkeypatch, f"say(('begins', {LAST})); sys.exit(1)")
    for limit, reason in ((None, "error"), (500, "memory")):
        result = decide("x > 0", memory_mb=limit)
        assert (result.verdict, result.reason) == ("undecided", reason)
        assert "stopped" in result.method


@pytest.mark.slow
def test_too_little_memory_leaves_the_kernel_out_and_enough_does_not() -> None:
    assert "kernel proof" not in decide("1 + x <= exp(x)", memory_mb=50).method
    assert "kernel proof" in decide("1 + x <= exp(x)", memory_mb=2000).method


def test_the_stages_come_in_this_order() -> None:
    names = [stage.__name__ for _, stage, _, _ in STAGES]
    first, last = ["quick_refutation", "special_points"], ["models", "long_refutation"]
    assert names == [*first, "squares", "by_tangents", "kernel", "boxes", "by_cases", *last]


def test_the_kernel_asks_no_more_than_its_effort() -> None:
    asked: list[float] = []

    def forgetful(text: str, effort: float) -> s.Answer:
        if text not in dict(s.CANARIES):
            asked.append(effort)
        return dict(s.CANARIES).get(text, "unknown")

    budget = Budget(3.0)
    assert kernel_route.prove(HIDDEN, budget, {"z3": forgetful, "cvc5": forgetful}) is None
    assert budget.left <= 0 and 3.0 <= sum(asked) < 3.0 + 2 * kernel_route.QUERY


# -- the weather ---------------------------------------------------------------------------------

TWO_OF_EACH = [
    ("log(x) <= x - 1", "x > 0"),  # the kernel
    ("exp(x)*cos(x) <= 2", "-1 <= x <= 1"),  # boxes
    ("exp(x) <= 1 + 2*x", "x >= 3"),  # a point
    ("sin(4*pi/7) == cos(pi/14)",),  # undecided
]


def slowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which an hour passes between two looks at any clock, and work takes longer."""
    ticks = count(0.0, 3600.0)
    for name in ("monotonic", "time", "perf_counter"):
        monkeypatch.setattr(time, name, lambda: next(ticks))
    for room, name in ((refute, "refutes"), (branch, "left")):
        fast = getattr(room, name)
        monkeypatch.setattr(room, name, lambda *a, fast=fast: (sleep(1e-4), fast(*a))[1])


@pytest.mark.parametrize("formulas", TWO_OF_EACH, ids=" | ".join)
def test_a_slow_machine_gives_the_same_verdict_after_the_same_steps(
    monkeypatch: pytest.MonkeyPatch, formulas: tuple[str, ...]
) -> None:
    fast = ask(formulas, 0.5)
    again = ask(formulas, 0.5)
    slowed(monkeypatch)
    slow = ask(formulas, 0.5)
    assert slow.seconds > 1000  # the machine was slow indeed
    told = [(r.verdict, r.method, r.reason, r.steps, r.counterexample) for r in (fast, again, slow)]
    assert told[0] == told[1] == told[2]
    assert fast.steps


def test_a_solver_that_the_clock_stopped_is_reported_as_that() -> None:
    late = {name: (lambda t, e: dict(s.CANARIES).get(t, "clock")) for name in s.SOLVERS}
    result = decide_here("sin(4*pi/7) == cos(pi/14)", (), 0.2, Setting(solvers=late))
    assert (result.verdict, result.reason) == ("undecided", "clock")
