"""Laws of the simulation: runs agree with their closed forms and are certain about every sign."""

import json
from itertools import pairwise

import numpy as np
import pytest
from flint import arb, fmpq

from numeric.core import record
from numeric.core.balls import ball_precision
from numeric.experiments.collapse.collapse import (
    ABOVE,
    BELOW,
    COLUMNS,
    as_json,
    experiment,
    files,
    rows,
    simulate,
)
from numeric.experiments.collapse.constructions import Violated, draw_theorem_2, theorem_2
from numeric.experiments.collapse.landscapes import SHARP, exact, ridge, wave
from numeric.experiments.collapse.rays import rays
from numeric.experiments.collapse.token_construction import draw_theorem_4, theorem_4, token_slope


def two_responses(gap, step_size, landscape):
    return theorem_2("1/3", gap, 1, step_size, landscape=landscape, printed=False)


def tokens(gap, step_size):
    shape = wave(token_slope(exact(gap), 6, fmpq(1, 2)), 1, step_size, "triangle", SHARP)
    return theorem_4(6, "1/2", gap, 1, step_size, landscape=shape, printed=False)


FALLING = {
    "Theorem 2": theorem_2("1/3", "1/100", 1, "8/25"),
    "Theorem 4": theorem_4(20, "1/3", "1/50", 1, "1/15"),
    "triangle": two_responses("1/5", "9/10", wave("1/5", 1, "9/10", "triangle", SHARP)),
    "ridge": two_responses("1/5", "41/100", ridge("1/5", 1, "41/100")),
    "rays": two_responses("1/5", 2, rays("1/5", 1, 5, dimension=30)),
    "rays, a longer step": two_responses("1/5", "7/3", rays("1/5", 1, 5, dimension=30)),
    "tokens": tokens("2/5", "3/4"),
}
RISING = {
    "Theorem 2": two_responses("1/100", "3/500", wave("1/100", 1, "3/500")),
    "triangle": two_responses("1/5", "3/25", wave("1/5", 1, "3/25", "triangle", SHARP)),
    "ridge": two_responses("1/5", "3/25", ridge("1/5", 1, "3/25")),
    "tokens": tokens("2/5", "1/250"),
}
falling = pytest.mark.parametrize("instance", FALLING.values(), ids=FALLING)
rising = pytest.mark.parametrize("instance", RISING.values(), ids=RISING)


@pytest.fixture(scope="module")
def trajectories():
    return experiment()


@falling
def test_above_the_threshold_the_gap_is_positive_and_the_success_rate_falls(instance):
    points = simulate(instance, 30).points
    assert [p.k for p in points] == list(range(30))
    with ball_precision():
        assert all(p.change < 0 for p in points)
        assert all(q.success_rate < p.success_rate for p, q in pairwise(points))
        slack = arb(2) ** -240
        assert all(p.gap > instance.gap - slack for p in points)
        assert abs(points[0].gap - instance.gap) < slack
        assert all(p.eta_safe < instance.step_size for p in points), "as sharp_step demands"


@rising
def test_below_eta_safe_the_success_rate_rises(instance):
    points = simulate(instance, 200).points
    with ball_precision():
        assert all(p.eta_safe > instance.step_size for p in points)
        assert all(p.change > 0 for p in points)
        assert all(q.success_rate > p.success_rate for p, q in pairwise(points))


@pytest.mark.parametrize("instance", [*FALLING.values(), *RISING.values()])
def test_the_run_agrees_with_the_closed_form(instance):
    with ball_precision():
        for p in simulate(instance, 30).points:
            error = p.log_odds - p.closed_form
            assert error.contains(0) and error.rad() < arb(2) ** -235


@pytest.mark.parametrize("draw_instance", [draw_theorem_2, draw_theorem_4])
def test_random_instances_fall_at_every_step_of_their_runs(draw_instance):
    rng = np.random.default_rng(0)
    for _ in range(200):
        instance = draw_instance(rng)
        points = simulate(instance, 5).points
        with ball_precision():
            assert all(p.change < 0 for p in points)
            assert all(q.success_rate < p.success_rate for p, q in pairwise(points))
            assert all((p.log_odds - p.closed_form).contains(0) for p in points)


def test_one_landscape_gives_one_path_whatever_the_step():
    short, long = (simulate(FALLING[name], 30) for name in ("rays", "rays, a longer step"))
    assert short.instance.landscape == long.instance.landscape
    with ball_precision():
        for p, q in zip(short.points, long.points, strict=True):
            assert (p.log_odds - q.log_odds).contains(0)


