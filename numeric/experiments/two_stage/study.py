"""The study of the two stages: expected and sampled tokens, then GRPO, GSPO and their negative-only
variants on 27 responses of three tokens. ``study`` makes tables, ``files`` turns them into CSV and
a record, `two_stage_figures` draws from those files alone.

Algorithms are compared at equal learning rate, and at matched expected step: by `negative_only` the
first reading of GRPO-N is, in expectation and for 0/1 rewards, GRPO slowed down by the factor J.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.random import SeedSequence

from numeric.core import record
from numeric.experiments.two_stage.group_updates import (
    TOKEN,
    Algorithm,
    History,
    Responses,
    Schedule,
    enumerate_responses,
    expected_gradient,
    expected_path,
    group_table,
    grpo,
    gspo,
    logits_for,
    negative_only,
    response_probs,
    train,
)
from numeric.experiments.two_stage.two_stage import (
    BANDITS,
    BEST,
    CENTRED,
    GOOD,
    MIN,
    MINUS_ONE,
    NEVER,
    NORMALISED,
    READINGS,
    Array,
    Bandit,
    Path,
    Progress,
    ascend,
    entropy,
    moments,
    pass_at,
    sample,
)

Tables = dict[str, list[dict[str, str | int | float]]]

K = 16
"""Of pass@k, throughout."""

STEP_SIZES = {CENTRED: 4.0, NORMALISED: 1.0, MIN: 1.0, MINUS_ONE: 4.0}
"""Of the expected dynamic, long to save time: no step of REINFORCE lowers V (`tabular_ascent`)."""

SAMPLED_STEP_SIZES = {CENTRED: 1.0, NORMALISED: 0.25, MIN: 0.25, MINUS_ONE: 1.0}
GROUPS = (4, 16)
RUNS_PER_SEED = 10

ROWS = 40
"""About so many iterates of a run are kept."""

QUANTITIES = ("value", "success_rate", "marked", "entropy", "pass_at_k")
LEARNED = 0.9


# -- worlds of responses ---------------------------------------------------------------------------


@dataclass(frozen=True)
class World:
    """A verifier and a start: reward `good` for the four likely answers, 1 for the rare one, whose
    start probability is `rare`, else 0; `inner` updates per batch."""

    name: str
    good: float
    rare: float
    inner: int = 2


WORLDS = (
    World("graded: four answers 0.8, a rare one 1", 0.8, 0.05),
    World("0/1: the same five answers correct", 1.0, 0.05),
    World("0/1, one inner update", 1.0, 0.05, inner=1),
    World("0/1: only a rare answer correct", 0.0, 0.01),
)
LIKELY: dict[tuple[int, ...], float] = {
    (0, 0, 0): 0.2,
    (0, 1, 1): 0.1,
    (1, 0, 0): 0.06,
    (1, 1, 1): 0.04,
}
RARE = (2, 2, 2)
STEP_SIZE, GROUP = 0.5, 16


def setting(world: World, responses: Responses) -> tuple[Array, Array, int]:
    """Start tables (N, v), rewards (R,) and the number of the rare answer."""
    rest = 1 - sum(LIKELY.values()) - world.rare
    others = len(responses.sequences) - len(LIKELY) - 1
    start = [LIKELY.get(o, rest / others) for o in responses.sequences]
    rewards = [world.good if o in LIKELY else 0.0 for o in responses.sequences]
    rare = responses.sequences.index(RARE)
    start[rare], rewards[rare] = world.rare, 1.0
    return logits_for(responses, np.array(start)), np.array(rewards), rare


def algorithms() -> tuple[tuple[Algorithm, bool], ...]:
    """Each with False (equal learning rate), the negative-only ones also with True (matched)."""
    plain = (grpo(), gspo())
    readings = [negative_only(a, reading) for a in plain for reading in (MIN, MINUS_ONE)]
    return (*((a, False) for a in plain), *((a, m) for a in readings for m in (False, True)))


COLUMNS = {
    "expected": "exact updates of a bandit: p_good, p_best, V, entropy (nats), pass@k of the best",
    "moments": "the iterate of each moment (two_stage.MOMENTS) that comes within the run",
    "sampled": "groups of a bandit: median update of the first best token, and of p_best >= 0.9; "
    "how many runs did not get there in `steps` updates, counted as `steps` in the medians; share "
    "of groups with equal rewards; means at the end",
    "curves": "algorithms on responses: mean over seeds, 10% and 90% quantiles (low, high) at k; "
    "success_rate = P(highest reward), marked = P(the rare answer), pass@k of the rare answer",
    "outcomes": "the end of each run; `learned`: first iterate with J >= 0.9, -1 if never; "
    "`entropy_then`: entropy there; `first_drawn`: batch of the first rare answer",
    "exact": "the same worlds, every update the exact expectation over groups",
    "factor": "||E[min] - J E[full]|| / ||J E[full]|| over all groups of 4",
}
"""What each table holds."""

# -- the tables ------------------------------------------------------------------------------------


def study(
    seeds: int = 20,
    seed: int = 0,
    progress: Progress | None = None,
    steps: int = 800,
    expected_steps: int = 4000,
) -> Tables:
    """All tables by name; the same for the same arguments. Every algorithm meets the same random
    numbers. ValueError: seeds < 2, for a spread."""
    if seeds < 2:
        raise ValueError(f"a spread needs at least 2 seeds, got {seeds}")
    responses = enumerate_responses(3, 3)
    expected = [(b, r) for b in BANDITS for r in READINGS]
    sampled = [(b, r, group) for b in BANDITS for r in READINGS for group in GROUPS]
    compared = [(w, a, m) for w in WORLDS for a, m in algorithms() if _differs(w, a)]
    total, done = len(expected) + len(sampled) + len(compared), 0
    tables: Tables = {name: [] for name in COLUMNS}
    children = SeedSequence(seed).spawn(seeds * RUNS_PER_SEED)

    def tick() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total)

    for bandit, reading in expected:
        path = ascend(bandit, reading, STEP_SIZES[reading], expected_steps)
        tables["expected"] += _expected(path)
        tables["moments"] += _moments(path)
        tick()
    for bandit, reading, group in sampled:
        tables["sampled"].append(_sampled(bandit, reading, group, steps, children))
        tick()
    for world, algorithm, matched in compared:
        start, rewards, rare = setting(world, responses)
        schedule = Schedule(STEP_SIZE, steps, GROUP, world.inner, matched)
        history = train(responses, start, rewards, rare, algorithm, schedule, children[:seeds])
        keys = {"world": world.name, "algorithm": algorithm.name, "step": _rule(matched)}
        tables["curves"] += _curves(history, keys)
        tables["outcomes"] += _outcomes(history, keys)
        tick()
    for world in (w for w in WORLDS if w.inner > 1):
        tables["exact"] += _exact(world, responses, steps)
    tables["factor"] = factor()
    return tables


def _differs(world: World, algorithm: Algorithm) -> bool:
    """With one inner update all ratios are 1, and GSPO is GRPO for equal lengths."""
    return world.inner > 1 or algorithm.ratio == TOKEN


def _rule(matched: bool) -> str:
    return "matched" if matched else "equal"


def _short(x: float | np.floating | Array) -> float:
    return float(f"{float(x):.5g}")


def _kept(last: int) -> list[int]:
    """Every third iterate to 240, later ones evenly spaced on a log scale, and the last."""
    early = range(0, min(last, 240), 3)
    late = np.geomspace(1, last, 2 * ROWS).astype(int).tolist()
    return sorted({*early, *(k for k in late if k >= 240), last})


def _expected(path: Path) -> list[dict[str, str | int | float]]:
    return [{**_which(path), **_iterate(path, k)} for k in _kept(len(path.logits) - 1)]


def _moments(path: Path) -> list[dict[str, str | int | float]]:
    found = {"start": 0, **moments(path), "end": len(path.logits) - 1}
    return [
        {**_which(path), "moment": name, **_iterate(path, k)}
        for name, k in found.items()
        if k != NEVER
    ]


def _which(path: Path) -> dict[str, str | int | float]:
    return {"bandit": path.bandit.name, "reading": path.reading, "step_size": path.step_size}


def _iterate(path: Path, k: int) -> dict[str, str | int | float]:
    p = path.probabilities[k]
    return {
        "k": k,
        "good": _short(p[GOOD]),
        "best": _short(p[BEST]),
        "value": _short((p * path.bandit.rewards).sum()),
        "entropy": _short(entropy(p)),
        "pass_at_k": _short(pass_at(K, p[BEST])),
    }


def _sampled(
    bandit: Bandit, reading: str, group: int, steps: int, seeds: Sequence[SeedSequence]
) -> dict[str, str | int | float]:
    runs = sample(bandit, reading, SAMPLED_STEP_SIZES[reading], steps, group, seeds)
    return {
        "bandit": bandit.name,
        "reading": reading,
        "group": group,
        "runs": len(seeds),
        "steps": steps,
        "found_median": float(np.median(runs.found)),
        "never_found": int((runs.found == steps).sum()),
        "learned_median": float(np.median(runs.learned)),
        "not_learned": int((runs.learned == steps).sum()),
        "homogeneous": _short(runs.homogeneous.mean() / steps),
        "best_mean": _short(runs.best.mean()),
        "pass_at_k_mean": _short(pass_at(K, np.minimum(runs.best, 1.0)).mean()),
        "value_mean": _short(runs.value.mean()),
    }


def _series(history: History) -> dict[str, Array]:
    pass_k = pass_at(K, history.marked)
    held = (history.value, history.success_rate, history.marked, history.entropy, pass_k)
    return dict(zip(QUANTITIES, held, strict=True))


def _curves(history: History, keys: Mapping[str, str]) -> list[dict[str, str | int | float]]:
    series, last = _series(history), len(history.value) - 1
    rows = []
    for k in np.unique(np.linspace(0, last, ROWS + 1).astype(int)).tolist():
        row: dict[str, str | int | float] = {**keys, "k": k}
        for name, values in series.items():
            row[name] = _short(values[k].mean())
            row[f"{name}_low"], row[f"{name}_high"] = (
                _short(q) for q in np.quantile(values[k], (0.1, 0.9))
            )
        rows.append(row)
    return rows


def _outcomes(history: History, keys: Mapping[str, str]) -> list[dict[str, str | int | float]]:
    """`learned` is the first iterate with J >= 0.9, or NEVER; `entropy_then` the entropy there."""
    series, rows = _series(history), []
    for run in range(history.value.shape[1]):
        reached = history.success_rate[:, run] >= LEARNED
        k = int(np.argmax(reached)) if reached.any() else NEVER
        end = {name: _short(values[-1, run]) for name, values in series.items()}
        rows.append(
            {
                **keys,
                "run": run,
                **end,
                "first_drawn": int(history.drawn[run]),
                "learned": k,
                "entropy_then": _short(history.entropy[k, run]) if k != NEVER else NEVER,
                "homogeneous": _short(history.homogeneous[:, run].mean()),
            }
        )
    return rows


def _exact(world: World, responses: Responses, steps: int) -> list[dict[str, str | int | float]]:
    start, rewards, rare = setting(world, responses)
    rows: list[dict[str, str | int | float]] = []
    negative = [(r, m) for r in (MIN, MINUS_ONE) for m in (False, True)]
    for reading, matched in ((NORMALISED, False), *negative):
        schedule = Schedule(world.inner * STEP_SIZE, steps, GROUP, matched=matched)
        seen = expected_path(responses, start, rewards, rare, reading, schedule)
        for k in np.unique(np.linspace(0, steps, ROWS + 1).astype(int)).tolist():
            names = ("value", "success_rate", "marked", "entropy")
            values = dict(zip(names, map(_short, seen[:, k]), strict=True))
            keys = {"world": world.name, "reading": reading, "step": _rule(matched)}
            rows.append({**keys, "k": k, **values})
    return rows


def factor(group: int = 4) -> list[dict[str, str | int | float]]:
    """Is the expected update of MIN that of GRPO times J? ||E[min] - J E[full]|| / ||J E[full]||,
    exact over groups, for equal lengths and for lengths that a stop token makes vary."""
    rows: list[dict[str, str | int | float]] = []
    for lengths, stop in (("equal", False), ("vary", True)):
        responses = enumerate_responses(3, 3, stop)
        logits = np.zeros((1, *responses.tables))
        correct = np.array([sum(o) % 3 == 1 for o in responses.sequences], dtype=float)
        middling = np.array([sum(o) % 3 == 2 for o in responses.sequences], dtype=float)
        for rewards, name in ((correct, "0/1"), (correct + 0.8 * middling, "graded")):
            J = float((response_probs(responses, logits) * rewards).sum())
            full, low = (
                expected_gradient(responses, group_table(rewards, group, r), logits)
                for r in (NORMALISED, MIN)
            )
            miss = np.linalg.norm(low - J * full) / np.linalg.norm(J * full)
            rows.append({"lengths": lengths, "rewards": name, "J": _short(J), "miss": _short(miss)})
    return rows


# -- files -----------------------------------------------------------------------------------------


def command_line(seeds: int, seed: int) -> str:
    """The command that makes the results."""
    return f"gradgap simulate two-stage --seeds {seeds} --seed {seed}"


def summary(tables: Tables) -> list[dict[str, str | int | float]]:
    """One row per world, algorithm and step: means over runs at the end; over the runs that reach
    J >= 0.9, whose number is `reached`, the median iterate and the mean entropy there."""
    rows: list[dict[str, str | int | float]] = []
    cells: dict[tuple[str, str, str], list[Any]] = {}
    for row in tables["outcomes"]:
        key = (str(row["world"]), str(row["algorithm"]), str(row["step"]))
        cells.setdefault(key, []).append(row)
    for (world, algorithm, step), runs in cells.items():
        there = [r for r in runs if r["learned"] != NEVER]
        found: dict[str, str | int | float] = {
            "world": world,
            "algorithm": algorithm,
            "step": step,
            "runs": len(runs),
            **{name: _short(np.mean([r[name] for r in runs])) for name in QUANTITIES},
            "homogeneous": _short(np.mean([r["homogeneous"] for r in runs])),
            "reached": len(there),
        }
        if there:
            found["learned_median"] = float(np.median([r["learned"] for r in there]))
            found["entropy_then"] = _short(np.mean([r["entropy_then"] for r in there]))
            found["entropy_then_sd"] = _short(np.std([r["entropy_then"] for r in there]))
        rows.append(found)
    return rows


def as_json(tables: Tables, command: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The record: command, parameters (the seed among them), versions, and the small tables."""
    return {
        "command": command,
        "parameters": dict(parameters),
        "versions": record.versions("numpy"),
        "readings": READINGS,
        "tables": COLUMNS,
        "bandits": {
            b.name: {"rewards": b.rewards.tolist(), "start": b.start.tolist()} for b in BANDITS
        },
        "worlds": [asdict(w) for w in WORLDS],
        "step_sizes": {"expected": STEP_SIZES, "sampled": SAMPLED_STEP_SIZES, "groups": STEP_SIZE},
        "group": GROUP,
        "pass_at_k": K,
        "moments": tables["moments"],
        "sampled": tables["sampled"],
        "factor": tables["factor"],
        "summary": summary(tables),
    }


def files(tables: Tables, command: str, parameters: Mapping[str, Any]) -> dict[str, str]:
    """The contents of NAME.csv for each table and of two_stage.json."""
    held = {f"{name}.csv": record.as_csv(rows) for name, rows in tables.items()}
    return {**held, "two_stage.json": record.as_text(as_json(tables, command, parameters))}
