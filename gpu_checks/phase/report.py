"""What is written about phase diagrams: tables, the record of how they were made, figures.

Drawing needs the tables alone, and no torch.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gpu_checks.phase import figures as phase_figures
from numeric.core import record

TABLES = ("runs", "predictions", "thresholds", "exponents", "verdicts")
STARTS = "success"
"""The diagram whose second axis is the initial success rate; the others have the length there."""


def files(
    tables: Mapping[str, list[dict[str, Any]]], preset: str, device: str
) -> dict[str, bytes | str]:
    """One csv a table, and the record."""
    document = {
        "command": f"gradgap phase --preset {preset} --device {device}",
        "parameters": {"preset": preset, "device": device},
        "versions": record.versions("torch", "numpy"),
        "machine": machine(device),
        "verdicts": [
            {name: None if value == np.inf else value for name, value in row.items()}
            for row in tables["verdicts"]
        ],
    }
    found: dict[str, bytes | str] = {f"{name}.csv": record.as_csv(tables[name]) for name in TABLES}
    return found | {"record.json": record.as_text(document)}


def machine(device: str) -> str:
    """What it ran on: the name of the accelerator, or the number of threads."""
    import torch

    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)
    return f"CPU, {torch.get_num_threads()} threads"


def draw(folder: Path) -> dict[str, bytes]:
    """The figures from the tables in the folder, as png: each diagram, its collapse modes, and how
    its threshold scales. FileNotFoundError: a table is missing."""
    table = record.read_csv(folder / "runs.csv")
    predicted = record.read_csv(folder / "predictions.csv")
    found = {}
    lengths = table["diagram"] != STARTS
    for name, chosen, against in (("length", lengths, "longest"), ("success", ~lengths, "start")):
        if not chosen.any():
            continue
        part = {column: values[chosen] for column, values in table.items()}
        found[f"phase_{name}.png"] = phase_figures.phase_diagram(part, predicted, against)
        found[f"phase_{name}_modes.png"] = phase_figures.collapse_modes(part, against)
        rng = np.random.default_rng(0)
        found[f"phase_{name}_law.png"] = phase_figures.scaling(part, rng, predicted, against)
    return found
