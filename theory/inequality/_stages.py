"""The stages of a decision, in this process: each tries one thing for its share of the time.

A stage returns a certificate, a counterexample or nothing. Only the first two decide.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from theory.inequality import _kernel_route
from theory.inequality._certificate import Certificate
from theory.inequality._exact import is_exact, refutes, truth
from theory.inequality._expression import Question
from theory.inequality._kernel_route import KernelCertificate
from theory.inequality._models import refute_by_models
from theory.inequality._refute import refute
from theory.inequality._result import Result
from theory.kernel.solvers import SOLVERS, LyingSolver, Solver, SolverDisagreement, SolverFailed

MOST_BOXES = 200_000


@dataclass(frozen=True, slots=True)
class Setting:
    """What all stages share. ``seed`` of the random search."""

    seed: int = 0
    solvers: Mapping[str, Solver] = field(default_factory=lambda: SOLVERS)


Evidence = KernelCertificate | Certificate | dict[str, Fraction]
Stage = Callable[[Question, float, Setting], Evidence | None]


def quick_refutation(question: Question, seconds: float, setting: Setting) -> Evidence | None:
    """Special values, then a few rounds of random points and descent."""
    return refute(question, seconds, setting.seed, rounds=5)


def kernel(question: Question, seconds: float, setting: Setting) -> Evidence | None:
    """A proof in the kernel, decided by both solvers."""
    return _kernel_route.prove(question, seconds, setting.solvers)


def boxes(question: Question, seconds: float, setting: Setting) -> Evidence | None:
    """A proof on boxes in ball arithmetic, accepted by its checker."""
    from theory.inequality._branch import prove_on_boxes
    from theory.inequality._checker import check

    certificate = prove_on_boxes(question, seconds=seconds, max_boxes=MOST_BOXES)
    return certificate if certificate is not None and check(question, certificate) else None


def long_refutation(question: Question, seconds: float, setting: Setting) -> Evidence | None:
    """The models of a solver, then random points and descent until the time is over."""
    start = time.monotonic()
    found = refute_by_models(question, seconds / 2)
    left = seconds - (time.monotonic() - start)
    return refute(question, left, setting.seed + 1) if found is None else found


STAGES: tuple[tuple[str, Stage, float], ...] = (
    ("the quick search for a counterexample", quick_refutation, 0.15),
    ("the kernel's route", kernel, 0.45),
    ("the proof on boxes", boxes, 0.7),
    ("the long search for a counterexample", long_refutation, 1.0),
)
"""Name, stage, and its share of the time that is left when it begins."""

BROKEN = (LyingSolver, SolverDisagreement, SolverFailed, MemoryError, RecursionError)
"""What ends a stage and not the decision: the other stages do not depend on it."""


Message = tuple[str, Any]
"""("begins", (stage, share of seconds)), ("reason", why it was cut short), ("evidence", found) or
("done", None)."""


def run(question: Question, seconds: float, setting: Setting, first: int = 0) -> Iterator[Message]:
    """Run the stages from the first on, and say what happens; evidence or "done" comes last."""
    deadline = time.monotonic() + seconds
    for index, (name, stage, portion) in enumerate(STAGES[first:], start=first):
        share = portion * (deadline - time.monotonic())
        if share <= 0:
            break
        yield "begins", (index, share)
        try:
            evidence = stage(question, share, setting)
        except BROKEN as error:
            first_line = str(error).partition("\n")[0]
            yield "reason", f"{name} stopped: {type(error).__name__} {first_line}".rstrip()
            continue
        if evidence is not None:
            yield "evidence", evidence
            return
    yield "done", None


# -- from evidence to a result -----------------------------------------------------------------


def decided(question: Question, evidence: Evidence, seconds: float) -> Result:
    """The result that the evidence carries."""
    if isinstance(evidence, dict):
        if not refutes(question.assume, question.claim, evidence):
            raise ValueError("a point that does not refute was given as a counterexample")
        method = how_it_fails(question, evidence)
        return Result(question, "refuted", method, evidence, True, None, seconds)
    return Result(question, "proved", how_it_is_proved(evidence), None, True, evidence, seconds)


def undecided(question: Question, reasons: list[str], seconds: float) -> Result:
    """Neither a proof nor a counterexample was found."""
    method = "; ".join(["neither a proof nor a counterexample was found", *reasons])
    return Result(question, "undecided", method, seconds=seconds)


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
