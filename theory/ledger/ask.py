"""Every obligation put to both solvers. Each answer carries the digest of its question."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice

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

    Solvers in other processes begin while the obligations are still being made. Raises
    SolverDisagreement, LyingSolver or SolverFailed: then nothing is decided."""
    keep_freed_memory()
    check_canaries(max(effort, CANARY_EFFORT), solvers)
    todo: list[Obligation] = []
    ask = partial(_ask, effort=effort, solvers=solvers)
    decided = {}
    for done, (digest, answer) in enumerate(_mapped(ask, obligations, todo, jobs), start=1):
        decided[digest] = answer
        if progress is not None:
            progress(done, len(todo))
    return decided


def keep_freed_memory() -> None:
    """Each context of Z3 takes and frees 17 MB. To give them back to the system and ask for them
    again costs several times what the context does; glibc keeps twice the largest block that was
    ever freed, if it has less than 32 MB."""
    bytes(30_000_000)


Asked = tuple[str, tuple[Decision, float]]


def _mapped(
    ask: Callable[[Obligation], Asked],
    obligations: Iterable[Obligation],
    todo: list[Obligation],
    jobs: int,
) -> Iterator[Asked]:
    """The answers; ``todo`` gets the questions, all of them before the first answer."""
    coming = iter(obligations)
    todo.extend(islice(coming, 8 if jobs > 1 else None))
    if jobs <= 1 or len(todo) < 8:
        yield from map(ask, todo)
        return

    def each() -> Iterator[Obligation]:
        yield from todo[:]
        for obligation in coming:
            todo.append(obligation)
            yield obligation

    with ProcessPoolExecutor(max_workers=jobs) as pool:
        yield from pool.map(ask, each(), chunksize=4)


def _ask(obligation: Obligation, effort: float, solvers: Mapping[str, Solver]) -> Asked:
    start = time.perf_counter()
    decision = decide(obligation.text, effort, solvers)
    return obligation.digest, (decision, time.perf_counter() - start)
