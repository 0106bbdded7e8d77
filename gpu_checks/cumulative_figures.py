"""The picture of `cumulative`, from its table alone: no torch is needed."""

from __future__ import annotations

from pathlib import Path

from gpu_checks import phase_figures
from numeric import record

ESTIMATES = {"halves": "gap", "norm": "gap_of_norm"}
"""Name -> the measure of the log that the cumulative gap is made from."""


def draw(folder: Path) -> dict[str, bytes]:
    """One picture an estimate, from the table in the folder."""
    table = record.read_csv(folder / "cumulative.csv")
    return {
        f"cumulative_{name}.png": phase_figures.gap_against_success(
            {column: values[table["estimate"] == name] for column, values in table.items()}
        )
        for name in ESTIMATES
    }
