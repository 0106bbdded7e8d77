"""Decide a question with a budget of steps, and within limits of memory and time.

The stages run in a process of their own, so that one that hangs, or takes more memory than it may,
is ended, and the decision goes on with the next stage. ``decide_here`` runs them in this process,
without that protection.

The stages of a decision, in this process: each tries one thing with a budget of steps.

A stage returns a certificate, a counterexample or nothing. Only the first two decide.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from theory.inequality import kernel_route
from theory.inequality.at_point import Coordinate, is_exact, truth
from theory.inequality.cases import TooManyCases, cases, has_power
from theory.inequality.certificate import Budget, CaseCertificate, Certificate, Evaluated
from theory.inequality.expression import Comparison, Question, variables
from theory.inequality.kernel_route import OneSolverOnly, StoppedByClock
from theory.inequality.parser import Formula
from theory.inequality.parser import as_question as as_question
from theory.inequality.refute import (
    holds_by_value,
    refute,
    refute_at_special_points,
    refute_by_models,
    refutes,
)
from theory.inequality.result import Proof, Reason, Result
from theory.inequality.tangents import outermost
from theory.kernel.solvers import SOLVERS, LyingSolver, Solver, SolverDisagreement, SolverFailed

# -- the stages ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Setting:
    """What all stages share. ``seed`` of the random search."""

    seed: int = 0
    solvers: Mapping[str, Solver] = field(default_factory=lambda: SOLVERS)


Evidence = Proof | Mapping[str, Coordinate]
Stage = Callable[[Question, Budget, Setting], Evidence | None]


def quick_refutation(question: Question, budget: Budget, setting: Setting) -> Evidence | None:
    """Without variables, the value. Else special values, then a few rounds of random points and
    descent."""
    if not variables(question):
        if refutes(question.assume, question.claim, {}):
            return {}
        return Evaluated() if holds_by_value(question) else None
    return refute(question, budget, setting.seed, rounds=5)


def special_points(question: Question, budget: Budget, setting: Setting) -> Evidence | None:
    """Very large points, and such as sqrt(2) or pi/3."""
    return refute_at_special_points(question, budget, setting.seed)


def kernel(question: Question, budget: Budget, setting: Setting) -> Evidence | None:
    """A proof in the kernel, decided by both solvers."""
    if has_power(question):
        return None
    return kernel_route.prove(question, budget, setting.solvers)


def squares(question: Question, budget: Budget, setting: Setting) -> Evidence | None:
    """A proof by sums of squares, exact in rationals, accepted by its checker."""
    from theory.inequality.checker import check
    from theory.inequality.polynomial_route import prove_by_squares

    certificate = None if has_power(question) else prove_by_squares(question, budget)
    return certificate if certificate is not None and check(question, certificate) else None


def boxes(question: Question, budget: Budget, setting: Setting) -> Evidence | None:
    """A proof on boxes in ball arithmetic, accepted by its checker."""
    from theory.inequality.branch import prove_on_boxes
    from theory.inequality.checker import check

    if has_power(question):
        return None
    certificate = prove_on_boxes(question, budget)
    return certificate if certificate is not None and check(question, certificate) else None


def by_tangents(question: Question, budget: Budget, setting: Setting) -> Evidence | None:
    """The same for claims with two logarithms or more, which solvers take long over."""
    found = {log for c in question.claim for side in (c.left, c.right) for log in outermost(side)}
    return boxes(question, budget, setting) if len(found) > 1 else None


def by_cases(question: Question, budget: Budget, setting: Setting) -> Evidence | None:
    """Each case of a question with real powers, by the kernel or else on boxes."""
    if not has_power(question):
        return None
    parts = cases(question)
    found: list[Evidence] = []
    unit = budget.left / (len(parts) + 1)
    for part in parts:
        budget.spend(unit)
        if (one := _proof_of_part(part, unit, setting)) is None:
            return None
        found.append(one)
    return CaseCertificate(tuple(found))


def _proof_of_part(part: Question, units: float, setting: Setting) -> Evidence | None:
    """By the first way that leads there; one solver that proves alone is none."""
    for stage, steps in PARTS:
        with suppress(OneSolverOnly):
            if (found := stage(part, Budget(units * steps), setting)) is not None:
                return found
    return None


PARTS: tuple[tuple[Stage, float], ...] = ((kernel, 4), (squares, 3), (boxes, 400))
"""Ways to prove a case, and the steps of one share of the cases."""


def models(question: Question, budget: Budget, setting: Setting) -> Evidence | None:
    """The models of a solver."""
    return refute_by_models(question, budget)


def long_refutation(question: Question, budget: Budget, setting: Setting) -> Evidence | None:
    """Random points and descent."""
    return refute(question, budget, setting.seed + 1)


STAGES: tuple[tuple[str, Stage, str, float], ...] = (
    ("the quick search for a counterexample", quick_refutation, "points", 500),
    ("the search at large and irrational points", special_points, "points", 100),
    ("the search for squares", squares, "Newton steps", 3),
    ("the proof by tangents", by_tangents, "boxes and rules", 150),
    ("the kernel's route", kernel, "units of solver effort", 4),
    ("the proof on boxes", boxes, "boxes and rules", 400),
    ("the proof case by case", by_cases, "shares of the cases", 1),
    ("the search in a solver's models", models, "units of solver effort", 1),
    ("the long search for a counterexample", long_refutation, "points", 1000),
)
"""Name, stage, what its steps are, and how many of them for one unit of effort."""

BROKEN = (
    TooManyCases,
    OneSolverOnly,
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
("evidence", found), ("suggestion", bound or None) or ("done", None)."""


