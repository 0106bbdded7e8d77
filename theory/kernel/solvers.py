"""Two independent solvers answer each obligation, each in a context of its own.

Z3 and cvc5 share no code. An obligation is proved when both answer ``unsat``; ``sat`` from either
means not proved; all else is undecided. If one says ``unsat`` and the other ``sat``, one of them is
wrong: SolverDisagreement stops everything. So does a solver that gets a canary wrong.

What a solver may spend is its *effort*, counted in steps, so that the same question has the same
answer on every machine. The clock is there for a single step that never ends, and where it fires
the answer is "clock", never "unknown".
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

Answer = Literal["unsat", "sat", "unknown", "clock"]
Solver = Callable[[str, float], Answer]


class SolverDisagreement(Exception):
    """One solver proves what the other refutes. Nothing may be believed."""


class SolverFailed(Exception):
    """A solver stopped with an error of its own: out of memory, or text that it can't read."""


class LyingSolver(Exception):
    """A solver gave a wrong answer to a question whose answer is known."""


Z3_STEPS, CVC5_STEPS = 100_000, 30_000
"""Steps for one unit of effort, as each solver counts them."""
CLOCK = 600.0
"""Seconds after which a solver is stopped."""


def z3_answer(text: str, effort: float, clock: float = CLOCK) -> Answer:
    """Z3 in a fresh context."""
    solver = z3_solver(text, effort, clock)
    answer = str(solver.check())
    stopped = answer == "unknown" and solver.reason_unknown() == "timeout"
    return "clock" if stopped else _answer(answer)


def z3_solver(text: str, effort: float, clock: float = CLOCK) -> Any:
    """Z3 with the text, not yet asked. Its default strategy gives parts of itself so many seconds
    each; these tactics are the first part of it, which has no clock."""
    import z3

    tactics = ("simplify", "propagate-values", "qfnra-nlsat")
    solver = z3.Then(*tactics, ctx=z3.Context()).solver()
    solver.set("rlimit", max(1, int(effort * Z3_STEPS)))
    solver.set("timeout", max(1, int(clock * 1000)))
    solver.from_string(text)
    return solver


def cvc5_answer(text: str, effort: float, clock: float = CLOCK) -> Answer:
    """cvc5 in a fresh term manager."""
    import cvc5

    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("rlimit-per", str(max(1, int(effort * CVC5_STEPS))))
    solver.setOption("tlimit-per", str(max(1, int(clock * 1000))))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "obligation")
    printed = ""
    while not (command := parser.nextCommand()).isNull():
        printed += command.invoke(solver, parser.getSymbolManager())
    return "clock" if "TIMEOUT" in printed else _answer(printed.strip())


def _answer(printed: str) -> Answer:
    if printed == "unsat":
        return "unsat"
    return "sat" if printed == "sat" else "unknown"


SOLVERS: Mapping[str, Solver] = {"z3": z3_answer, "cvc5": cvc5_answer}


def with_clock(seconds: float) -> dict[str, Solver]:
    """Both solvers, each stopped after so many seconds."""
    return {"z3": partial(z3_answer, clock=seconds), "cvc5": partial(cvc5_answer, clock=seconds)}


def solver_versions() -> dict[str, str]:
    import cvc5
    import z3

    return {"z3": z3.get_version_string(), "cvc5": cvc5.__version__}


@dataclass(frozen=True, slots=True)
class Decision:
    """What each solver answered to one question, and the SHA-256 of its text."""

    answers: Mapping[str, Answer]
    question: str

    @property
    def verdict(self) -> Literal["proved", "refuted", "undecided"]:
        given = set(self.answers.values())
        if given == {"unsat"} and len(self.answers) >= 2:
            return "proved"
        return "refuted" if given == {"sat"} else "undecided"


def decide(text: str, effort: float, solvers: Mapping[str, Solver] = SOLVERS) -> Decision:
    """Ask every solver. Raises SolverDisagreement when one says unsat and another sat, and
    SolverFailed when one breaks."""
    answers = {name: _ask(name, solver, text, effort) for name, solver in solvers.items()}
    if {"unsat", "sat"} <= set(answers.values()):
        raise SolverDisagreement(f"{answers} on\n{text}")
    return Decision(answers, hashlib.sha256(text.encode()).hexdigest())


def _ask(name: str, solver: Solver, text: str, effort: float) -> Answer:
    try:
        return solver(text, effort)
    except Exception as error:
        raise SolverFailed(f"{name}: {error}") from error


def _canary(condition: str, truth: Answer) -> tuple[str, Answer]:
    head = "(set-logic QF_NRA)(declare-const x Real)(declare-const y Real)"
    return f"{head}(assert {condition})(check-sat)", truth


CANARIES: tuple[tuple[str, Answer], ...] = (
    _canary("(< (* x x) 0.0)", "unsat"),
    _canary("(and (< 0.0 x) (< x 1.0) (<= x (* x x)))", "unsat"),
    _canary("(not (<= (* 2.0 (* x y)) (+ (* x x) (* y y))))", "unsat"),
    _canary("(and (< 0.0 x) (= (* x y) 1.0) (<= y 0.0))", "unsat"),
    _canary("(= (* x x) 2.0)", "sat"),
    _canary("(and (< 0.0 x) (< x 1.0) (< (* x x) x))", "sat"),
    _canary("(not (<= (* 3.0 (* x y)) (+ (* x x) (* y y))))", "sat"),
    _canary("(and (= (* x y) 1.0) (<= y 0.0))", "sat"),
)


def check_canaries(effort: float, solvers: Mapping[str, Solver] = SOLVERS) -> None:
    """Raises LyingSolver unless every solver answers questions of known truth correctly."""
    for name, solver in solvers.items():
        for text, expected in CANARIES:
            if (answer := _ask(name, solver, text, effort)) != expected:
                raise LyingSolver(f"{name} answered {answer}, the truth is {expected}: {text}")
