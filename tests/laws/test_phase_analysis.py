"""Fates, thresholds and exponents, on made-up runs whose law is known. Needs no torch."""

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.random import default_rng as rng

from gpu_checks.phase import analysis
from gpu_checks.phase.analysis import columns, exponent, thresholds
from numeric.core.record import as_csv, read_csv

LOG_V = math.log(8)
GRID = tuple(np.geomspace(1 / 64, 16, 21).tolist())
SIZES = (2, 4, 8, 16, 32)
PANEL: dict[str, Any] = {
    "diagram": "length",
    "algorithm": "GRPO",
    "task": "reverse",
    "step": "plain",
}

ALIVE = PANEL | {"size": 4, "longest": 4, "start": 0.3, "seed": 0, "steps": 100}
ALIVE |= {"step_size": 0.1, "final_success": 0.6, "best_success": 0.62, "vocabulary": 8}
ALIVE |= {"final_entropy": 0.5 * LOG_V, "homogeneous": 0.5, "failing": 0.2, "gradient_norm": 0.1}
DEAD = ALIVE | {"final_success": 0.0, "best_success": 0.3, "homogeneous": 1.0, "gradient_norm": 0.0}


def end(row=ALIVE, **changed):
    return analysis.fate({**row, **changed})


def runs(threshold, grid=GRID, seeds=5, **named):
    """Runs that collapse above threshold(size, seed)."""
    return [
        {**(DEAD if step > threshold(size, seed) else ALIVE), **named}
        | {"size": size, "longest": size, "step_size": step, "seed": seed}
        for size in SIZES
        for seed in range(seeds)
        for step in grid
    ]


def law(power, noise=0.2, seed=0):
    draw = rng(seed)
    spread = {(T, s): math.exp(noise * draw.normal()) for T in SIZES for s in range(9)}
    return lambda size, s: size**power * spread[size, s]


def measured(power, grid=GRID, seeds=5, **options):
    return thresholds(columns(runs(law(power, **options), grid, seeds)))


def one_group(survival, **changed):
    """The bracket of one group: {step: survived}."""
    listed = [
        {**(ALIVE if alive else DEAD), "step_size": step, **changed}
        for step, alive in survival.items()
    ]
    return thresholds(columns(listed))[0]


# -- fates -----------------------------------------------------------------------------------------

BORDERS = [
    ({"final_success": 0.9}, "converged"),
    ({"final_success": 0.8999}, "rising"),
    ({"homogeneous": 0.9899}, "rising"),
    ({"homogeneous": 0.99}, "stagnation"),
    ({"final_success": 0.414, "best_success": 0.414}, "stagnation"),  # log odds + 0.4998
    ({"final_success": 0.415, "best_success": 0.415}, "rising"),  # log odds + 0.5039
    ({"best_success": 0.712}, "rising"),  # 0.4998 above the end
    ({"best_success": 0.713}, "stagnation"),
    ({"best_success": 1.0}, "stagnation"),
    ({"final_success": 0.3}, "stagnation"),
    ({"final_success": 0.15}, "stagnation"),
    ({"final_success": 0.1499}, "fallen"),
    ({"final_success": 0.05}, "fallen"),
    ({"final_success": 0.04999}, "collapsed, still moving"),
    ({"start": 0.06, "final_success": 0.04, "best_success": 0.06}, "stagnation"),
    ({"start": 0.06, "final_success": 0.0299}, "collapsed, still moving"),
    ({"start": 0.001, "final_success": 0.002, "best_success": 0.002}, "rising"),
]
DEAD_BORDERS = [
    ({}, "no-signal absorption"),
    ({"gradient_norm": 1e-9}, "no-signal absorption"),
    ({"gradient_norm": 2e-9}, "collapsed, still moving"),  # a baseline common to all groups pushes
    ({"homogeneous": 0.999}, "collapsed, still moving"),
    ({"final_entropy": 0.1 * LOG_V}, "no-signal absorption"),
    ({"final_entropy": 0.0999 * LOG_V}, "deterministic-wrong"),  # absorbed too: entropy is first
    ({"final_entropy": 0.9 * LOG_V}, "no-signal absorption"),
    ({"final_entropy": 0.901 * LOG_V}, "uniform"),
    ({"final_entropy": 1.0005 * LOG_V}, "uniform"),  # float32 rounds past log V
    ({"final_entropy": math.nan}, "overflow"),
    ({"final_success": math.nan}, "overflow"),
    ({"final_success": 0.95, "finite": 0.9}, "overflow"),
    ({"final_success": 0.95, "finite": 1.0}, "converged"),
]