ROUNDS = (1 / 16, 1 / 4, 1)
"""Shares of the effort: what a little decides is not kept waiting by what much does not."""
LEAST = 0.5
"""Units of effort of a round."""
ONCE = (quick_refutation, special_points, squares, by_tangents, long_refutation)


def schedule(effort: float) -> list[tuple[int, float]]:
    """Stages, by their number, each with its effort: proofs are tried in rounds; the searches for
    a counterexample, before and after, for squares and by tangents, once."""
    every = range(len(STAGES))
    before = [n for n in every if STAGES[n][1] in ONCE[:-1]]
    after = [n for n in every if STAGES[n][1] in ONCE[-1:]]
    rounds = [share * effort for share in ROUNDS if share == 1 or share * effort >= LEAST]
    middle = [(n, one) for one in rounds for n in every if n not in (*before, *after)]
    return [*((n, effort) for n in before), *middle, *((n, effort) for n in after)]


def run_stages(
    question: Question, effort: float, setting: Setting, first: int = 0, suggest: bool = False
) -> Iterator[Message]:
    """Run what is scheduled from the first on, and say what happens; "done" comes last. Where a
    point refutes, and it is asked for, a bound is suggested."""
    for index, (number, share) in enumerate(schedule(effort)[first:], start=first):
        name, stage, kind, steps = STAGES[number]
        yield "begins", index
        budget, evidence = Budget(share * steps), None
        try:
            evidence = stage(question, budget, setting)
        except BROKEN as error:
            yield "reason", _why(name, error)
        yield "spent", (kind, round(share * steps - budget.left, 6))
        if evidence is not None:
            yield "evidence", evidence
            if suggest and isinstance(evidence, Mapping) and evidence:
                yield "suggestion", suggested(question, evidence, setting)
            break
    yield "done", None


SUGGESTION = 0.5
"""Units of effort for the proof with a bound more."""


def suggested(
    question: Question, point: Mapping[str, Coordinate], setting: Setting
) -> Comparison | None:
    """A bound with which the claim is proved."""
    from theory.inequality.suggest import missing_bound

    def proves(more: Question) -> bool:
        with suppress(*BROKEN):
            found = _proof_of_part(more, SUGGESTION, setting)
            return (found or by_cases(more, Budget(SUGGESTION), setting)) is not None
        return False

    return missing_bound(question, point, proves, np.random.default_rng(setting.seed))


def _why(name: str, error: Exception) -> tuple[Reason, str]:
    if isinstance(error, OneSolverOnly):
        return "one solver only", f"one solver only: {error}"
    if isinstance(error, TooManyCases):
        return "unsupported", str(error)
    if isinstance(error, StoppedByClock):
        return "clock", f"{name} was stopped by the clock: {error}"
    if isinstance(error, MemoryError):
        return "memory", f"{name} was stopped by the memory limit"
    first_line = str(error).partition("\n")[0]
    return "error", f"{name} stopped: {type(error).__name__} {first_line}".rstrip()


