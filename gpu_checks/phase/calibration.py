"""How often a recorded run collapsed, by its step over the predicted safe step of its first update.

    python -m gpu_checks.phase.calibration

writes gpu_checks/results/calibration/calibration.csv from the recorded phase diagrams: all runs,
each algorithm, and each algorithm at each length T. The intervals are those of Clopper and Pearson,
95%, as if the runs were independent; the runs of one seed at several steps are not quite. They say
how small transformers ended; of a large model they say the order of magnitude, if anything.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from gpu_checks.phase import analysis
from numeric.core import record

RESULTS = Path(__file__).parents[1] / "results"
TABLE = RESULTS / "calibration" / "calibration.csv"
EDGES = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 64.0, np.inf)
"""A run belongs to the bin (low, high] of its ratio."""
ALL = "all"


def calibration(runs: analysis.Table, predictions: analysis.Table) -> analysis.Rows:
    """One row a group and bin. A run without a predicted safe step is in none."""
    ratio = runs["step_size"] / analysis.safe_steps(runs, predictions)
    collapsed = ~analysis.survived(runs)
    return [
        {**named, "above": low, "up_to": high, **counted(collapsed[here])}
        for named, chosen in groups(runs)
        for low, high in pairwise(EDGES)
        if (here := chosen & (low < ratio) & (ratio <= high)).any()
    ]


def groups(runs: analysis.Table) -> Iterator[tuple[dict[str, Any], Any]]:
    """The name of a group, and which runs are in it."""
    yield {"algorithm": ALL, "longest": ALL}, np.ones(len(runs["seed"]), bool)
    for name in sorted(set(runs["algorithm"].tolist())):
        of_name = runs["algorithm"] == name
        yield {"algorithm": name, "longest": ALL}, of_name
        for T in sorted(set(runs["longest"][of_name].tolist())):
            yield {"algorithm": name, "longest": int(T)}, of_name & (runs["longest"] == T)


def counted(collapsed: Any) -> dict[str, Any]:
    """Runs, how many collapsed, their share and its 95% interval."""
    from scipy.stats import binomtest

    count, runs = int(collapsed.sum()), len(collapsed)
    ci = binomtest(count, runs).proportion_ci(method="exact")
    share = {"share": count / runs, "low": float(ci.low), "high": float(ci.high)}
    return {"runs": runs, "collapsed": count, **share}


def recorded() -> analysis.Rows:
    """The committed rows for all runs, from the smallest bin up."""
    table = record.read_csv(TABLE)
    return [row for row in analysis.rows(table) if row["algorithm"] == ALL]


def risk(ratio: float, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The row of the bin of a ratio > 0. ValueError: there is none, the ratio is no such number."""
    for row in rows:
        if row["above"] < ratio <= row["up_to"]:
            return row
    raise ValueError(f"a step over a safe step is a positive number; got {ratio}")


def main() -> None:
    folder = RESULTS / "phase"
    rows = calibration(
        record.read_csv(folder / "runs.csv"), record.read_csv(folder / "predictions.csv")
    )
    TABLE.parent.mkdir(exist_ok=True)
    record.write_whole(TABLE, record.as_csv(rows).encode())


if __name__ == "__main__":
    main()
