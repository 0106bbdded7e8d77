"""Certified trajectories of the instances of Theorems 2 and 4, below and above the threshold.

    theta(k+1) = theta(k) + eta w(k)

is run in exact numbers, and log odds, success rate and gap (11) are measured at every iterate in
balls, from the landscape alone. The closed form, which the certificate is about, is a column of its
own. So is `eta_safe`: below it the success rate rises, whatever the policy (claims `eta_safe` and
`token_eta_safe`).

``experiment`` makes the trajectories of the figure; ``rows``, ``as_json``, ``files`` and ``draw``
turn trajectories into a tidy table, a record, files and a figure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from flint import arb, fmpq

from numeric.core import record
from numeric.core.balls import ball_precision, round_up, sigmoid
from numeric.experiments.collapse.constructions import (
    Instance,
    certify,
    probability,
    shown,
    theorem_2,
)
from numeric.experiments.collapse.landscapes import SHARP, Exact, exact, ridge, root_below, wave
from numeric.experiments.collapse.rays import rays
from numeric.experiments.collapse.token_construction import FixedLength, theorem_4, token_slope
from theory.evaluate import evaluate
from theory.statements import eta_safe, token_eta_safe

ABOVE, BELOW = "above", "below"

ROWS = 400
"""About so many rows are kept of a trajectory of `experiment`."""


@dataclass(frozen=True)
class Point:
    """Iterate k: what is measured there, in balls.

    `cumulative` is M(k) of (14), `closed_form` what the log odds should be, `change` that of the
    log odds in the step from here."""

    k: int
    cumulative: arb
    log_odds: arb
    closed_form: arb
    success_rate: arb
    gap: arb
    change: arb
    eta_safe: arb


@dataclass(frozen=True)
class Trajectory:
    """Recorded iterates of one run; `side` says on which side of the threshold the step is."""

    label: str
    side: str
    instance: Instance
    points: tuple[Point, ...]


def simulate(
    instance: Instance, steps: int, every: int = 1, label: str = "", side: str = ABOVE
) -> Trajectory:
    """Run `steps` >= 1 updates and record every `every`-th iterate, and the last one.

    ValueError: steps or every below 1, or more steps than the landscape has directions."""
    if steps < 1 or every < 1:
        raise ValueError(f"steps and every must be at least 1, got {steps} and {every}")
    landscape, eta = instance.landscape, instance.step_size
    x = (fmpq(0),) * landscape.dimension
    points = []
    with ball_precision():
        cumulative, f = arb(0), instance.log_odds(x)
        for k in range(steps):
            w = landscape.direction(k)
            gap = sum((g * a for g, a in zip(instance.gap_vector(x), w, strict=True)), arb(0))
            x = tuple(a + eta * b for a, b in zip(x, w, strict=True))
            after = instance.log_odds(x)
            if k % every == 0 or k == steps - 1:
                J, safe = sigmoid(f), safe_step(instance, f, gap)
                points.append(
                    Point(k, cumulative, f, instance.closed_form(k), J, gap, after - f, safe)
                )
            cumulative, f = cumulative + gap.max(arb(0)) * eta, after
    return Trajectory(label or landscape.name, side, instance, tuple(points))


def safe_step(instance: Instance, log_odds: arb, gap: arb) -> arb:
    """`eta_safe` where the log odds and the gap are these, with the constants of the instance."""
    values = {
        "one": arb(1),
        "J": sigmoid(log_odds),
        "F": sigmoid(-log_odds),
        "gap": gap,
        "L": arb(instance.smoothness),
        "G": arb(instance.score_bound),
    }
    if isinstance(instance, FixedLength):
        T = arb(instance.longest)
        return evaluate(token_eta_safe.SAFE_STEP, {**values, "T": T, "length_plus": T})
    return evaluate(eta_safe.SAFE_STEP, values)


# -- the experiment of the figure ------------------------------------------------------------------


def experiment(
    success_rate: Any = "1/2", smoothness: Any = 1, longest: int = 8
) -> list[Trajectory]:
    """Four constructions: three below and above the threshold, and one landscape with two steps
    above its threshold.

    J(0) = `success_rate` in (0, 1) for two responses, and 2^-T with T = `longest` for tokens, in
    1..16: the number of steps below the threshold grows like T^3.
    The gaps are fixed fractions of sqrt L, L = `smoothness` > 0. Instances above the threshold are
    certified before they run. ValueError: a parameter outside its domain."""
    J, L = probability(success_rate), exact(smoothness)
    if not (L > 0 and 1 <= longest <= 16):
        raise ValueError(f"L > 0 and 1 <= T <= 16 must hold, got {shown(L)} and {longest}")
    root = root_below(L)
    return [
        *_theorem_2(J, L, root / 100),
        *_ridge(J, L, root / 5),
        *_theorem_4(longest, L, root * fmpq(2, 5)),
        *_rays(J, L, root * fmpq(2, 5)),
    ]


SAFE = fmpq(3, 5)
"""Of gap/L: below eta_safe at every success rate, which is at least gap/(L + G^2/2)."""


def _theorem_2(J: Exact, L: Exact, gap: Exact) -> Iterator[Trajectory]:
    label = "Theorem 2, least printed step\nabove: η = 30 Δμ/L, Δμ = √L/100"
    yield _run(theorem_2(J, gap, L, 30 * gap / L), 5, label)
    yield _run(theorem_2(J, gap, L, SAFE * gap / L, printed=False), 5, label, BELOW)


def _ridge(J: Exact, L: Exact, gap: Exact) -> Iterator[Trajectory]:
    label = "Ridge, two parameters\nabove: η = 3 Δμ/L, Δμ = √L/5"
    for eta, side in ((3 * gap / L, ABOVE), (SAFE * gap / L, BELOW)):
        instance = theorem_2(J, gap, L, eta, None, ridge(gap, L, eta), printed=False)
        yield _run(instance, 7, label, side)


def _theorem_4(T: int, L: Exact, gap: Exact) -> Iterator[Trajectory]:
    label = f"Theorem 4, T = {T}, triangle wave\nabove: η = 10 Δμ/(LT), Δμ = 2√L/5"
    p = fmpq(1, 2)
    slope = token_slope(gap, T, p)
    safe = fmpq(9, 10) * slope / (L * T + L * fmpq(T) ** 2 / 2)  # the gap stays above the slope
    for eta, reach, side in ((10 * gap / (L * T), 16, ABOVE), (safe, 24, BELOW)):
        shape = wave(slope, L, eta, "triangle", SHARP)
        instance = theorem_4(T, p, gap, L, eta, None, shape, printed=False)
        yield _run(instance, reach, label, side)


def _rays(J: Exact, L: Exact, gap: Exact) -> Iterator[Trajectory]:
    label = "One landscape for all steps\nabove: η = 10 and 25 Δμ/L, Δμ = 2√L/5"
    landscape = rays(gap, L, 10, dimension=60)
    for eta in (10 * gap / L, 25 * gap / L):
        instance = theorem_2(J, gap, L, eta, None, landscape, printed=False)
        yield _run(instance, landscape.dimension * gap * eta, label)


def _run(instance: Instance, reach: Exact, label: str, side: str = ABOVE) -> Trajectory:
    """As many steps as a cumulative gap of `reach` takes at the first step's gap."""
    if side == ABOVE:
        certify(instance)
    steps = max(1, int((exact(reach) / (instance.gap * instance.step_size)).floor()))
    return simulate(instance, steps, max(1, steps // ROWS), label, side)


# -- table and record ------------------------------------------------------------------------------

COLUMNS = {
    "label": "which construction",
    "side": "above or below the threshold",
    "step_size": "eta",
    "k": "number of updates so far",
    "cumulative_gap": "M(k) of eq. (14)",
    "log_odds": "log J/(1-J)",
    "closed_form": "what the log odds are by the closed form",
    "success_rate": "J(k)",
    "gap": "gap alignment of update k, eq. (11)",
    "change": "change of the log odds in update k",
    "eta_safe": "the success rate rises below this step size",
}
"""What the columns of the table mean; a ball has two, its ends, rounded outwards."""


def rows(trajectories: Iterable[Trajectory]) -> list[dict[str, str | int | float]]:
    """One row for each recorded iterate. Ends of balls are floats, the log odds for example
    `log_odds_low` and `log_odds_high`."""
    return [_row(t, point) for t in trajectories for point in t.points]


def _row(trajectory: Trajectory, point: Point) -> dict[str, str | int | float]:
    found: dict[str, str | int | float] = {
        "label": trajectory.label.replace("\n", ": "),
        "side": trajectory.side,
        "step_size": float(arb(trajectory.instance.step_size)),
        "k": point.k,
    }
    balls = {
        "cumulative_gap": point.cumulative,
        "log_odds": point.log_odds,
        "closed_form": point.closed_form,
        "success_rate": point.success_rate,
        "gap": point.gap,
        "change": point.change,
        "eta_safe": point.eta_safe,
    }
    for name, ball in balls.items():
        found[f"{name}_low"], found[f"{name}_high"] = 0.0 - round_up(-ball), round_up(ball)
    return found


def as_csv(trajectories: Iterable[Trajectory]) -> str:
    """The rows as CSV, with a header."""
    return record.as_csv(rows(trajectories))


def as_json(
    trajectories: Iterable[Trajectory], command: str, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """The record that goes with the rows: command, parameters, versions, what the columns mean; and
    for each run its numbers in full, with the certificate if it is above the threshold, or whether
    every recorded step is below `eta_safe` if it is below."""
    return {
        "command": command,
        "parameters": dict(parameters),
        "versions": record.versions("python-flint"),
        "columns": COLUMNS,
        "trajectories": [_record(t) for t in trajectories],
    }


def _record(trajectory: Trajectory) -> dict[str, Any]:
    found = {
        "label": trajectory.label.replace("\n", ": "),
        "side": trajectory.side,
        "steps": trajectory.points[-1].k + 1,
        "instance": _in_full(trajectory.instance),
    }
    if trajectory.side == ABOVE:
        return {**found, "certificate": certify(trajectory.instance).lines()}
    eta = trajectory.instance.step_size
    return {**found, "below_eta_safe": all(bool(p.eta_safe > eta) for p in trajectory.points)}


def _in_full(value: Any) -> Any:
    """Fields by name, exact numbers as fractions unless they are very long."""
    if is_dataclass(value):
        return {f.name: _in_full(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, fmpq):
        return str(value) if len(str(value)) <= 60 else shown(value)
    return value


def files(trajectories: Iterable[Trajectory], document: Mapping[str, Any]) -> dict[str, str]:
    """The table, and the record: names and contents for `numeric.core.record.write`."""
    return {"collapse.csv": as_csv(trajectories), "collapse.json": record.as_text(document)}


# -- figure ----------------------------------------------------------------------------------------

LOOKS = {
    BELOW: ({"color": "#0072B2", "linestyle": "-", "marker": "o", "markerfacecolor": "white"},),
    ABOVE: (
        {"color": "#D55E00", "linestyle": "-", "marker": "s"},
        {"color": "#D55E00", "linestyle": "-", "marker": "^", "markerfacecolor": "white"},
    ),
}
"""Blue and vermilion are told apart by all eyes, and in grey by their markers."""


def draw(trajectories: Sequence[Trajectory], kind: str = "png") -> bytes:
    """The figure, as the bytes of a png, pdf or svg file: one column for each label, success rates
    above, log odds below with their closed forms, against the cumulative gap M(k)."""
    from matplotlib.figure import Figure

    labels = list(dict.fromkeys(t.label for t in trajectories))
    figure = Figure(figsize=(3.3 * len(labels), 5.6), layout="constrained")
    axes = figure.subplots(2, len(labels), sharex="col", sharey="row", squeeze=False)
    for column, label in enumerate(labels):
        top, bottom = axes[0, column], axes[1, column]
        top.set_title(label, fontsize=9)
        bottom.set_xlabel("cumulative gap M(k) = Σ Δμ η")
        seen: dict[str, int] = {ABOVE: 0, BELOW: 0}
        for t in (t for t in trajectories if t.label == label):
            look = LOOKS[t.side][seen[t.side] % len(LOOKS[t.side])]
            seen[t.side] += 1
            x = [float(p.cumulative) for p in t.points]
            style = {**look, "markersize": 4, "linewidth": 1.4, "markevery": max(1, len(x) // 9)}
            name = f"{t.side} the threshold, η = {float(arb(t.instance.step_size)):.3g}"
            top.plot(x, [float(p.success_rate) for p in t.points], label=name, **style)
            bottom.plot(x, [float(p.log_odds) for p in t.points], **style)
            form = [float(p.closed_form) for p in t.points]
            bottom.plot(x, form, color="black", linestyle=(0, (2, 3)), linewidth=1.0, zorder=3)
        top.legend(fontsize=7, frameon=False, loc="upper right")
    axes[0, 0].set_ylabel("success rate J(k)")
    axes[1, 0].set_ylabel("log odds of success\n(dotted: closed form)")
    axes[0, 0].set(ylim=(-0.03, 1.3), yticks=[0, 0.25, 0.5, 0.75, 1])
    return record.as_image(figure, kind)