# -- from evidence to a result -----------------------------------------------------------------


def decided(question: Question, evidence: Evidence, seconds: float) -> Result:
    """The result that the evidence carries."""
    if isinstance(evidence, Mapping):
        if not refutes(question.assume, question.claim, evidence):
            raise ValueError("a point that does not refute was given as a counterexample")
        method = how_it_fails(question, evidence)
        return Result(question, "refuted", method, dict(evidence), True, None, seconds)
    return Result(question, "proved", how_it_is_proved(evidence), None, True, evidence, seconds)


def undecided(question: Question, reasons: list[tuple[Reason, str]], seconds: float) -> Result:
    """Neither a proof nor a counterexample was found. Where a clock or a limit of memory stopped a
    stage, that is the reason: another machine may decide."""
    texts = dict.fromkeys(text for _, text in reasons)
    method = "; ".join(["neither a proof nor a counterexample was found", *texts])
    codes: tuple[Reason, ...] = ("one solver only", "clock", "memory", "error", "unsupported")
    given = {code for code, _ in reasons}
    reason: Reason = next((code for code in codes if code in given), "steps")
    return Result(question, "undecided", method, seconds=seconds, reason=reason)


def how_it_fails(question: Question, point: Mapping[str, Coordinate]) -> str:
    """That the claim fails there, or has no value, and in which arithmetic that was seen."""
    rational = all(isinstance(x, Fraction) for x in point.values())
    kind = "a rational point" if rational else "an exact point"
    failing = next((c for c in question.claim if truth(c, point) == "fails"), None)
    if failing is None:
        return f"{kind} at which the claim is undefined"
    exact = all(is_exact(c, point) for c in (failing, *question.assume))
    return f"{kind}, {'exact' if exact else 'ball'} arithmetic"


def how_it_is_proved(evidence: Proof) -> str:
    if isinstance(evidence, Evaluated):
        return "both sides evaluated, in exact or ball arithmetic"
    if isinstance(evidence, CaseCertificate):
        ways = dict.fromkeys(map(how_it_is_proved, evidence.parts))
        return f"{len(evidence.parts)} cases of the real powers: {'; '.join(ways)}"
    if isinstance(evidence, Certificate):
        way = "sums of squares, exact" if evidence.has_squares() else "ball arithmetic on boxes"
        return f"{way}, accepted by a separate checker"
    if evidence.contradiction:
        return "the assumptions contradict each other, kernel proof by Z3 and cvc5"
    return "kernel proof, every obligation unsat by Z3 and cvc5"


# -- the decision ----------------------------------------------------------------------------------


EFFORT = 10.0
"""Units of effort; ``STAGES`` says how many steps of each kind one unit is."""
CLOCK = 600.0
"""Seconds after which a decision is stopped. A stage may take half of what is left."""
MOST = 1e6
WORKER = (sys.executable, "-m", "theory.inequality.worker")
HOME = Path(__file__).resolve().parents[2]


def decide(
    claim: Formula,
    assume: str | Iterable[str | Comparison] = (),
    effort: float = EFFORT,
    *,
    seconds: float = CLOCK,
    memory_mb: int | None = None,
    seed: int = 0,
    suggest: bool = False,
) -> Result:
    """Is the claim true for all real values that satisfy the assumptions?

    ``claim`` is text such as "0 < x/(1+x) < 1" or "x > 0 => x^2 > 0", or comparisons; ``assume`` is
    one text or several. ``effort`` is how much is tried, in steps: the verdict is the same on every
    machine.
    ``memory_mb`` megabytes and ``seconds`` of wall clock are a safety net: where one fires, the
    verdict is "undecided" and the result's reason says "memory" or "clock". ``seed`` of the random
    search for a counterexample. ``suggest``: where the claim is refuted, look for one bound with
    which it is true.

    Raises BadFormula where a text is not a formula, and ValueError where a limit is not positive.
    """
    question = as_question(claim, assume)
    _check_limits(effort, seconds, memory_mb)
    return _watch(question, effort, seconds, memory_mb, (seed, suggest))


