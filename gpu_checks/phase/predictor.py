"""What the first update tells of the learning rate at which a run collapses.

    python -m gpu_checks.phase.predictor

writes gpu_checks/results/predictor/predictor.csv from the recorded phase diagrams. A predictor is a
positive quantity of the first update; the learning rate it predicts is c times that, with one c for
all runs: the median of threshold over quantity among the runs it is fitted on. It is judged on
others: each cell of the laptop diagrams by the c of all the other cells, and by the c of all of
them the algorithms and the task that they do not contain. The proved safe step is one of the
quantities, with c = 1 too: there it is a lower bound, and not an estimate.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpu_checks.phase import analysis
from gpu_checks.settings import PLAIN
from numeric.core import record

Floats = NDArray[np.float64]
RESULTS = Path(__file__).parents[1] / "results"
TABLE = RESULTS / "predictor" / "predictor.csv"

QUANTITIES: dict[str, Callable[[analysis.Table], Floats]] = {
    "safe step": lambda u: u["safe_step"],
    "1/|g|": lambda u: 1 / u["update_norm"],
    "T^-1/|g|": lambda u: 1 / (u["longest"] * u["update_norm"]),
    "T^-3/2/|g|": lambda u: u["longest"] ** -1.5 / u["update_norm"],
    "1/(|g| sqrt C)": lambda u: 1 / (u["update_norm"] * np.sqrt(u["curvature"])),
    "sqrt(safe step/|g|)": lambda u: np.sqrt(u["safe_step"] / u["update_norm"]),
    "(1-J) T^-3/2/|g|": lambda u: (1 - u["success"]) * u["longest"] ** -1.5 / u["update_norm"],
    "T^-3/2": lambda u: u["longest"] ** -1.5,
}
"""|g| is the norm of the first update at learning rate 1, C the curvature E+[max |H|] along it, T
the most tokens of a response."""
CELL = (*analysis.PANEL, "size", "longest", "level")


def measured(folder: Path) -> dict[str, NDArray[Any]]:
    """The thresholds of plain steps that are no censored bracket, each with its first update."""
    brackets = analysis.where(record.read_csv(folder / "thresholds.csv"), censored="no", step=PLAIN)
    updates = record.read_csv(folder / "predictions.csv")
    which = analysis.matches(brackets, updates)
    kept = (which >= 0) & ~np.isnan(analysis.safe_steps(brackets, updates))
    own = {name: column[which] for name, column in updates.items() if name not in brackets}
    level = {"level": analysis.levels(brackets["start"])}
    return {name: column[kept] for name, column in (brackets | own | level).items()}


def ratios(of: analysis.Table, quantity: Callable[[analysis.Table], Floats]) -> Floats:
    """log(threshold / quantity), (runs,)."""
    return np.log(of["threshold"]) - np.log(quantity(of))


def left_out(of: analysis.Table, quantity: Callable[[analysis.Table], Floats]) -> Floats:
    """log(threshold / predicted), each cell by the constant of all the others, (runs,)."""
    logs = ratios(of, quantity)
    cells = np.array(["|".join(str(row[name]) for name in CELL) for row in analysis.rows(of)])
    return np.array([x - np.median(logs[cells != c]) for x, c in zip(logs, cells, strict=True)])


def judged(
    fitted: analysis.Table, others: Mapping[str, analysis.Table]
) -> Iterator[dict[str, Any]]:
    """One row a quantity and set of runs: threshold over prediction, and how far off in factors."""
    for name, quantity in QUANTITIES.items():
        yield row(name, "cells left out, one by one", left_out(fitted, quantity))
        constant = np.median(ratios(fitted, quantity))
        for title, runs in others.items():
            yield row(name, title, ratios(runs, quantity) - constant)
    for title, runs in {"all": fitted, **others}.items():
        yield row("safe step, c = 1", title, ratios(runs, QUANTITIES["safe step"]))


def row(name: str, title: str, logs: Floats) -> dict[str, Any]:
    """min, median and max of threshold over prediction; the factor that half and 90% are within."""
    least, middle, most = np.exp(np.percentile(logs, (0, 50, 100))).tolist()
    half, most_runs = np.exp(np.percentile(np.abs(logs), (50, 90))).tolist()
    return {
        "predictor": name,
        "judged_on": title,
        "thresholds": len(logs),
        "min": least,
        "median": middle,
        "max": most,
        "half_within": half,
        "most_within": most_runs,
    }


def table() -> list[dict[str, Any]]:
    """From the recorded diagrams."""
    fitted = measured(RESULTS / "phase")
    algorithms = analysis.where(measured(RESULTS / "algorithms"), diagram="algorithms")
    known = np.isin(algorithms["algorithm"], fitted["algorithm"])
    others: dict[str, analysis.Table] = {
        "other algorithms": {name: column[~known] for name, column in algorithms.items()},
        "another task": measured(RESULTS / "tasks"),
    }
    return list(judged(fitted, others))


def main() -> None:
    TABLE.parent.mkdir(exist_ok=True)
    record.write_whole(TABLE, record.as_csv(table()).encode())


if __name__ == "__main__":
    main()
