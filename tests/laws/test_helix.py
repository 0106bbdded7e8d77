"""The helix: certified just above 2 gap/L and refused below, for all parameters, and followed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from flint import arb, fmpq

from numeric.core.balls import ball_precision
from numeric.core.record import as_csv
from numeric.experiments.collapse import helix
from numeric.experiments.collapse.constructions import Violated
from numeric.experiments.collapse.helix import bounds, certify, draw_instance, follow
from theory.evaluate import evaluate
from theory.statements import _helix as claimed
from theory.statements import overshooting_sharp
from theory.statements.fixed_step_floor import FLOOR

pytestmark = pytest.mark.claim("overshooting_sharp")
GOOD = draw_instance("2.01")


@pytest.mark.parametrize("over", ["2.01", "2.001", "3", "50"])
def test_the_helix_is_certified_above_the_threshold(over) -> None:
    assert "smooth scores" in [row["property"] for row in certify(draw_instance(over))]


@pytest.mark.parametrize("over", ["1.99", "1.5"])
def test_below_it_the_scores_are_not_smooth_enough(over) -> None:
    with pytest.raises(Violated, match="smooth scores"):
        certify(draw_instance(over))


PLANTED = {
    "a saddle that is too steep": ({"angle": 10 * GOOD.angle}, "smooth scores"),
    "a hill that bends off too soon": ({"room": 20 * GOOD.room}, "smooth scores"),
    "a gap that is too large": (
        {"gap": 10 * GOOD.gap, "step_size": 10 * GOOD.step_size, "room": GOOD.room / 4},
        "bounded scores",
    ),
    "a smoothness that is too small": ({"smoothness": fmpq(99, 100)}, "smooth scores"),
    "no angle": ({"angle": fmpq(0)}, "angle"),
    "a success rate of 1": ({"success_rate": fmpq(1)}, "success rate"),
}


@pytest.mark.parametrize(("change", "name"), PLANTED.values(), ids=PLANTED)
def test_a_planted_violation_is_named(change, name) -> None:
    with pytest.raises(Violated, match=name):
        certify(replace(GOOD, **change))


def test_the_bounds_hold_at_random_points_and_are_not_idle() -> None:
    """The second derivative by differences, at points near the axis and far from it."""
    rng, x = np.random.default_rng(0), draw_instance("3").numbers(float)
    with ball_precision():
        bend, steepest = (float(b) for b in bounds(draw_instance("3").numbers()))
    seen_bend = seen_slope = 0.0
    for _ in range(300):
        radius, turn, height = x["a"] * 10 ** rng.uniform(-1, 1.5), *rng.uniform(0, 6.3, 2)
        at = np.array([radius * np.cos(turn), radius * np.sin(turn), height / x["tau"]])
        h = 1e-4 * x["a"] * np.eye(3)
        rows = [
            np.subtract(helix.gradient(x, at + d), helix.gradient(x, at - d)) / 2e-4 / x["a"]
            for d in h
        ]
        seen_bend = max(seen_bend, float(np.linalg.norm(rows, 2)))
        seen_slope = max(seen_slope, float(np.sum(np.square(helix.gradient(x, at)))))
    assert 0.8 * bend < seen_bend <= bend
    assert 0.8 * steepest < seen_slope <= steepest


@pytest.mark.parametrize("over", ["2.001", "3"])
def test_gradient_ascent_follows_the_closed_form_and_falls_at_every_step(over) -> None:
    run = follow(draw_instance(over), 30)
    assert run.away < arb("1e-200")
    assert all(then < now for now, then in zip(run.log_odds, run.log_odds[1:], strict=False))
    assert all(g.overlaps(run.gaps[0]) for g in run.gaps)


def test_a_landscape_without_its_saddle_is_not_a_helix(monkeypatch) -> None:
    """A gradient of another function leaves the closed form at once."""
    flat = tuple(slope * 2 for slope in claimed.SLOPE[:1]) + claimed.SLOPE[1:]
    monkeypatch.setattr(claimed, "SLOPE", flat)
    assert not follow(GOOD, 3).away < arb("1e-3") * GOOD.step_size


def test_the_constants_are_those_of_the_claim() -> None:
    values = {"J0": 0.5, "gap": 0.01, "L": 1.0, "eta": 0.021}
    slack = evaluate(claimed.slack, values)
    ours = {**values, "angle": slack / 400, "room": slack}
    for name, term in claimed.CONSTANTS.items():
        assert evaluate(term, values) == pytest.approx(evaluate(claimed.ANY_CONSTANTS[name], ours))


@pytest.mark.parametrize("over", ["2.01", "3"])
def test_the_instances_are_those_that_the_claim_speaks_of(over) -> None:
    late = overshooting_sharp.LATE.formula
    i = draw_instance(over)
    values = {"gap": float(i.gap), "L": float(i.smoothness), "eta": float(i.step_size)}
    short, long = (evaluate(side, values) for side in late.args)
    assert short <= long * (1 + 1e-12)


def test_a_run_ends_on_the_floor_of_a_fixed_step() -> None:
    units = np.array([0.5, 1.0, 1.5])
    ends = helix.plateau(units, steps=20_000)
    for unit, end in zip(units, ends, strict=True):
        floor = evaluate(FLOOR, {"eta": unit, "L": 1.0, "least_gap": 1.0})
        assert end == pytest.approx(floor, abs=1e-6)
    assert helix.plateau([2.0], steps=20_000)[0] < 0.01


@pytest.mark.slow
def test_the_record_the_table_and_the_figure_are_made() -> None:
    document = helix.experiment("2.01", "1/2", 1, 12)
    assert document["run"]["steps on which J certainly falls"] == 12
    assert set(helix.files(document)) == {"helix.csv", "helix.json"}
    assert as_csv(document["rows"]).count("\n") == 14
    columns = {name: [row[name] for row in document["rows"]] for name in "pqz"}
    assert helix.draw(columns, long_run=20).startswith(b"\x89PNG")


@pytest.mark.parametrize("bad", [("2", 20), ("-3", 20), ("x", 20), ("3", 0), ("3", 301)])
def test_bad_parameters_are_refused(bad) -> None:
    with pytest.raises(ValueError):
        helix.experiment(bad[0], "1/2", 1, bad[1])
