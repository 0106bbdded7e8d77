"""Learning curves of a run's folder, from its log alone: no torch, and no training, is needed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpu_checks.phase import figures as phase_figures

LOG, SETTINGS = "log.jsonl", "settings.json"
"""The files of a run's folder; `runs` writes them."""
MOST = 8
"""Curves in one picture."""


def logged(folder: Path) -> dict[str, NDArray[np.float64]]:
    """Each measure of the log, (updates, R); NaN where it is missing. `step` is (updates,).

    FileNotFoundError: there is no log. ValueError: it is empty, or a line is cut short."""
    with (folder / LOG).open(encoding="utf-8") as lines:
        updates = [json.loads(one) for one in lines]
    if not updates:
        raise ValueError(f"{folder / LOG} is empty")
    return {name: np.array([one[name] for one in updates], dtype=np.float64) for name in updates[0]}


def settings_of(folder: Path) -> dict[str, Any]:
    """The settings in the folder. FileNotFoundError: there are none."""
    return dict(json.loads((folder / SETTINGS).read_text(encoding="utf-8"))["settings"])


def draw(folder: Path) -> dict[str, bytes]:
    """curves.png: success rate and entropy against updates, the mean over seeds at each of at most
    `MOST` step sizes, evenly chosen."""
    settings, log = settings_of(folder), logged(folder)
    sizes = np.array(settings["step_sizes"])
    every = np.unique(sizes)
    chosen = every[np.unique(np.linspace(0, len(every) - 1, min(MOST, len(every))).astype(int))]
    runs = {
        f"{settings['algorithm']}, {settings['step']} {size:g}": {
            "step": log["step"],
            "success": log["success"][:, sizes == size].mean(1),
            "entropy": log["entropy"][:, sizes == size].mean(1),
        }
        for size in chosen
    }
    return {"curves.png": phase_figures.learning_curves(runs)}