FATES = [(ALIVE, *border) for border in BORDERS] + [(DEAD, *border) for border in DEAD_BORDERS]


@pytest.mark.parametrize("row, changed, expected", FATES)
def test_the_borders_of_the_fates(row, changed, expected):
    """Just on one side, just on the other."""
    assert end(row, **changed) == expected


def test_every_fate_is_reached_and_every_row_has_one():
    assert {end(row, **changed) for row, changed, _ in FATES} == set(analysis.FATES)
    assert len(analysis.FATES) == len(set(analysis.FATES))
    assert not set(analysis.SURVIVED) & set(analysis.COLLAPSED)
    draw = rng(0)
    for _ in range(2000):
        start, final, best, homogeneous, spread = draw.random(5) ** draw.choice([0.1, 1, 9], 5)
        row = {"start": min(max(start, 1e-9), 1 - 1e-9), "final_success": final}
        row |= {"best_success": max(final, best), "homogeneous": homogeneous}
        found = end(**row, final_entropy=spread * LOG_V)
        assert found in analysis.FATES
        collapsed = final < 0.05 and final < row["start"] / 2
        assert (found in analysis.COLLAPSED) == collapsed


IMPOSSIBLE = [
    *(("start", value, "initial success rate") for value in (0.0, 1.0, math.nan)),
    ("final_success", 1.2, "final_success must be in .0, 1., is 1.2"),
    ("best_success", math.nan, "best_success"),
    ("homogeneous", -0.1, "homogeneous"),
    ("vocabulary", 1, "2 tokens"),
    *(("final_entropy", value, "entropy per token") for value in (1.01 * LOG_V, -0.1)),
]


@pytest.mark.parametrize("name, value, message", IMPOSSIBLE)
def test_impossible_rows_are_named(name, value, message):
    with pytest.raises(ValueError, match=message):
        end(**{name: value})


# -- thresholds ------------------------------------------------------------------------------------


def test_the_bracket_and_survivors_above_the_first_collapse():
    found = one_group({1: True, 2: True, 8: False, 16: False})
    assert (found["lower"], found["upper"], found["censored"]) == (2, 8, "no")
    assert found["threshold"] == pytest.approx(4, rel=1e-15)
    assert (found["runs"], found["inversions"]) == (4, 0)
    found = one_group({16: True, 4: True, 1: True, 2: False, 8: False, 32: True, 64: False})
    assert (found["lower"], found["upper"], found["inversions"]) == (1, 2, 3)


def test_censored_brackets():
    none = one_group({1: True, 2: True})
    assert (none["lower"], none["upper"], none["threshold"]) == (2, math.inf, math.inf)
    assert none["censored"] == "right"
    every = one_group({1: False, 2: False, 4: True})
    assert (every["lower"], every["upper"], every["threshold"]) == (0, 1, 0)
    assert (every["censored"], every["inversions"]) == ("left", 1)
    assert one_group({1: True, 2: True}, final_entropy=math.nan)["censored"] == "left"


def test_repeated_and_impossible_steps_are_refused():
    with pytest.raises(ValueError, match="two runs with the same step"):
        thresholds(columns([ALIVE, ALIVE]))
    for step in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(ValueError, match="positive and finite"):
            one_group({step: True})


def test_groups_are_told_apart_by_every_key_and_by_the_level_of_the_start():
    changes: list[dict[str, Any]] = [{name: "another"} for name in PANEL]
    changes += [{"size": 5}, {"longest": 5}, {"seed": 1}, {"start": 0.5}]
    listed = [ALIVE, *(ALIVE | change for change in changes)]
    assert len(thresholds(columns(listed))) == len(listed)
    near = [{**ALIVE, "start": 0.30}, {**DEAD, "start": 0.31, "step_size": 0.2}]
    (found,) = thresholds(columns(near))
    assert found["start"] == pytest.approx(0.305) and found["upper"] == 0.2


def test_levels_join_what_is_near_in_log_odds():
    rates = np.array([0.5, 0.01, 0.52, 0.0115, 0.9, 0.02])
    expected = [0.51, 0.01075, 0.51, 0.01075, 0.9, 0.02]
    assert analysis.levels(rates).tolist() == pytest.approx(expected)


def test_a_table_from_a_file_gives_the_same_thresholds(tmp_path):
    listed = runs(law(-1), seeds=2)
    path = tmp_path / "runs.csv"
    path.write_text(as_csv(listed), encoding="utf-8")
    read = thresholds(read_csv(path))
    assert read == thresholds(columns(listed))
    path.write_text(as_csv(read), encoding="utf-8")
    assert exponent(read, rng(0)) == exponent(analysis.rows(read_csv(path)), rng(0))