def decide_here(
    claim: Formula,
    assume: str | Iterable[str | Comparison] = (),
    effort: float = EFFORT,
    setting: Setting | None = None,
) -> Result:
    """As ``decide``, in this process: quicker to start, but a solver that hangs hangs it."""
    question = as_question(claim, assume)
    _check_limits(effort)
    start = time.monotonic()
    told = _Told()
    for kind, content in run_stages(question, effort, setting or Setting()):
        told.add(kind, content)
    return told.result(question, time.monotonic() - start, effort)


@dataclass
class _Told:
    """What the stages have said."""

    reasons: list[tuple[Reason, str]] = field(default_factory=list)
    steps: Counter[str] = field(default_factory=Counter)
    evidence: Evidence | None = None
    suggestion: Comparison | None = None

    def add(self, kind: str, content: Any) -> None:
        if kind == "evidence":
            self.evidence = content
        if kind == "suggestion":
            self.suggestion = content
        if kind == "reason":
            self.reasons.append(content)
        if kind == "spent":
            self.steps[content[0]] += content[1]

    def result(self, question: Question, seconds: float, effort: float) -> Result:
        steps = {kind: round(count, 6) for kind, count in self.steps.items()}
        if self.evidence is not None:
            found = decided(question, self.evidence, seconds)
        else:
            found = undecided(question, self.reasons, seconds)
        return replace(found, steps=steps, effort=effort, suggestion=self.suggestion)


def _check_limits(effort: float, seconds: float = CLOCK, memory_mb: int | None = None) -> None:
    if not 0 < effort <= MOST:
        raise ValueError(f"the effort must be above 0 and at most {MOST:g}, got {effort}")
    if not 0 < seconds <= MOST:
        raise ValueError(f"the time limit must be above 0 and at most {MOST:g}, got {seconds}")
    if memory_mb is not None and memory_mb < 1:
        raise ValueError(f"the memory limit must be at least 1 megabyte, got {memory_mb}")


# -- a process that is watched -----------------------------------------------------------------


def _watch(
    question: Question,
    effort: float,
    seconds: float,
    memory_mb: int | None,
    options: tuple[int, bool],
) -> Result:
    """Run the stages in a worker; where one dies or is stopped, go on behind it in a new worker."""
    start = time.monotonic()
    told = _Told()
    names = [STAGES[number][0] for number, _ in schedule(effort)]
    first = 0
    while first < len(names):
        with _worker((question, first, effort, memory_mb, *options)) as messages:
            first = _listen(messages, names, first, start + seconds, memory_mb, told)
    return told.result(question, time.monotonic() - start, effort)


def _listen(
    messages: Connection,
    names: Sequence[str],
    first: int,
    deadline: float,
    memory_mb: int | None,
    told: _Told,
) -> int:
    """Hear a worker out. The stage to go on with: none when it came to an end."""
    stage, until = first, deadline
    while messages.poll(max(0.0, until - time.monotonic())):
        try:
            kind, content = messages.recv()
        except EOFError:
            if told.evidence is not None:
                return len(names)
            died: Reason = "error" if memory_mb is None else "memory"
            told.add(
                "reason",
                (died, f"{names[stage]} stopped: its process ended, perhaps out of memory"),
            )
            return stage + 1
        told.add(kind, content)
        if kind == "done":
            return len(names)
        if kind == "begins":
            stage, until = content, (time.monotonic() + deadline) / 2
    if told.evidence is not None:
        return len(names)
    told.add("reason", ("clock", f"{names[stage]} was stopped by the clock"))
    return stage + 1 if time.monotonic() < deadline else len(names)


@contextmanager
def _worker(task: tuple[Any, ...]) -> Iterator[Connection]:
    """A process that runs the stages of a task, and what it says; ended when the block is left."""
    process = subprocess.Popen(
        WORKER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=HOME,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    assert process.stdin is not None and process.stdout is not None
    messages = Connection(os.dup(process.stdout.fileno()), writable=False)
    tasks = Connection(os.dup(process.stdin.fileno()), readable=False)
    try:
        with suppress(BrokenPipeError):  # it has ended already, and the listener will see that
            tasks.send(task)
        yield messages
    finally:
        process.kill()
        process.communicate()
        tasks.close()
        messages.close()
