"""How sharp the thresholds are: safe and collapsing step sizes side by side, as J tends to 0.

Every number is in units of gap/L and comes from a statement, or from the landscape that an instance
is certified on. ``ratio`` is G^2/L, at least 1.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from numeric.core.record import as_image
from numeric.experiments.collapse.landscapes import PAPER_LIKE, SHARP, SMOOTH
from numeric.experiments.collapse.rays import LEAST_REACH
from theory.evaluate import evaluate
from theory.statements import eta_safe, overshooting_sharp
from theory.statements._collapse import LONG
from theory.statements._trajectory import ADAPTED, ADAPTED_SHARP

COMMAND = "gradgap sharpness --json > numeric/results/sharpness.json"
RESULTS = Path(__file__).parents[2] / "results" / "sharpness.json"
SMALL = 1e-9  # a gap so small against sqrt L that its square does not count


@dataclass(frozen=True, slots=True)
class Threshold:
    """A step size in units of gap/L. ``side`` is "safe" (below it J rises) or "collapse" (above it
    J falls to 0 on some instance); ``status`` how it is known; ``source`` the claim or instance.

    "certified": the number is derived on paper, instances just above it are certified in balls."""

    side: str
    name: str
    value: float
    status: str
    source: str


def thresholds(ratio: float = 1.0) -> list[Threshold]:
    """Domain: G^2/L >= 1, finite. ValueError otherwise."""
    if not (math.isfinite(ratio) and ratio >= 1):
        raise ValueError(f"G >= sqrt L is needed: G^2/L is at least 1, got {ratio}")
    values = {"J": 0.0, "F": 1.0, "gap": 1.0, "L": 1.0, "G": math.sqrt(ratio), "eta": 1.0}
    at_step = {**values, "k": 0, "gap": lambda _: 1.0, "F": lambda _: 1.0}
    paper_safe = evaluate(ADAPTED.formula.args[1].args[1], at_step)
    converges = evaluate(ADAPTED_SHARP.formula.args[1].args[1], at_step)
    paper_collapse = evaluate(LONG.formula.args[0], values) / evaluate(LONG.formula.args[1], values)
    safe = float(evaluate(eta_safe.SAFE_STEP, values))
    late = overshooting_sharp.LATE.formula.args
    short, long = (evaluate(x, {"gap": SMALL, "L": 1.0, "eta": 1.0}) for x in late)
    rows = [
        ("safe", "the paper, condition (15a)", paper_safe, "proved", "theorem_1b"),
        ("safe", "(1-J) gap/L, converges", converges, "proved", "theorem_1b_sharp"),
        ("safe", "eta_safe, J rises", safe, "proved", "eta_safe"),
        ("collapse", "along the gap, small gaps", short / long / SMALL, *HELIX),
        ("collapse", "one parameter, C^{1,1}", SHARP, "certified", "triangle"),
        ("collapse", "one landscape for all steps", LEAST_REACH, "certified", "rays"),
        ("collapse", "one parameter, smooth", SMOOTH, "certified", "cosine"),
        ("collapse", "smooth, A = L eta/8", PAPER_LIKE, "certified", "cosine"),
        ("collapse", "the paper, Theorem 2", paper_collapse, "witnessed", "theorem_2"),
    ]
    return [
        Threshold(side, name, float(value), status, source)
        for side, name, value, status, source in rows
        if side == "safe" or ratio == 1 or source == "theorem_2"
    ]


HELIX = "witnessed", "overshooting_sharp"


def as_json(found: Sequence[Threshold]) -> dict[str, Any]:
    """The table, and the ratio of the least collapsing to the largest safe step."""
    rows = [asdict(t) for t in found]
    return {"command": COMMAND, "thresholds": rows, "collapse_over_safe": spread(found)}


def spread(found: Sequence[Threshold]) -> dict[str, float]:
    """Least collapsing step over largest safe step: the paper's, and ours."""
    paper = [t for t in found if t.name.startswith("the paper")]

    def ratio(listed: Sequence[Threshold]) -> float:
        collapse = min(t.value for t in listed if t.side == "collapse")
        return collapse / max(t.value for t in listed if t.side == "safe")

    return {"paper": ratio(paper), "ours": ratio(found)}


def draw(found: Sequence[Threshold], kind: str = "png") -> bytes:
    """The figure: a line of step sizes, safe ones in blue circles, collapsing ones in vermilion
    squares; filled where proved or witnessed, open where certified in balls."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.2), layout="constrained")
    axes = figure.add_subplot()
    for height, one in enumerate(reversed(found)):
        colour, marker = ("#0072B2", "o") if one.side == "safe" else ("#D55E00", "s")
        face = "white" if one.status == "certified" else colour
        axes.plot(
            one.value, height, marker, color=colour, markerfacecolor=face, markersize=8, zorder=3
        )
        axes.annotate(f" {one.value:.3g}", (one.value, height), xytext=(6, -4), **OFFSET)
    axes.set_yticks(range(len(found)), [f"{t.name} ({t.status})" for t in reversed(found)])
    axes.axvspan(1e-3, 2, color="#0072B2", alpha=0.08, zorder=0)
    axes.axvspan(2, 1e3, color="#D55E00", alpha=0.08, zorder=0)
    axes.set_xscale("log")
    axes.set_xlim(0.03, 100)
    axes.set_xlabel("step size, in units of gap/L (G² = L, J near 0)")
    axes.grid(axis="x", alpha=0.3)
    return as_image(figure, kind)


OFFSET: dict[str, Any] = {"textcoords": "offset points", "fontsize": 9}