# -- exponents -------------------------------------------------------------------------------------


@pytest.mark.parametrize("power", [-1.0, -0.5])
def test_the_interval_covers_the_planted_exponent_and_not_the_other(power):
    found = exponent(measured(power), rng(1))
    other = {-1.0: -0.5, -0.5: -1.0}[power]
    assert found.low < power < found.high
    assert not found.low <= other <= found.high
    assert (found.points, found.levels, found.seeds) == (25, 5, 5)
    assert (found.censored, found.excluded, found.reason) == (0, (), "none")


def test_the_slope_and_the_interval_one_replicate_at_a_time():
    """Uneven brackets and a missing row, so that no weight cancels."""
    rows = measured(-0.8, grid=np.exp(rng(0).uniform(-5, 3, 30)).tolist())[1:]
    x, lower, upper = np.log([[row[k] for k in ("longest", "lower", "upper")] for row in rows]).T
    found = exponent(rows, rng(3), replicates=40)
    assert found.slope == pytest.approx(np.polyfit(x, (lower + upper) / 2, 1)[0], rel=1e-12)
    draw = rng(3)
    seeds, places = draw.integers(5, size=(40, 5)), draw.random((40, 5))
    slopes = []
    for chosen, place in zip(seeds, places, strict=True):  # a seed is drawn with all its rows
        y = lower + place[[SIZES.index(row["size"]) for row in rows]] * (upper - lower)
        picked = [i for seed in chosen for i, row in enumerate(rows) if row["seed"] == seed]
        slopes.append(np.polyfit(x[picked], y[picked], 1)[0])
    low, high = np.percentile(slopes, [2.5, 97.5])
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9)


def test_the_interval_covers_as_often_as_its_description_says():
    """Five seeds, brackets by a factor 2, noise from nearly none to three brackets."""
    draw = rng(2)
    for noise in (0.02, 0.3, 0.6):
        covered = 0
        for number in range(60):
            step, shift, rows = law(-1.03, noise=noise, seed=number + 1000), draw.random(), []
            for T, seed in product(SIZES, range(5)):
                place = math.floor(math.log2(step(T, seed)) + shift) - shift
                bracket = {"lower": 2.0**place, "upper": 2.0 ** (place + 1), "censored": "no"}
                rows.append(PANEL | bracket | {"size": T, "longest": T, "start": 0.3, "seed": seed})
            found = exponent(rows, draw, replicates=300)
            covered += found.low <= -1.03 <= found.high
        assert covered >= 0.85 * 60, noise


def test_the_exponent_in_the_start():
    listed = [
        (ALIVE if step < 2 * start**1.5 else DEAD)
        | {"start": start, "seed": seed, "step_size": step}
        for start, seed in product((0.05, 0.1, 0.2, 0.4), range(3))
        for step in np.geomspace(0.001, 4, 30).tolist()
    ]
    found = exponent(thresholds(columns(listed)), rng(0), against="start")
    assert found.low < 1.5 < found.high and found.high - found.low < 0.5


def test_a_level_with_more_than_a_quarter_censored_is_left_out_whole():
    rows = measured(-1, seed=3, seeds=8)
    for row in rows:  # 3 of 8 is above a quarter, 2 of 8 is not
        if row["seed"] < {2: 3, 4: 2}.get(row["size"], 0):
            row |= {"upper": math.inf, "threshold": math.inf, "censored": "right"}
    found = exponent(rows, rng(0))
    assert found.excluded == (2.0,)
    assert (found.censored, found.levels, found.points) == (5, 4, 30)


def test_a_grid_that_ends_too_early_censors_and_says_so():
    rows = measured(-1, noise=0.02, grid=[step for step in GRID if step < 0.2])
    assert {row["size"] for row in rows if row["censored"] == "right"} == {2, 4}
    found = exponent(rows, rng(0))
    assert found.excluded == (2.0, 4.0) and found.low < -1 < found.high
    rows = measured(-1, noise=0.02, grid=[step for step in GRID if step < 0.1])
    found = exponent(rows, rng(0))
    assert math.isnan(found.slope + found.low) and found.reason == "2 of 5 levels are left"
    assert exponent(measured(-1, seeds=2), rng(0)).reason == "2 seeds"


