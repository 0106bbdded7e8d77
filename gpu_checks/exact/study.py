"""Training without sampling, every step of it held against the claims.

A small transformer answers a prompt, or a few, and all its responses are enumerated (`exact`). At
each update the constants on the segment that is walked are measured (`curvature`), every claim is
checked at every point of the grid, the safe step is predicted in three ways and the smallest
harmful step is looked for. A step below a prediction at which J falls raises `Violated`.

Tables, each a list of rows:

    steps     one row an update of a run: constants, predictions, the harmful step seen
    ratios    for each task, algorithm and start: harmful over predicted, over all updates
    collapse  one problem, the exact direction of the gap, steps that are long on purpose
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

import torch
from torch import Tensor

from gpu_checks import model, noise, tasks
from gpu_checks.algorithms import algorithm
from gpu_checks.exact import exact
from gpu_checks.exact.curvature import KINDS
from gpu_checks.exact.exact import Problem
from gpu_checks.exact.training import COLUMNS, FRACTION, LENGTH, Rule, train_exact
from numeric.core import record
from numeric.core.record import Row
from theory.terminal import Progress

TEACHING_RATE, TEACHINGS, HALVINGS = 3e-3, 2000, 40
"""Adam's learning rate in the warm start, its steps at most, bisections after it."""


@dataclass(frozen=True)
class Case:
    """A task, the size of its `prompts` different prompts, and the size of its alphabet."""

    task: str
    size: int = 2
    alphabet: int = 2
    prompts: int = 1


@dataclass(frozen=True)
class Preset:
    """What is studied: each case with each algorithm, start, fraction of the safe step and seed,
    for `steps` updates; then the collapse with `long` steps."""

    cases: tuple[Case, ...]
    algorithms: tuple[str, ...]
    starts: tuple[float, ...]
    fractions: tuple[float, ...]
    seeds: int
    steps: int
    width: int
    collapse: Case
    long: tuple[float, ...]
    updates: int
    layers: int = 2
    heads: int = 2


SMALL = (
    Case("reverse"),
    Case("copy"),
    Case("sort", prompts=2),
    Case("parity", prompts=2),
    Case("modular_addition", prompts=2),
    Case("brackets"),
)
ALL = ("dr-grpo", "grpo", "success", "grpo-n", "grpo-n-minus-one")
LARGE = (
    Case("reverse", 3, 3),
    Case("copy", 3, 3),
    Case("sort", 3, 3, prompts=2),
    Case("parity", 3, 3, prompts=2),
    Case("modular_addition", 3, 3, prompts=2),
    Case("brackets", 3, 2, prompts=2),
)
PRESETS = {
    "smoke": Preset(
        (Case("parity", 1),), ("grpo",), (0.3,), (0.99,), 1, 2, 8, Case("copy", 1), (2.0,), 3
    ),
    "laptop": Preset(
        SMALL, ALL[:4], (0.05, 0.3, 0.8), (0.99,), 1, 4, 16, SMALL[0], (1.0, 2.0, 4.0), 24
    ),
    "gpu": Preset(
        LARGE, ALL, (0.05, 0.3, 0.8), (0.5, 0.99), 2, 15, 32, LARGE[0], (0.5, 1.0, 2.0, 4.0), 150
    ),
}
"""laptop: minutes on two cores. gpu: up to 1,365 responses to a prompt, on one device."""


def preset(name: str) -> Preset:
    """ValueError: there is no such preset."""
    if name not in PRESETS:
        raise ValueError(f"a preset is one of {', '.join(PRESETS)}; got {name}")
    return PRESETS[name]


# -- where it begins -------------------------------------------------------------------------------


def prompts(case: Case, key: Tensor) -> Tensor:
    """`case.prompts` different prompts (P, S), from a key (): the first ones drawn.

    ValueError: there are too few."""
    task = tasks.task(case.task, case.alphabet)
    u = noise.uniforms(key, shape=(64 * case.prompts, task.uniforms_needed(case.size)))
    drawn = task.prompts(u, case.size)
    different = list(dict.fromkeys(tuple(one) for one in drawn.tolist()))
    if len(different) < case.prompts:
        raise ValueError(f"{case.task}: {case.prompts} different prompts; got {len(different)}")
    return torch.tensor(different[: case.prompts], device=key.device)


