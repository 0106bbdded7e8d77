"""Laws of the bandit study: what its numbers say on runs made by hand, and on a small study."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from numeric.core import record
from numeric.experiments.bandit.bandit import (
    READINGS,
    draws,
    halt,
    problems,
    sigmoid,
    train_bandits,
    whole_pool,
)
from numeric.experiments.bandit.figures import draw, panels
from numeric.experiments.bandit.rates import Reinforce
from numeric.experiments.bandit.study import (
    MEASURES,
    SHOWN,
    STEPS,
    as_json,
    curves,
    files,
    measures,
    outcome_of,
    spread_out,
    study,
    summary,
    valley,
)

SHORT, CONTEXTS = 100, 12
RESULTS = Path(__file__).parents[2] / "numeric" / "results" / "bandit"


@pytest.fixture(scope="module")
def tables():
    return study(range(2), SHORT, jobs=1, contexts=CONTEXTS)


@pytest.fixture(scope="module")
def trained():
    """A problem of three arms and a run of it long enough to learn."""
    problem = problems([0], dimension=4, arms=3, pool=20, contexts=30)
    return problem, train_bandits(problem, Reinforce(), whole_pool, draws([0], 600), every=10)


def by_hand(found, f, M, signed=None):
    """The run with these log odds and cumulative gaps, (R, E), in place of its own."""
    f, M = np.broadcast_to(f, found.log_odds[0].shape), np.broadcast_to(M, found.log_odds[0].shape)
    signed = f - f[0] if signed is None else signed
    return replace(found, log_odds=f[None], cumulative_gap=M[None], signed_gap=signed[None])


# -- one run ---------------------------------------------------------------------------------------


def test_all_measures_are_described_and_no_other(trained):
    problem, found = trained
    assert set(measures(found, problem)) == set(MEASURES)


def test_contexts_on_the_first_order_curve_have_slope_1_and_no_error(trained):
    problem, found = trained
    M = np.linspace(0, 9, len(found.steps))[:, None] * np.linspace(0.5, 1, 30)
    numbers = measures(by_hand(found, -4 + M, M), problem)
    assert numbers["slope"] == pytest.approx(1, rel=1e-12)
    assert numbers["r2_slope_one"] == pytest.approx(1, rel=1e-12)
    assert numbers["rms_slope_one"] < 1e-12 and numbers["below_curve"] == 0
    assert numbers["rms_corollary"] > 0.1 and numbers["hidden_learnt"] == pytest.approx(0)


def test_contexts_below_the_curve_of_corollary_1_are_counted(trained):
    problem, found = trained
    M = np.linspace(0, 9, len(found.steps))[:, None] * np.ones(30)
    slopes = np.where(np.arange(30) < 10, 0.4, 0.6)
    numbers = measures(by_hand(found, -3 + slopes * M, M), problem)
    assert numbers["below_curve"] == pytest.approx(1 / 3)
    assert numbers["slope"] == pytest.approx((0.4 + 2 * 0.6) / 3)
    assert numbers["below_curve_learnt"] == pytest.approx(1 / 3)
    # A guarantee that does not hold would be seen.
    sure = replace(by_hand(found, -3 + slopes * M, M), sharp=np.ones((1, 30)))
    assert measures(sure, problem)["guaranteed_below"] == 10 * (len(found.steps) - 1)


def test_alignments_that_the_positive_part_hides_are_seen(trained):
    problem, found = trained
    k = np.linspace(0, 1, len(found.steps))[:, None]
    f, M = -4 - 2 * k * np.ones(30), 3 * k * np.ones(30)
    numbers = measures(by_hand(found, f, M), problem)
    assert numbers["hidden_low"] == pytest.approx(5)
    assert numbers["fell"] == numbers["fell_low"] == numbers["low"] == 1
    assert np.isnan(numbers["hidden_learnt"])
    assert numbers["forgotten"] == (found.half_time[0] <= 600).mean() > 0
    assert numbers["rms_signed"] < 1e-12 < 0.01 < numbers["rms_slope_one"]
    assert numbers["late_low"] == pytest.approx(0.5)  # M grows evenly: no flattening


def test_exponential_and_harmonic_convergence_are_told_apart(trained):
    problem, found = trained
    k = found.steps[:, None] * np.ones(30)
    early = replace(found, half_time=np.zeros_like(found.half_time))
    linear = measures(by_hand(early, 0.02 * k, 0.02 * k), problem)["straight"]
    harmonic = measures(by_hand(early, np.log1p(k), np.log1p(k)), problem)
    assert linear == pytest.approx(0.5, abs=0.01)
    late = np.log(601 / 301) / np.log(601)
    assert harmonic["straight"] == pytest.approx(late, abs=0.01)
    assert harmonic["late_high"] == pytest.approx(late, abs=0.01)  # M flattens


def test_the_valley_is_0_for_one_group_and_1_for_two():
    rng = np.random.default_rng(0)
    one = np.linspace(-3, 3, 600)
    assert valley(one) < 0.05
    assert valley(np.concatenate([one - 10, one + 10])) == 1
    # A broad single group of log odds: its success rates crowd at both ends, its log odds do not.
    broad = 4 * np.sort(rng.normal(size=4000))
    J = sigmoid(broad)
    assert (J < 0.1).mean() > 0.25 < (J > 0.9).mean()
    assert valley(broad) < 0.15
    with pytest.raises(ValueError, match="valley of no numbers"):
        valley(np.array([]))


def test_contexts_without_a_time_rank_last_and_equal(trained):
    problem, found = trained
    times = np.where(np.arange(30) < 10, np.arange(30) * 5 + 5, 601)
    relative = np.broadcast_to(-(np.arange(30.0)), found.log_odds[0].shape)
    flat = by_hand(found, -4 + 0 * relative, 0 * relative)
    numbers = measures(replace(flat, half_time=times[None], relative_gap=relative[None]), problem)
    assert numbers["spearman_learnt"] == pytest.approx(1)
    tied = np.where(np.arange(30) < 10, np.arange(30), 19.5)  # mean rank of those without a time
    assert numbers["spearman"] == pytest.approx(np.corrcoef(np.arange(30), tied)[0, 1])
    assert numbers["above_training"] == 0
    assert np.isnan(numbers["slope"])
    none = replace(flat, half_time=np.full_like(found.half_time, 601))
    assert np.isnan(measures(none, problem)["spearman"])


def test_a_run_that_makes_no_update_has_measures(trained):
    """`halt` on a pool that starts above the band: nothing to train on."""
    problem, _ = trained
    own = np.zeros_like(problem.theta)
    for n in range(3):
        pull = problem.contexts[0][problem.context_arm[0] == n]
        own[0, :, n] = 30 * pull.mean(axis=0) if len(pull) else 0
    easy = replace(problem, theta=own, pool_arm=np.zeros_like(problem.pool_arm))
    easy.theta[0, :, 0] += 500
    found = train_bandits(easy, Reinforce(), halt, draws([0], 20), every=5)
    assert (found.trained == -1).all() and (found.cumulative_gap == 0).all()
    assert set(measures(found, easy)) == set(MEASURES)


# -- tables ----------------------------------------------------------------------------------------


def test_curves_hold_the_learning_and_both_ends(trained):
    _, found = trained
    shown = spread_out(found)
    assert shown[0] == 0 and shown[-1] == len(found.steps) - 1 and 10 < len(shown) <= SHOWN
    rows = curves(found)
    assert len(rows) == len(shown) * 30
    assert rows[-1]["log_odds"] == pytest.approx(found.log_odds[0, -1, -1], rel=1e-5)
    M = found.cumulative_gap[0].mean(axis=1)
    assert np.diff(M[shown]).max() < 0.15 * M[-1]


def test_the_summary_leaves_out_what_is_not_a_number():
    values = [1.0, 2.0, float("nan"), 4.0]
    runs = [{"reading": "r", "seed": i, **dict.fromkeys(MEASURES, v)} for i, v in enumerate(values)]
    row = summary(runs)[0]
    assert (row["seeds"], row["least"], row["median"], row["greatest"]) == (3, 1, 2, 4)
    empty = summary([{"reading": "r", **dict.fromkeys(MEASURES, float("nan"))}])
    found = as_json({"summary": empty}, "command", {})["summary"][0]
    assert found["seeds"] == 0 and found["median"] is None


def test_a_study_has_a_row_for_each_run_and_measure(tables):
    assert [(r["reading"], r["seed"]) for r in tables["runs"]] == [
        (reading, seed) for reading in READINGS for seed in range(2)
    ]
    assert len(tables["summary"]) == len(MEASURES) * len(READINGS)
    assert sum(float(r["share"]) for r in tables["histogram"]) == pytest.approx(len(READINGS))


@pytest.mark.slow
def test_a_study_does_not_depend_on_processes_nor_a_seed_on_the_others(tables):
    seen = []
    again = study([1, 0], SHORT, 2, lambda *now: seen.append(now), CONTEXTS)
    assert seen == [(i + 1, 8) for i in range(8)]
    key = str  # nan is not equal to itself
    assert sorted(map(key, again["runs"])) == sorted(map(key, tables["runs"]))
    assert again["curves"] != tables["curves"]  # of the first seed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seeds": []}, "at least one, got"),
        ({"seeds": [1, 1]}, "must be different"),
        ({"steps": 3}, "got 3 and 2"),
        ({"jobs": 0}, "got 3000 and 0"),
    ],
)
def test_arguments_are_checked(arguments, message):
    with pytest.raises(ValueError, match=message):
        study(**{"seeds": [0], **arguments})


# -- files and figures -----------------------------------------------------------------------------


@pytest.mark.slow
def test_files_are_read_back_and_drawn(tables, tmp_path):
    contents = files(tables, "command", {"seeds": 2})
    record.write(tmp_path, contents)
    document = json.loads((tmp_path / "bandit.json").read_text())
    assert document["command"] == "command" and set(document["measures"]) == set(MEASURES)
    read = record.read_csv(tmp_path / "bandit_runs.csv")
    for name in MEASURES:
        assert np.array_equal(read[name], [r[name] for r in tables["runs"]], equal_nan=True)
    images = draw(tmp_path)
    assert list(images) == ["bandit_panels.png", "bandit_observations.png"]
    assert all(image.startswith(b"\x89PNG") for image in images.values())
    assert panels(record.read_csv(tmp_path / "bandit_curves.csv")) == images["bandit_panels.png"]
    with pytest.raises(FileNotFoundError):
        draw(tmp_path / "elsewhere")


def test_the_committed_results_are_of_this_code():
    """One committed run, trained again; and the record is the summary of the committed runs."""
    committed = record.read_csv(RESULTS / "bandit_runs.csv")
    again = outcome_of(("whole_pool", 0, STEPS, 500))[0]
    row = np.flatnonzero((committed["reading"] == "whole_pool") & (committed["seed"] == 0))[0]
    for name in MEASURES:
        np.testing.assert_allclose(committed[name][row], again[name], rtol=1e-6, atol=1e-9)
    document = json.loads((RESULTS / "bandit.json").read_text())
    for entry in document["summary"]:
        numbers = committed[entry["measure"]][committed["reading"] == entry["reading"]]
        known = numbers[~np.isnan(numbers)]
        assert entry["seeds"] == len(known)
        if len(known):
            assert entry["median"] == pytest.approx(np.median(known), rel=1e-12, abs=1e-15)


def test_what_is_proved_holds_in_the_committed_runs():
    """`sharp_step` at every update and context, (15b) wherever its condition holds throughout."""
    committed = record.read_csv(RESULTS / "bandit_runs.csv")
    assert (committed["tightest"] <= 1).all() and (committed["guaranteed_below"] == 0).all()
    assert (committed["sharp_always"] > 0).any()
