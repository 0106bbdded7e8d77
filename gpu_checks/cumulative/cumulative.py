"""The paper's Figure 2 on our models: the cumulative gap alignment (14) against the success rate.

The paper reads the gap off the size of the GRPO gradient, |g| / sqrt(J(1-J)). Along its own
direction that size is the alignment plus the noise of the batch, so two estimates are kept:
`halves` (see `train`), which noise does not push up on average, and `norm`, the paper's. M(k) of
(14) adds [gap]_+ |theta' - theta| over the updates; one without an estimate adds nothing. Of a
noisy estimate the positive part is too large, so `signed` is kept too, `halves` without it.

Each algorithm runs with a `short` and a `long` learning rate: about a tenth of the predicted safe
one at the start, and about that itself. M is first order in the step, so only short steps can show
what M says.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gpu_checks import curves, runs
from gpu_checks.cumulative.figures import ESTIMATES
from gpu_checks.phase.analysis import log_odds
from gpu_checks.phase.phase import grid
from gpu_checks.settings import Settings
from numeric.core import record
from theory.terminal import Progress

STEP_SIZES = {"dr-grpo": {"short": 0.002, "long": 0.02}, "grpo": {"short": 0.005, "long": 0.05}}
SIZES = {"copy": 4, "reverse": 4, "sort": 4, "modular_addition": 3, "parity": 4, "brackets": 4}
SEEDS = 3
EVERY = 10
"""Updates between two that are kept in the table."""


def populations(preset: str) -> list[Settings]:
    """One for each task and algorithm. ValueError: the preset is neither laptop, gpu nor smoke."""
    shapes = {
        "laptop": {"prompts": 16, "group": 16, "steps": 300},
        "gpu": {"prompts": 64, "group": 32, "steps": 1000},
        "smoke": {"prompts": 4, "group": 4, "steps": 21, "width": 8, "layers": 1, "heads": 1},
    }
    if preset not in shapes:
        raise ValueError(f"a preset is one of {', '.join(shapes)}, got {preset}")
    sizes = {"copy": 1} if preset == "smoke" else SIZES
    start = 0.3 if preset == "smoke" else 0.05
    return [
        grid(
            Settings(),
            (*step_sizes.values(),),
            SEEDS,
            **{"task": task, "size": size, "algorithm": name, "start": start, **shapes[preset]},
        )
        for task, size in sizes.items()
        for name, step_sizes in STEP_SIZES.items()
    ]


def train_populations(
    folder: Path, preset: str, device: torch.device | str, progress: Progress
) -> list[dict[str, Any]]:
    """Train, going on where an earlier call was stopped; one row an update, run and estimate."""
    rows, chosen = [], populations(preset)
    total, done = sum(one.steps for one in chosen), 0
    for one in chosen:
        place = folder / "runs" / f"{one.task}-{one.algorithm}"

        def tick(step: int, _: int, before: int = done) -> None:
            progress(before + step, total)

        found = runs.train_in_folder(place, one, device, progress=tick)
        rows += updates(one, [row["start"] for row in found], curves.logged(place))
        done += one.steps
    return rows


def updates(
    settings: Settings, starts: list[float], log: dict[str, NDArray[np.float64]]
) -> list[dict[str, Any]]:
    """The rows of one population, of every tenth update. The success rate of an update is that of
    its batch, `start` the one after the warm start."""
    rows = []
    lengths = {size: length for length, size in STEP_SIZES[settings.algorithm].items()}
    for estimate, (name, positive) in ESTIMATES.items():
        M = cumulative(log[name], log["step_length"], positive)
        for r, seed in enumerate(settings.seeds):
            rows += [
                {
                    "task": settings.task,
                    "algorithm": settings.algorithm,
                    "estimate": estimate,
                    "steps": lengths[settings.step_sizes[r]],
                    "seed": seed,
                    "start": starts[r],
                    "step": int(step),
                    "success": success,
                    "cumulative_gap": total,
                }
                for step, success, total in zip(
                    log["step"][::EVERY].tolist(),
                    log["success"][::EVERY, r].tolist(),
                    M[::EVERY, r].tolist(),
                    strict=True,
                )
            ]
    return rows


def cumulative(
    gap: NDArray[np.float64], step_length: NDArray[np.float64], positive: bool = True
) -> NDArray[np.float64]:
    """M(k) of (14) before each update, (updates, R); NaN gaps add nothing. Not `positive`: the sum
    of the gaps themselves, in which noise cancels."""
    known = np.nan_to_num(gap, nan=0.0)
    gained = (np.maximum(known, 0.0) if positive else known) * step_length
    return np.cumsum(gained, axis=0) - gained


def slopes(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """By task, algorithm, estimate and short or long steps: the slope of the log odds against M by
    least squares through the start, over updates with 0.02 < success < 0.98. 1 is the logistic
    curve, 1/2 Corollary 1."""
    found = []
    names = ("task", "algorithm", "estimate", "steps")
    keys = dict.fromkeys(tuple(row[name] for name in names) for row in rows)
    for key in keys:
        here = [
            (row["cumulative_gap"], log_odds(row["success"]) - log_odds(row["start"]))
            for row in rows
            if tuple(row[name] for name in names) == key and 0.02 < row["success"] < 0.98
        ]
        x, y = np.array(here).reshape(-1, 2).T
        square = float(np.dot(x, x))
        slope = float(np.dot(x, y)) / square if square > 0 else None
        found.append({**dict(zip(names, key, strict=True)), "updates": len(x), "slope": slope})
    return found


def files(
    rows: list[dict[str, Any]], slopes: list[dict[str, Any]], preset: str, device: str
) -> dict[str, bytes | str]:
    """The table and the record."""
    document = {
        "command": f"gradgap cumulative --preset {preset} --device {device}",
        "parameters": {"preset": preset, "device": device},
        "versions": record.versions("torch", "numpy"),
        "slopes": slopes,
    }
    return {"cumulative.csv": record.as_csv(rows), "record.json": record.as_text(document)}