def warm_start(
    problem: Problem, answers: Tensor, theta: Tensor, goals: Tensor, most: int = TEACHINGS
) -> Tensor:
    """theta (R, n) at which J is goals (R,), up to 2^-HALVINGS of a step of Adam.

    Supervised steps on the answers (P, T), until J passes its goal; where J begins above it, on the
    empty response, which is correct for no task. Then the last step is bisected. ValueError: the
    goal was not reached in `most` steps."""
    goal = goals.logit()
    from_below = log_odds_of(problem, theta) < goal
    taught = torch.where(
        from_below[:, None, None], target(problem, answers), first_response(problem)
    )
    before, after, waiting = theta, theta, torch.ones_like(from_below)
    first, second = torch.zeros_like(theta), torch.zeros_like(theta)
    for step in range(1, most + 1):
        leaf = theta.detach().requires_grad_()
        log_pi = exact.log_probabilities(problem, leaf)
        (g,) = torch.autograd.grad(log_pi, leaf, taught)
        first, second = 0.9 * first + 0.1 * g, 0.99 * second + 0.01 * g.square()
        mean, square = first / (1 - 0.9**step), second / (1 - 0.99**step)
        moved = theta + TEACHING_RATE * mean / (square.sqrt() + 1e-8)
        passed = (log_odds_of(problem, moved) < goal) != from_below
        before = torch.where(waiting[:, None], theta, before)
        after = torch.where(waiting[:, None], moved, after)
        waiting, theta = waiting & ~passed, moved
        if not waiting.any():
            break
    else:
        raise ValueError(f"J = {goals[waiting].tolist()} was not reached in {most} steps")
    low, high = torch.zeros_like(goal), torch.ones_like(goal)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        there = log_odds_of(problem, before + middle[:, None] * (after - before))
        beyond = (there < goal) != from_below
        low, high = torch.where(beyond, low, middle), torch.where(beyond, middle, high)
    return before + high[:, None] * (after - before)


@torch.no_grad()
def log_odds_of(problem: Problem, theta: Tensor) -> Tensor:
    return exact.log_odds(exact.log_probabilities(problem, theta), problem.rewards)


def target(problem: Problem, answers: Tensor) -> Tensor:
    """1/P at each prompt's answer (P, T), 0 at the other responses: (P, N)."""
    return (problem.responses == answers[:, None]).all(-1).double() / len(answers)


def first_response(problem: Problem) -> Tensor:
    """The same for EOS at once, the first response enumerated."""
    found = torch.zeros_like(problem.rewards)
    found[:, 0] = 1 / len(found)
    return found


# -- the study -------------------------------------------------------------------------------------


def study(
    seed: int = 0,
    preset_name: str = "laptop",
    progress: Progress = lambda done, total: None,
    device: torch.device | str = "cpu",
) -> tuple[dict[str, Any], dict[str, str]]:
    """The record, and the files for `numeric.core.record.write`, names and contents.

    Violated: a claim fails. ValueError: no such preset, or a negative seed."""
    chosen = preset(preset_name)
    total = len(chosen.cases) * chosen.steps + chosen.updates
    done, steps = 0, []
    for number, case in enumerate(chosen.cases):
        steps += of_case(chosen, case, seed, number, device, counter(progress, done, total))
        done += chosen.steps
    fallen = collapse(chosen, seed, device, counter(progress, done, total))
    tables = {"steps": steps, "ratios": ratios(steps), "collapse": fallen}
    document = describe(chosen, preset_name, seed, tables)
    files = {f"exact_{name}.csv": record.as_csv(rows) for name, rows in tables.items()}
    return document, {**files, "exact.json": record.as_text(document)}


def counter(progress: Progress, before: int, total: int) -> Progress:
    return lambda done, _: progress(before + done, total)


def begin(
    chosen: Preset, case: Case, seed: int, number: int, starts: Sequence[float], seeds: int,
    device: torch.device | str,
) -> tuple[Problem, dict[tuple[int, float], Tensor]]:  # fmt: skip
    """The problem of a case, and theta (n,) for each seed and start."""
    task = tasks.task(case.task, case.alphabet)
    keys = noise.fold(noise.keys(seed, 1, device), number)
    asked = prompts(case, noise.fold(keys, 0)[0])
    network = {"width": chosen.width, "layers": chosen.layers, "heads": chosen.heads}
    problem = exact.problem(task, case.size, asked, **network)
    n = problem.architecture.size
    normals = torch.cat([noise.normals(noise.fold(keys, 1), s, shape=(n,)) for s in range(seeds)])
    pairs = list(product(range(seeds), starts))
    theta = model.initial(problem.architecture, normals)[[s for s, _ in pairs]]
    goals = theta.new_tensor([start for _, start in pairs])
    theta = warm_start(problem, task.answer(asked, case.size), theta, goals)
    return problem, dict(zip(pairs, theta, strict=True))


