"""Decide a question within limits of time and memory.

The stages run in a process of their own, so that one that hangs, or takes more memory than it may,
is ended, and the decision goes on with the next stage. ``decide_here`` runs them in this process,
without that protection.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from theory.inequality._expression import Comparison, Question
from theory.inequality._parser import parse
from theory.inequality._result import Result
from theory.inequality._stages import STAGES, Evidence, Setting, decided, run, undecided

GRACE = 0.5  # seconds that a stage may overrun its share before its process is ended
LONGEST = 86_400.0  # seconds: a day
WORKER = (sys.executable, "-m", "theory.inequality._worker")
HOME = Path(__file__).resolve().parents[2]

Formula = str | Comparison | Iterable[Comparison]


def decide(
    claim: Formula,
    assume: str | Iterable[str | Comparison] = (),
    seconds: float = 10.0,
    *,
    memory_mb: int | None = None,
    seed: int = 0,
) -> Result:
    """Is the claim true for all real values that satisfy the assumptions?

    ``claim`` is text such as "0 < x/(1+x) < 1" or comparisons; ``assume`` is one text or several.
    ``seconds`` of wall clock and ``memory_mb`` megabytes are the most it takes; when they are used
    up the verdict is "undecided". ``seed`` of the random search for a counterexample.

    Raises BadFormula where a text is not a formula, and ValueError where a limit is not positive.
    """
    question = as_question(claim, assume)
    _check_limits(seconds, memory_mb)
    return _watch(question, seconds, memory_mb, seed)


def decide_here(
    claim: Formula,
    assume: str | Iterable[str | Comparison] = (),
    seconds: float = 10.0,
    setting: Setting | None = None,
) -> Result:
    """As ``decide``, in this process: quicker to start, but a solver that hangs hangs it."""
    question = as_question(claim, assume)
    _check_limits(seconds, None)
    start = time.monotonic()
    reasons: list[str] = []
    for kind, content in run(question, seconds, setting or Setting()):
        if kind == "evidence":
            return decided(question, content, time.monotonic() - start)
        if kind == "reason":
            reasons.append(content)
    return undecided(question, _with_time(reasons, seconds, start), time.monotonic() - start)


def as_question(claim: Formula, assume: str | Iterable[str | Comparison] = ()) -> Question:
    """The question that these texts or comparisons ask. Raises BadFormula, and ValueError for an
    empty claim."""
    texts: Iterable[Any] = [assume] if isinstance(assume, str | Comparison) else assume
    given = tuple(comparison for one in texts for comparison in _comparisons(one))
    asked = _comparisons(claim)
    if not asked:
        raise ValueError("a claim has at least one comparison")
    return Question(given, asked)


def _comparisons(formula: Formula) -> tuple[Comparison, ...]:
    if isinstance(formula, str):
        return parse(formula)
    return (formula,) if isinstance(formula, Comparison) else tuple(formula)


def _check_limits(seconds: float, memory_mb: int | None) -> None:
    if not 0 < seconds <= LONGEST:
        raise ValueError(f"the time limit must be above 0 and at most {LONGEST:g}, got {seconds}")
    if memory_mb is not None and memory_mb < 1:
        raise ValueError(f"the memory limit must be at least 1 megabyte, got {memory_mb}")


def _with_time(reasons: list[str], seconds: float, start: float) -> list[str]:
    over = time.monotonic() - start >= 0.95 * seconds
    return [*reasons, f"the time limit of {seconds:g} s was reached"] if over else reasons


# -- a process that is watched -----------------------------------------------------------------


def _watch(question: Question, seconds: float, memory_mb: int | None, seed: int) -> Result:
    """Run the stages in a worker; where one dies or overruns, go on behind it in a new worker."""
    start, clock = time.monotonic(), time.time() + seconds
    reasons: list[str] = []
    first = 0
    while first < len(STAGES) and time.monotonic() < start + seconds:
        task = (question, first, clock, memory_mb, seed)
        with _worker(task) as messages:
            evidence, first = _listen(messages, first, start + seconds, reasons)
        if evidence is not None:
            return decided(question, evidence, time.monotonic() - start)
    return undecided(question, _with_time(reasons, seconds, start), time.monotonic() - start)


def _listen(
    messages: Connection, first: int, deadline: float, reasons: list[str]
) -> tuple[Evidence | None, int]:
    """The evidence that a worker found, if any, and the stage to go on with."""
    stage, until = first, deadline
    while messages.poll(max(0.0, until - time.monotonic())):
        try:
            kind, content = messages.recv()
        except EOFError:
            reasons.append(f"{STAGES[stage][0]} stopped: its process ended, perhaps out of memory")
            return None, stage + 1
        if kind == "evidence":
            return content, len(STAGES)
        if kind == "done":
            return None, len(STAGES)
        if kind == "reason":
            reasons.append(content)
        if kind == "begins":
            stage, share = content
            until = min(deadline, time.monotonic() + share + GRACE)
    if until < deadline:
        reasons.append(f"{STAGES[stage][0]} stopped: it overran its share of the time")
    return None, stage + 1


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