def test_what_may_not_be_mixed_in_one_law():
    rows = measured(-1)
    for name in PANEL:
        other = [row | {name: "another", "seed": row["seed"] + 5} for row in rows]
        with pytest.raises(ValueError, match=f"one law for several: {name}"):
            exponent(rows + other, rng(0))
    with pytest.raises(ValueError, match="size is"):
        exponent(rows, rng(0), against="start")
    with pytest.raises(ValueError, match="same level and seed"):
        exponent(rows + rows, rng(0))
    with pytest.raises(ValueError, match="longest or start"):
        exponent(rows, rng(0), against="size")


# -- predictions -----------------------------------------------------------------------------------


def predictions(step):
    named = {"diagram": "length", "algorithm": "GRPO", "start": 0.3}
    return [
        named | {"size": size, "seed": seed, "safe_step": step(size, seed)}
        for size, seed in product(SIZES, range(5))
    ]


def test_the_exponent_of_the_predicted_step():
    table = columns(predictions(law(-0.7, seed=5, noise=0.1)))
    predicted = analysis.predicted_thresholds(measured(-1), table)
    assert all(row["lower"] == row["upper"] == row["threshold"] for row in predicted)
    assert (found := exponent(predicted, rng(0))).low < -0.7 < found.high < -0.5


def test_a_missing_or_meaningless_prediction_is_no_prediction():
    listed = predictions(lambda size, seed: -1.0 if (size, seed) == (4, 0) else 1.0)
    listed = [row for row in listed if (row["size"], row["seed"]) != (8, 0)]
    moved = next(row for row in listed if (row["size"], row["seed"]) == (16, 1))
    moved["start"] = 0.4  # measured elsewhere
    found = analysis.predicted_thresholds(measured(-1), columns(listed))
    missing = [(row["size"], row["seed"]) for row in found if row["censored"] == "no prediction"]
    assert missing == [(4, 0), (8, 0), (16, 1)]


def test_the_prediction_from_the_nearest_start_is_taken():
    places = ((0.32, 1.0), (0.305, 2.0), (0.28, 3.0))
    near = [ALIVE | {"start": start, "safe_step": step} for start, step in places]
    assert analysis.safe_steps(columns([ALIVE]), columns(near)).tolist() == [2.0]


def test_predictions_that_do_not_say_which_task_are_refused():
    table = columns([ALIVE, {**ALIVE, "task": "sum"}])
    listed = predictions(lambda size, seed: 1.0)
    with pytest.raises(ValueError, match="need a column task"):
        analysis.safe_steps(table, columns(listed))
    tasks = {"sum": 2.0, "reverse": 1.0}.items()
    named = [row | {"task": task, "safe_step": step} for row in listed for task, step in tasks]
    assert analysis.safe_steps(table, columns(named)).tolist() == [1.0, 2.0]
    normalised = columns([ALIVE, {**ALIVE, "step": "normalised"}])
    with pytest.raises(ValueError, match="need a column step"):
        analysis.safe_steps(normalised, columns(listed))


def test_verdicts_count_what_happens_at_safe_steps():
    listed = [
        {**ALIVE, "step_size": 0.5},
        {**ALIVE, "step_size": 0.6, "final_success": 0.25},  # below its start
        {**ALIVE, "step_size": 0.7, "final_success": 0.1},  # far below
        {**DEAD, "step_size": 1.5},
        {**DEAD, "step_size": 3.0},
        {**DEAD, "step_size": 0.2, "seed": 99},  # nothing was predicted for it
    ]
    table = columns(predictions(lambda size, seed: 1.0))
    (found,) = analysis.verdicts(columns(listed), table)
    counts: dict[str, Any] = {
        "runs": 6,
        "predicted": 5,
        "collapsed": 2,
        "at_safe_steps": 3,
        "collapsed_there": 0,
    }
    counts |= {"below_start_there": 2, "far_below_there": 1, "least_ratio": 1.5}
    assert found == PANEL | counts | {"every_collapse_above": "yes"}

    planted = [*listed, {**DEAD, "step_size": 1.0}]  # at the safe step itself
    (found,) = analysis.verdicts(columns(planted), table)
    changed = {"runs": 7, "predicted": 6, "collapsed": 3, "at_safe_steps": 4, "collapsed_there": 1}
    assert found == PANEL | counts | changed | {"least_ratio": 1.0, "every_collapse_above": "no"}

    for part in (listed[:3], listed[3:]):  # no collapse; no run at a safe step
        (found,) = analysis.verdicts(columns(part), table)
        assert found["every_collapse_above"] == "not tested"