def test_the_cumulative_gap_counts_steps_that_are_not_recorded():
    every, some = simulate(FALLING["Theorem 4"], 20), simulate(FALLING["Theorem 4"], 20, every=7)
    assert [p.k for p in some.points] == [0, 7, 14, 19]
    with ball_precision():
        for p in some.points:
            assert (p.cumulative - every.points[p.k].cumulative).contains(0)
        total = sum((p.gap for p in every.points[:19]), arb(0)) * FALLING["Theorem 4"].step_size
        assert (total - some.points[-1].cumulative).contains(0)


@pytest.mark.parametrize(("steps", "every"), [(0, 1), (5, 0), (-1, 1)])
def test_a_run_has_at_least_one_step(steps, every):
    with pytest.raises(ValueError, match="at least 1"):
        simulate(FALLING["Theorem 2"], steps, every)


def test_a_run_ends_with_its_landscape():
    with pytest.raises(ValueError, match="no step 30"):
        simulate(FALLING["rays"], 31)


# -- the experiment --------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_experiment_converges_below_and_collapses_above(trajectories):
    assert [t.side for t in trajectories] == [ABOVE, BELOW] * 3 + [ABOVE] * 2
    with ball_precision():
        for t in trajectories:
            first, last = t.points[0], t.points[-1]
            if t.side == ABOVE:
                assert last.success_rate < first.success_rate / 10
            else:
                assert last.success_rate > 0.95
                assert all(p.eta_safe > t.instance.step_size for p in t.points)


@pytest.mark.slow
def test_the_experiment_is_the_same_in_other_units(trajectories):
    """With L larger by 10^6 steps are shorter by 10^3, and gaps larger; log odds stay."""
    scaled = experiment(smoothness=10**6)
    for t, s in zip(trajectories, scaled, strict=True):
        assert float(arb(t.instance.step_size / s.instance.step_size)) == pytest.approx(1000)
        assert float(s.points[-1].log_odds) == pytest.approx(float(t.points[-1].log_odds))


@pytest.mark.parametrize(
    "wrong",
    [
        {"success_rate": 0},
        {"success_rate": 1},
        {"success_rate": "nan"},
        {"smoothness": 0},
        {"smoothness": -1},
        {"longest": 0},
        {"longest": 17},
    ],
)
def test_an_experiment_outside_its_domain_is_refused(wrong):
    with pytest.raises(ValueError, match="must"):
        experiment(**wrong)


# -- files -----------------------------------------------------------------------------------------


def test_rows_enclose_what_was_measured(trajectories):
    table = rows(trajectories)
    points = [p for t in trajectories for p in t.points]
    assert len(table) == len(points)
    measured = {"log_odds": "log_odds", "success_rate": "success_rate", "gap": "gap"}
    for row, point in zip(table, points, strict=True):
        for column, name in measured.items():
            low, high, ball = row[f"{column}_low"], row[f"{column}_high"], getattr(point, name)
            assert arb(low) <= ball <= arb(high)
            assert high - low <= 1e-15 * max(abs(low), abs(high))


def test_the_record_says_what_was_run(trajectories):
    document = json.loads(json.dumps(as_json(trajectories, "gradgap simulate", {"J": "1/2"})))
    assert document["command"] == "gradgap simulate" and document["parameters"] == {"J": "1/2"}
    assert {"python", "gradgap", "python-flint"} <= set(document["versions"])
    assert document["columns"] == COLUMNS
    for t, found in zip(trajectories, document["trajectories"], strict=True):
        assert found["steps"] == t.points[-1].k + 1
        assert exact(found["instance"]["step_size"]) == t.instance.step_size
        if t.side == ABOVE:
            assert "smooth scores" in found["certificate"]
        else:
            assert found["below_eta_safe"] is True


def test_a_run_above_the_threshold_needs_its_certificate():
    with pytest.raises(Violated, match="falling"):
        as_json([simulate(RISING["ridge"], 3)], "", {})


def test_results_are_never_overwritten_unless_asked(tmp_path, trajectories):
    folder, runs = tmp_path / "new", trajectories[2:4]
    document = as_json(runs, "gradgap simulate collapse", {})
    contents = files(runs, document)
    paths = record.write(folder, contents)
    assert [p.name for p in paths] == ["collapse.csv", "collapse.json"]
    assert sorted(folder.iterdir()) == sorted(paths)
    before = [p.read_bytes() for p in paths]
    paths[1].unlink()
    with pytest.raises(FileExistsError, match=r"collapse\.csv"):
        record.write(folder, files(trajectories[:1], document))
    assert not paths[1].exists(), "nothing is written if anything would be lost"
    record.write(folder, contents, overwrite=True)
    assert [p.read_bytes() for p in paths] == before, "the same run gives the same bytes"
