"""The stages of a decision, in this process: each tries one thing with a budget of steps.

A stage returns a certificate, a counterexample or nothing. Only the first two decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from theory.inequality import _kernel_route
from theory.inequality._budget import Budget
from theory.inequality._certificate import Certificate
from theory.inequality._exact import is_exact, refutes, truth
from theory.inequality._expression import Question
from theory.inequality._kernel_route import KernelCertificate, StoppedByClock
from theory.inequality._models import refute_by_models
from theory.inequality._refute import refute
from theory.inequality._result import Reason, Result
from theory.kernel.solvers import SOLVERS, LyingSolver, Solver, SolverDisagreement, SolverFailed


@dataclass(frozen=True, slots=True)
class Setting:
    """What all stages share. ``seed`` of the random search."""

    seed: int = 0
    solvers: Mapping[str, Solver] = field(default_factory=lambda: SOLVERS)


Evidence = KernelCertificate | Certificate | dict[str, Fraction]
Stage = Callable[[Question, Budget, Setting], Evidence | None]


def quick_refutation(question: Question, budget: Budget, setting: Setting) -> Evidence | None:
    """Special values, then a few rounds of random points and descent."""
    return refute(question, budget, setting.seed, rounds=5)


def kernel(question: Question, budget: Budget, setting: Setting) -> Evidence | None:
    """A proof in the kernel, decided by both solvers."""
    return _kernel_route.prove(question, budget, setting.solvers)


def boxes(question: Question, budget: Budget, setting: Setting) -> Evidence | None:
    """A proof on boxes in ball arithmetic, accepted by its checker."""
    from theory.inequality._branch import prove_on_boxes
    from theory.inequality._checker import check

    certificate = prove_on_boxes(question, budget)
    return certificate if certificate is not None and check(question, certificate) else None


def models(question: Question, budget: Budget, setting: Setting) -> Evidence | None:
    """The models of a solver."""
    return refute_by_models(question, budget)


def long_refutation(question: Question, budget: Budget, setting: Setting) -> Evidence | None:
    """Random points and descent."""
    return refute(question, budget, setting.seed + 1)


STAGES: tuple[tuple[str, Stage, str, float], ...] = (
    ("the quick search for a counterexample", quick_refutation, "points", 500),
    ("the kernel's route", kernel, "units of solver effort", 4),
    ("the proof on boxes", boxes, "boxes", 400),
    ("the search in a solver's models", models, "units of solver effort", 1),
    ("the long search for a counterexample", long_refutation, "points", 1000),
)
"""Name, stage, what its steps are, and how many of them for one unit of effort."""

BROKEN = (
    StoppedByClock,
    LyingSolver,
    SolverDisagreement,
    SolverFailed,
    MemoryError,
    RecursionError,
)
"""What ends a stage and not the decision: the other stages do not depend on it."""


Message = tuple[str, Any]
"""("begins", stage), ("reason", why it was cut short), ("spent", (kind of step, number)),
("evidence", found) or ("done", None)."""


def run(question: Question, effort: float, setting: Setting, first: int = 0) -> Iterator[Message]:
    """Run the stages from the first on, and say what happens; evidence or "done" comes last."""
    for index, (name, stage, kind, steps) in enumerate(STAGES[first:], start=first):
        yield "begins", index
        budget, evidence = Budget(effort * steps), None
        try:
            evidence = stage(question, budget, setting)
        except BROKEN as error:
            yield "reason", _why(name, error)
        yield "spent", (kind, round(effort * steps - budget.left, 6))
        if evidence is not None:
            yield "evidence", evidence
            return
    yield "done", None


def _why(name: str, error: Exception) -> tuple[Reason, str]:
    if isinstance(error, StoppedByClock):
        return "clock", f"{name} was stopped by the clock: {error}"
    if isinstance(error, MemoryError):
        return "memory", f"{name} was stopped by the memory limit"
    first_line = str(error).partition("\n")[0]
    return "error", f"{name} stopped: {type(error).__name__} {first_line}".rstrip()


# -- from evidence to a result -----------------------------------------------------------------


def decided(question: Question, evidence: Evidence, seconds: float) -> Result:
    """The result that the evidence carries."""
    if isinstance(evidence, dict):
        if not refutes(question.assume, question.claim, evidence):
            raise ValueError("a point that does not refute was given as a counterexample")
        method = how_it_fails(question, evidence)
        return Result(question, "refuted", method, evidence, True, None, seconds)
    return Result(question, "proved", how_it_is_proved(evidence), None, True, evidence, seconds)


def undecided(question: Question, reasons: list[tuple[Reason, str]], seconds: float) -> Result:
    """Neither a proof nor a counterexample was found. Where a clock or a limit of memory stopped a
    stage, that is the reason: another machine may decide."""
    texts = [text for _, text in reasons]
    method = "; ".join(["neither a proof nor a counterexample was found", *texts])
    codes: tuple[Reason, ...] = ("clock", "memory", "error")
    given = {code for code, _ in reasons}
    reason: Reason = next((code for code in codes if code in given), "steps")
    return Result(question, "undecided", method, seconds=seconds, reason=reason)


def how_it_fails(question: Question, point: dict[str, Fraction]) -> str:
    """That the claim fails there, or has no value, and in which arithmetic that was seen."""
    failing = next((c for c in question.claim if truth(c, point) == "fails"), None)
    if failing is None:
        return "a rational point at which the claim is undefined"
    exact = all(is_exact(c, point) for c in (failing, *question.assume))
    return f"a rational point, {'exact' if exact else 'ball'} arithmetic"


def how_it_is_proved(evidence: KernelCertificate | Certificate) -> str:
    if isinstance(evidence, Certificate):
        return "ball arithmetic on boxes, accepted by a separate checker"
    if evidence.contradiction:
        return "the assumptions contradict each other, kernel proof by Z3 and cvc5"
    return "kernel proof, every obligation unsat by Z3 and cvc5"
