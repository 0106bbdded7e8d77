"""Every obligation put to both solvers. Each answer carries the digest of its question."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from theory.kernel.obligations import Obligation
from theory.kernel.solvers import SOLVERS, Decision, Solver, check_canaries, decide

EFFORT = 20.0  # per solver and obligation; the hardest known needs a fifth of it
CANARY_EFFORT = 5.0  # at least this, so that a small effort is not taken for a lie

Progress = Callable[[int, int], None]


def discharge(
    obligations: Iterable[Obligation],
    jobs: int = 1,
    effort: float = EFFORT,
    solvers: Mapping[str, Solver] = SOLVERS,
    progress: Progress | None = None,
) -> dict[str, tuple[Decision, float]]:
    """Ask all solvers about each obligation; by digest, the decision and the seconds it took.

    Raises SolverDisagreement, LyingSolver or SolverFailed: then nothing is decided."""
    check_canaries(max(effort, CANARY_EFFORT), solvers)
    todo = list(obligations)
    ask = partial(_ask, effort=effort, solvers=solvers)
    decided = {}
    for done, (digest, answer) in enumerate(_mapped(ask, todo, jobs), start=1):
        decided[digest] = answer
        if progress is not None:
            progress(done, len(todo))
    return decided


def _mapped(
    ask: Callable[[Obligation], tuple[str, tuple[Decision, float]]],
    todo: list[Obligation],
    jobs: int,
) -> Iterator[tuple[str, tuple[Decision, float]]]:
    if jobs <= 1 or len(todo) < 8:
        yield from map(ask, todo)
        return
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        yield from pool.map(ask, todo, chunksize=4)


def _ask(
    obligation: Obligation, effort: float, solvers: Mapping[str, Solver]
) -> tuple[str, tuple[Decision, float]]:
    start = time.perf_counter()
    decision = decide(obligation.text, effort, solvers)
    return obligation.digest, (decision, time.perf_counter() - start)
