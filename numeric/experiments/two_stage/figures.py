"""The two figures of the two-stage study, drawn from its CSV files alone.

Blue, vermilion, green and purple are told apart by all eyes, and in grey by line style and marker.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numeric.core import record

Table = dict[str, NDArray[Any]]

BLUE, VERMILION, GREEN, PURPLE, ORANGE = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"

TOKENS = {
    "good": ("p(good)", {"color": BLUE, "linestyle": "-", "marker": "o"}),
    "best": ("p(best)", {"color": VERMILION, "linestyle": "-", "marker": "s"}),
    "value": ("V", {"color": "black", "linestyle": "--"}),
}

LOOKS = {
    ("GRPO", "equal"): {"color": BLUE, "linestyle": "-", "marker": "o"},
    ("GSPO", "equal"): {"color": ORANGE, "linestyle": ":", "marker": "D"},
    ("GRPO-N, min(A,0)", "equal"): {"color": VERMILION, "linestyle": "-", "marker": "s"},
    ("GRPO-N, min(A,0)", "matched"): {"color": VERMILION, "linestyle": "--", "marker": "v"},
    ("GRPO-N, reward - 1", "equal"): {"color": GREEN, "linestyle": "-", "marker": "^"},
    ("GRPO-N, reward - 1", "matched"): {"color": GREEN, "linestyle": "--", "marker": "x"},
}
SUFFIX = {"equal": ", equal learning rate", "matched": ", matched expected step"}
BANDED = (("GRPO", "equal"), ("GRPO-N, min(A,0)", "matched"), ("GRPO-N, reward - 1", "equal"))

QUANTITIES = {
    "value": "mean reward V",
    "success_rate": "success rate J\n(highest reward)",
    "pass_at_k": "pass@16\nof the rare answer",
    "entropy": "entropy (nats)",
}


def draw(folder: Path) -> dict[str, bytes]:
    """two_stage_dynamic.png and two_stage_algorithms.png, from expected.csv, moments.csv and
    curves.csv in the folder. FileNotFoundError or ValueError: a table is missing or cut short."""
    tables = {n: record.read_csv(folder / f"{n}.csv") for n in ("expected", "moments", "curves")}
    return {
        "two_stage_dynamic.png": dynamic(tables["expected"], tables["moments"]),
        "two_stage_algorithms.png": algorithms(tables["curves"]),
    }


READING, LAST = "normalised", 237
"""Of the first figure: REINFORCE takes the same way, but ten times as long over the plateau."""


def where(table: Table, **keys: str) -> Table:
    """The rows whose columns have these entries."""
    kept = np.logical_and.reduce([table[name] == entry for name, entry in keys.items()])
    return {name: column[kept] for name, column in table.items()}


def dynamic(expected: Table, moments: Table) -> bytes:
    """One column for each bandit, exact updates of GRPO: probabilities and V above, pass@16
    and entropy below, shaded until V passes the good token's reward."""
    from matplotlib.figure import Figure

    columns = {
        "graded": "graded rewards: 0.8, 0, 1",
        "0/1": "0/1 rewards: 1, 0, 1 (control)",
        "graded, five tokens": "graded, five tokens: 0.8, 0, 0.3, 0.5, 1",
    }
    figure = Figure(figsize=(12.5, 6.4), layout="constrained")
    axes = figure.subplots(2, len(columns), sharex=True, squeeze=False)
    for (top, bottom), (bandit, title) in zip(axes.T, columns.items(), strict=True):
        rows = where(expected, bandit=bandit, reading=READING)
        rows = {name: column[rows["k"] <= LAST] for name, column in rows.items()}
        found = where(moments, bandit=bandit, reading=READING)
        at = dict(zip(found["moment"].tolist(), found["k"].tolist(), strict=True))
        level = 0.8 if "formula" in at else 1.0
        for name, (label, look) in TOKENS.items():
            top.plot(rows["k"], rows[name], label=label, markersize=5, markevery=8, **look)
        top.axhline(level, color="grey", linestyle=":", linewidth=1)
        style = {"color": VERMILION, "marker": "s", "markersize": 5, "markevery": 8}
        bottom.plot(rows["k"], rows["pass_at_k"], **style)
        other = bottom.twinx()
        style = {"color": PURPLE, "marker": "^", "markersize": 5, "markevery": (4, 8)}
        other.plot(rows["k"], rows["entropy"], linestyle="-.", **style)
        other.set(ylim=(0, 1.6))
        other.set_ylabel("entropy in nats (triangles)", color=PURPLE)
        for axis in (top, bottom):
            axis.axvspan(0, at.get("formula", LAST), color="grey", alpha=0.12, lw=0)
        if "formula" in at:
            for axis in (top, bottom):
                axis.axvline(at["formula"], color="black", linewidth=1)
            bottom.axvline(at["best_turns"], color=VERMILION, linewidth=1, linestyle="--")
            _say(top, at["formula"], 0.35, f"V > {level} from\nk = {at['formula']:.0f} on", "black")
            _say(bottom, at["best_turns"], 0.86, f"least at\nk = {at['best_turns']:.0f}", VERMILION)
        else:
            _say(top, LAST, 0.35, "V < 1: no second stage", "black")
        top.set_title(title, fontsize=11)
        top.set(xlim=(0, LAST), ylim=(-0.02, 1.12))
        bottom.set(ylim=(1e-3, 1.6), yscale="log", xlabel="updates k")
    axes[0, 0].set_ylabel("probability; mean reward V")
    axes[1, 0].set_ylabel("pass@16 of the best token (squares)")
    axes[0, 1].legend(fontsize=10, frameon=False, loc="center right", bbox_to_anchor=(1, 0.62))
    figure.suptitle(
        "Exploit (shaded: V ≤ reward of the good token), then explore: exact GRPO updates, η = 1"
    )
    return record.as_image(figure)


