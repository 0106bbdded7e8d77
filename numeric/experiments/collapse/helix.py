"""The helix of `overshooting_sharp`, with any angle: certified in balls, run and drawn.

The claim is proved for the angle (1 - 2 gap/(eta L))/400, where a step of gradient ascent loses too
little to be seen. Here the angle is 27 times as large, and the second derivative is bounded for
all parameters by interval arithmetic over the radius. In cylinder coordinates the saddle is g(r)
sin(2 angle - tau z), g = 2 kappa a^2 (1 - u), u = a^2/(a^2 + r^2), and the entries of its second
derivative are sines and cosines times

    g'',  g'/r - 4 g/r^2,  2 (g'/r - g/r^2),  tau g',  2 tau g/r,  tau^2 g

with g'' = 4 kappa u^2 (4u - 3), g'/r = 4 kappa u^2 and g/r^2 = 2 kappa u. The largest sum of
absolute values in a row bounds every direction. The whole range 0 <= u <= 1 is covered by balls; no
point is sampled.

``follow`` is gradient ascent with normalised steps, in balls: it knows nothing of the closed form.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb

from numeric.core import record
from numeric.core.balls import ball_precision, sigmoid
from numeric.experiments.collapse.constructions import (
    Violated,
    constants,
    probability,
    score_smoothness,
    shown,
)
from numeric.experiments.collapse.landscapes import Exact, Property, exact, root_above, root_below
from theory.evaluate import evaluate
from theory.statements import _helix as helix
from theory.statements.fixed_step_floor import FLOOR

CELLS = 512
BITS = 1024
Point = tuple[Any, Any, Any]


@dataclass(frozen=True)
class Helix:
    """J(0), gap, L and eta as in the claim; ``angle`` and ``room`` are beta and 2 a^2/A."""

    success_rate: Exact
    gap: Exact
    smoothness: Exact
    step_size: Exact
    angle: Exact
    room: Exact

    def numbers(self, number: Any = arb) -> dict[str, Any]:
        """All constants of the landscape: balls, or floats."""
        given = {
            "J0": self.success_rate,
            "gap": self.gap,
            "eta": self.step_size,
            "angle": self.angle,
            "room": self.room,
        }
        values = {name: number(x) for name, x in given.items()}
        return values | {str(x.data): evaluate(t, values) for x, t in helix.ANY_CONSTANTS.items()}

    def properties(self) -> Iterator[Property]:
        """What is claimed of the instance, hypotheses first."""
        J, gap, L = self.success_rate, self.gap, self.smoothness
        yield Property("success rate", "0 < J(0) < 1", 0 < J < 1, J)
        yield from constants(gap, L, root_above(L))
        x = self.numbers()
        small = 0 < self.angle < 1 and 0 < self.room
        yield Property("angle", "0 < beta < 1", small, self.angle)
        yield Property("falling", "f changes by -eps h in each step", x["drift"] > 0, x["drift"])
        bend, steepest = bounds(x)
        yield Property("bounded scores", "sup |grad f|^2 <= L", steepest <= L, steepest)
        lipschitz = score_smoothness(steepest, bend)
        yield Property(
            "smooth scores", "Lipschitz constant of the scores <= L", lipschitz <= L, lipschitz
        )


def draw_instance(over: Any, success_rate: Any = "1/2", smoothness: Any = 1) -> Helix:
    """eta = ``over`` gap/L, the largest gap of the claim, and an angle of (1 - 2/over)/15.
    ValueError: a parameter outside its domain. Nothing else is checked, see ``certify``."""
    rho, L = exact(over), exact(smoothness)
    if not (L > 0 and rho > 0 and rho != 2):
        raise ValueError(f"L > 0 and eta L/gap > 2 must hold, got {shown(L)} and {shown(rho)}")
    room = abs(1 - 2 / rho)  # below 2 there is none, and no instance: ``certify`` says so
    gap = root_below(L * room / 2)
    return Helix(probability(success_rate), gap, L, rho * gap / L, room / 15, room)


def certify(instance: Helix) -> list[dict[str, str]]:
    """Each property with its number. Raises Violated at the first that is not certain."""
    found = []
    with ball_precision():
        for item in instance.properties():
            if not item.holds:
                raise Violated(item)
            number = shown(item.value)
            found.append({"property": item.name, "says": item.says, "number": number})
    return found


def bounds(x: dict[str, Any]) -> tuple[arb, arb]:
    """Upper bounds, for all parameters, of the second derivative of f in any direction and of
    |grad f|^2. The hill has l B/A and l B/(2 sqrt A), in closed form; the saddle is covered."""
    a, A, kappa, tau = (x[name] for name in ("a", "A", "kappa", "tau"))
    hill = x["ell"] * (A + a**2)
    across, upwards, sideways, lifts = arb(0), arb(0), arb(0), arb(0)
    for cell in range(CELLS):
        u = hull(arb(cell) / CELLS, arb(cell + 1) / CELLS)
        rest = hull(arb(CELLS - cell - 1) / CELLS, arb(CELLS - cell) / CELLS)  # 1 - u
        root = root_of(u) * root_of(rest)  # r a/(a^2 + r^2)
        g2, g1, g0 = 4 * kappa * u**2 * (4 * u - 3), 4 * kappa * u**2, 2 * kappa * u
        mixed, lifted = abs(2 * (g1 - g0)), 4 * kappa * a * tau * u * root
        turned, flat = 4 * kappa * a * tau * root, 2 * kappa * a**2 * tau**2 * rest
        across = most(across, abs(g2) + mixed + lifted, abs(g1 - 4 * g0) + mixed + turned)
        upwards = most(upwards, lifted + turned + flat)
        sideways = most(sideways, 4 * kappa * a * root)
        lifts = most(lifts, 2 * kappa * a**2 * tau * rest + x["drift"])
    bend = most(hill / A + across, upwards)
    return bend, ((hill / (2 * A.sqrt()) + sideways) ** 2 + sideways**2 + lifts**2).upper()


def hull(low: arb, high: arb) -> arb:
    """A ball that holds both, and so all between them."""
    return low.union(high)


def root_of(ball: arb) -> arb:
    """The root of the part of a ball that is not negative."""
    return hull(ball.lower().max(arb(0)).sqrt(), ball.upper().sqrt())


def most(*balls: arb) -> arb:
    """An upper bound of all of them."""
    found = balls[0].upper()
    for ball in balls[1:]:
        found = found.max(ball.upper()).upper()
    return found


# -- runs ------------------------------------------------------------------------------------------


def log_odds(x: dict[str, Any], at: Point) -> Any:
    return evaluate(helix.ODDS, x | dict(zip("pqz", at, strict=True)))


def gradient(x: dict[str, Any], at: Point) -> list[Any]:
    values = x | dict(zip("pqz", at, strict=True))
    return [evaluate(slope, values) for slope in helix.SLOPE]


def iterate(x: dict[str, Any], k: int) -> Point:
    """In closed form."""
    p, q, z = (evaluate(f, x | {"k": k}) for f in helix.ANY_ITERATE)
    return p, q, z


@dataclass(frozen=True)
class Followed:
    """Gradient ascent from iterate 0: points, log odds and lengths of the gradient, one for each
    iterate; ``away`` is the largest distance of a coordinate from the closed form."""

    points: list[Point]
    log_odds: list[Any]
    gaps: list[Any]
    away: Any


def follow(instance: Helix, steps: int, number: Any = arb) -> Followed:
    """theta + eta grad f/|grad f|, ``steps`` times: in balls, or with number=float in float64."""
    with ball_precision(BITS):
        x = instance.numbers(number)
        at, points, values, gaps, away = iterate(x, 0), [], [], [], number(0)
        for k in range(steps + 1):
            slope = gradient(x, at)
            length = sum(s * s for s in slope) ** number("0.5")
            points.append(at)
            values.append(log_odds(x, at))
            gaps.append(length)
            distance = [abs(there - here) for there, here in zip(iterate(x, k), at, strict=True)]
            away = max([away, *distance], key=lambda d: float(arb(d).upper()))
            at = tuple(here + x["eta"] * s / length for here, s in zip(at, slope, strict=True))
        return Followed(points, values, gaps, away)


def plateau(units: Any, gap: float = 0.1, steps: int = 40_000) -> Any:
    """Where J ends on the updates that attain the floor, log J(t) = log J + (1-J) gap t - L t^2/2
    with L = 1, for each of ``units`` = eta L/gap, shape (n,): float64."""
    eta = np.asarray(units, dtype=np.float64) * gap
    J = np.full(eta.shape, 0.5)
    for _ in range(steps):
        J = J * np.exp((1 - J) * gap * eta - eta**2 / 2)
    return J


# -- the experiment --------------------------------------------------------------------------------

SHOWN, VISIBLE, LONG_RUN = 60, "4", 4_000
"""Iterates in the picture of the helix; eta L/gap and the steps of the run whose J can be seen."""


def experiment(over: Any, success_rate: Any, smoothness: Any, steps: int) -> dict[str, Any]:
    """The record: the certificate of the instance, and gradient ascent on it in balls. Raises
    Violated where the instance is not certain, ValueError for a parameter outside its domain."""
    if not 1 <= steps <= MOST_STEPS:
        raise ValueError(f"between 1 and {MOST_STEPS} steps, got {steps}")
    instance = draw_instance(over, success_rate, smoothness)
    certificate = certify(instance)
    run = follow(instance, steps)
    falls = [bool(then < now) for now, then in zip(run.log_odds, run.log_odds[1:], strict=False)]
    rows = [
        {
            "k": k,
            **{name: float(x) for name, x in zip("pqz", at, strict=True)},
            "log_odds": float(f),
            "gap": float(length),
        }
        for k, (at, f, length) in enumerate(zip(run.points, run.log_odds, run.gaps, strict=True))
    ]
    return {
        "command": f"gradgap simulate collapse --landscape helix --over {over}"
        f" --J {success_rate} --L {smoothness} --steps {steps}",
        "versions": record.versions("python-flint"),
        "certificate": certificate,
        "run": {
            "steps": steps,
            "steps on which J certainly falls": sum(falls),
            "distance from the closed form, at most": arb(run.away).upper().str(3, radius=False),
            "fall of the log odds in a step": float((run.log_odds[0] - run.log_odds[-1]) / steps),
        },
        "rows": rows,
    }


MOST_STEPS = 300
"""What 1024 bits carry: a step costs at most three."""


def files(document: dict[str, Any]) -> dict[str, str]:
    rest = {name: x for name, x in document.items() if name != "rows"}
    return {"helix.csv": record.as_csv(document["rows"]), "helix.json": record.as_text(rest)}


def draw(rows: Mapping[str, Any], long_run: int = LONG_RUN, kind: str = "png") -> bytes:
    """The helix in three dimensions, from the columns of its table; J along one, and by its closed
    form; the floor of a fixed step below 2 gap/L, and where a run ends."""
    from matplotlib.figure import Figure

    blue, vermilion, dotted = "#0072B2", "#D55E00", (0, (2, 3))
    figure = Figure(figsize=(12, 4.1), layout="constrained")
    space = figure.add_subplot(131, projection="3d")
    p, q, z = (rows[name][: SHOWN + 1] for name in "pqz")
    space.plot(p, q, z, color=blue, linewidth=0.6)
    space.scatter(p, q, z, c=range(len(p)), cmap="viridis", s=14, depthshade=False)
    space.set(xlabel="p", ylabel="q", zlabel="z")
    space.set_title(f"the first {len(p) - 1} steps along the gap", fontsize=9)

    along = figure.add_subplot(132)
    instance = draw_instance(VISIBLE)
    run = follow(instance, long_run, float)
    form = instance.numbers(float)
    pace = form["drift"] * iterate(form, 1)[2]
    k = np.arange(long_run + 1)
    along.plot(
        k, sigmoid(np.array(run.log_odds)), color=vermilion, label="gradient ascent, float64"
    )
    along.plot(k, sigmoid(-pace * k), color="black", linestyle=dotted, label="closed form")
    along.set(xlabel="step k", ylabel="success rate J(k)", ylim=(0, 0.52))
    along.set_title(f"J along it, η = {VISIBLE} Δμ/L", fontsize=9)
    along.legend(fontsize=8, frameon=False)

    floor = figure.add_subplot(133)
    units = np.linspace(0.1, 2.4, 24)
    theory = [evaluate(FLOOR, {"eta": x, "L": 1.0, "least_gap": 1.0}) for x in units]
    floor.plot(units, np.maximum(theory, 0), color="black", linestyle=dotted, label="1 - ηL/(2Δμ)")
    floor.plot(units, plateau(units), "o", color=blue, markerfacecolor="white", label="a run")
    floor.axvline(2, color=vermilion, linewidth=0.8)
    floor.set(xlabel="η L/Δμ", ylabel="J after 40,000 steps")
    floor.set_title("the floor of a fixed step", fontsize=9)
    floor.legend(fontsize=8, frameon=False)
    return record.as_image(figure, kind)


def pictures() -> dict[str, bytes]:
    """The figure of the notes, by its name: the helix of the run whose J can be seen."""
    run = follow(draw_instance(VISIBLE), SHOWN, float)
    p, q, z = zip(*run.points, strict=True)
    return {"helix.png": draw({"p": p, "q": q, "z": z})}
