"""The answer to a question, with what a reader needs to believe it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from theory.inequality._certificate import Certificate
from theory.inequality._exact import refutes
from theory.inequality._expression import Question, variables
from theory.inequality._kernel_route import KernelCertificate
from theory.inequality._write import latex

Verdict = Literal["proved", "refuted", "undecided"]
Reason = Literal["steps", "clock", "memory", "error"]


@dataclass(frozen=True, slots=True)
class Result:
    """What is known about a question after ``seconds``.

    ``method`` says how it was decided, or why it was not; ``reason`` says the latter in one word:
    the steps of the budget were used up, the clock or the memory limit stopped a stage, or an error
    did. ``steps``: by kind, how many the search took, the same on every machine.
    ``counterexample``: a rational point that satisfies the assumptions and at which the claim fails
    or has no value; None unless refuted.
    ``certificate``: of a proof, by the kernel or on boxes; else None. ``certified``: the verdict
    rests on a certificate or a point that was checked again after it was found."""

    question: Question
    verdict: Verdict
    method: str
    counterexample: dict[str, Fraction] | None = None
    certified: bool = False
    certificate: KernelCertificate | Certificate | None = None
    seconds: float = 0.0
    reason: Reason | None = None
    steps: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.verdict == "refuted") != (self.counterexample is not None):
            raise ValueError(f"a refutation has a counterexample, and only that: {self.verdict}")
        if (self.verdict == "proved") != (self.certificate is not None):
            raise ValueError(f"a proof has a certificate, and only that: {self.verdict}")
        if self.certified == (self.verdict == "undecided"):
            raise ValueError(f"{self.verdict} can't be certified={self.certified}")
        if (self.verdict == "undecided") != (self.reason is not None):
            raise ValueError(f"{self.verdict} can't have the reason {self.reason}")

    def __str__(self) -> str:
        from theory.inequality._show import as_text

        return as_text(self)

    def _repr_markdown_(self) -> str:
        from theory.inequality._show import as_markdown

        return as_markdown(self)

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {latex(self.question)} \qquad\text{{{self.verdict}}}$"


def recheck(result: Result) -> bool:
    """Check the evidence of a result again, from the question and the evidence alone.

    A kernel certificate: its proof is built again and every obligation put to both solvers in fresh
    contexts. A proof on boxes: its checker. A counterexample: evaluated again. False for an
    undecided result, and for evidence that does not carry the verdict. Raises LyingSolver,
    SolverDisagreement or SolverFailed where a solver can't be believed."""
    question = result.question
    if result.verdict == "refuted":
        point = result.counterexample or {}
        complete = set(point) == set(variables(question))
        return complete and refutes(question.assume, question.claim, point)
    if result.verdict == "undecided":
        return False
    if isinstance(result.certificate, KernelCertificate):
        from theory.inequality import _kernel_route

        return _kernel_route.recheck(question, result.certificate)
    if isinstance(result.certificate, Certificate):
        from theory.inequality import _checker

        return bool(_checker.check(question, result.certificate))
    return False