def of_case(
    chosen: Preset, case: Case, seed: int, number: int, device: torch.device | str,
    progress: Progress,
) -> list[Row]:  # fmt: skip
    """All runs of a case as one stack: the rows of `steps`."""
    problem, theta = begin(chosen, case, seed, number, chosen.starts, chosen.seeds, device)
    # For one prompt the directions of these two are the same.
    names = [a for a in chosen.algorithms if case.prompts > 1 or a != "success"]
    runs = list(product(names, chosen.starts, chosen.fractions, range(chosen.seeds)))
    rows, _ = train_exact(
        problem,
        torch.stack([theta[s, start] for _, start, _, s in runs]),
        [algorithm(name) for name, *_ in runs],
        [Rule(FRACTION, fraction) for _, _, fraction, _ in runs],
        chosen.steps,
        progress=progress,
    )
    N = problem.responses.shape[0]
    labels = [
        {**asdict(case), "responses": N, "algorithm": a, "start": j, "fraction": f, "seed": s}
        for a, j, f, s in runs
    ]
    return [{**label, **of_run(row, r)} for r, label in enumerate(labels) for row in rows]


def of_run(row: dict[str, list[float]], r: int) -> dict[str, float]:
    """The numbers of run r."""
    return {name: numbers[r] for name, numbers in row.items()}


def collapse(
    chosen: Preset, seed: int, device: torch.device | str, progress: Progress
) -> list[Row]:
    """The rows of `collapse`: one prompt, the exact direction of the gap from J = 0.3.

    Fractions of the safe step, where J rises at every update; and fixed long steps, where it may
    fall far and, the direction being exact, comes back."""
    problem, theta = begin(chosen, chosen.collapse, seed, len(chosen.cases), (0.3,), 1, device)
    rules = [Rule(FRACTION, f) for f in (0.5, 0.99)] + [Rule(LENGTH, x) for x in chosen.long]
    R = len(rules)
    rows, _ = train_exact(
        problem,
        theta[0, 0.3].expand(R, -1),
        [algorithm("dr-grpo")] * R,
        rules,
        chosen.updates,
        harm=False,
        progress=progress,
    )
    label = {**asdict(chosen.collapse), "responses": problem.responses.shape[0]}
    return [
        {**label, "rule": rule.name, "value": rule.value, **of_run(row, r)}
        for r, rule in enumerate(rules)
        for row in rows
    ]


GROUP = ("task", "algorithm", "start")


def ratios(steps: Sequence[Row]) -> list[Row]:
    """For each task, algorithm and start: the smallest harmful step seen over each prediction."""
    found: list[Row] = []
    for group in dict.fromkeys(tuple(row[name] for name in GROUP) for row in steps):
        rows = [row for row in steps if tuple(row[name] for name in GROUP) == group]
        aligned = [row for row in rows if float(row["observed"]) == float(row["observed"])]
        hit = [row for row in aligned if float(row["observed"]) < float("inf")]
        line: dict[str, Any] = dict(zip(GROUP, group, strict=True))
        line |= {"updates": len(rows), "without_a_gap": len(rows) - len(aligned)}
        line |= {"without_a_harmful_step": len(aligned) - len(hit)}
        for kind in KINDS:
            line |= spread(kind, [float(row["observed"]) / float(row[kind]) for row in hit])
        found.append(line)
    return found


def spread(kind: str, numbers: Sequence[float]) -> dict[str, float]:
    """Least, median and greatest; NaN where there are none."""
    x = torch.tensor(numbers or [torch.nan], dtype=torch.float64)
    found = (x.min(), x.quantile(0.5), x.max())
    return {f"{kind}_{name}": v.item() for name, v in zip(ENDS, found, strict=True)}


ENDS = ("min", "median", "max")


def describe(chosen: Preset, name: str, seed: int, tables: dict[str, list[Row]]) -> dict[str, Any]:
    """What it takes to make the tables again, and the ratios, None where there is none."""
    least = {
        kind: min((x for x in (float(row[f"{kind}_min"]) for row in tables["ratios"]) if x == x),
                  default=None)
        for kind in KINDS
    }  # fmt: skip
    return {
        "command": f"gradgap exact --preset {name} --seed {seed}",
        "parameters": {"seed": seed, "preset": name, **asdict(chosen)},
        "versions": record.versions("torch", "numpy"),
        "predictions": KINDS,
        "columns": COLUMNS,
        "smallest_ratio": least,
        "ratios": [
            {name: None if value != value else value for name, value in row.items()}
            for row in tables["ratios"]
        ],
        "updates": len(tables["steps"]) + len(tables["collapse"]),
        "violations": 0,
    }