def _say(axis: Any, x: float, y: float, text: str, colour: str) -> None:
    """To the left of x, at the height y of the axis."""
    spot = {"xycoords": axis.get_xaxis_transform(), "textcoords": "offset points"}
    axis.annotate(text, (x, y), (-4, 0), ha="right", color=colour, fontsize=9, **spot)


def algorithms(curves: Table) -> bytes:
    """One column for each verifier, one row for each quantity: means over the seeds, and for the
    algorithms in BANDED the range from the 10% to the 90% quantile."""
    from matplotlib.figure import Figure

    worlds = [w for w in dict.fromkeys(curves["world"].tolist()) if "one inner" not in w]
    figure = Figure(figsize=(12.5, 9.5), layout="constrained")
    axes = figure.subplots(len(QUANTITIES), len(worlds), sharex=True, squeeze=False)
    for column, world in enumerate(worlds):
        axes[0, column].set_title(world, fontsize=11)
        axes[-1, column].set_xlabel("batches of 16 responses")
        for (algorithm, step), look in LOOKS.items():
            rows = where(curves, world=world, algorithm=algorithm, step=step)
            for axis, name in zip(axes[:, column], QUANTITIES, strict=True):
                label = algorithm + SUFFIX[step] * ("-N" in algorithm)
                axis.plot(rows["k"], rows[name], label=label, markersize=4, markevery=5, **look)
                if (algorithm, step) in BANDED:
                    ends = rows[f"{name}_low"], rows[f"{name}_high"]
                    axis.fill_between(rows["k"], *ends, color=look["color"], alpha=0.18, lw=0)
    for row, label in zip(axes, QUANTITIES.values(), strict=True):
        row[0].set_ylabel(label)
    for axis in axes[:3].ravel():
        axis.set_ylim(-0.03, 1.05)
    for axis in axes[3]:
        axis.set_ylim(0, 3.4)
    figure.suptitle("Mean over the seeds; bands from the 10% to the 90% quantile")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=10)
    return record.as_image(figure)
