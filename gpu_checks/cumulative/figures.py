"""The picture of `cumulative`, from its table alone: no torch is needed."""

from pathlib import Path

from gpu_checks.phase import figures as phase_figures
from numeric.core import record

ESTIMATES = {"halves": ("gap", True), "signed": ("gap", False), "norm": ("gap_of_norm", True)}
"""Name -> the measure of the log that the cumulative gap is made from, and whether only its
positive part counts."""
PICTURES = {"gap": ("halves", "short"), "norm": ("norm", "short"), "long": ("halves", "long")}
"""Name -> which rows of the table it shows: estimate, and short or long steps."""


def draw(folder: Path) -> dict[str, bytes]:
    """One picture for each of PICTURES, from the table in the folder. FileNotFoundError: there is
    none."""
    table = record.read_csv(folder / "cumulative.csv")
    found = {}
    for name, (estimate, steps) in PICTURES.items():
        chosen = (table["estimate"] == estimate) & (table["steps"] == steps)
        part = {column: values[chosen] for column, values in table.items()}
        found[f"cumulative_{name}.png"] = phase_figures.gap_against_success(part)
    return found
