"""Laws of exact training: J rises below the safe step, and what contradicts a claim is found."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from gpu_checks import noise
from gpu_checks.algorithms import algorithm
from gpu_checks.exact import curvature, exact
from gpu_checks.exact import figures as exact_figures
from gpu_checks.exact import study as exact_study
from gpu_checks.exact import training as exact_training
from gpu_checks.exact.curvature import KINDS
from gpu_checks.exact.exact import Violated
from gpu_checks.exact.study import PRESETS, Case
from gpu_checks.exact.training import COLUMNS, FRACTION, LENGTH, RATE, Rule
from numeric.core import record

SMOKE = PRESETS["smoke"]


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    """The record of the smallest study, and its files in a folder."""
    document, files = exact_study.study(0, "smoke")
    folder = tmp_path_factory.mktemp("exact")
    record.write(folder, files)
    return document, folder


@pytest.fixture(scope="module")
def begun():
    """A problem of one prompt, 13 responses, and theta (n,) with J = 0.3."""
    case = Case("parity", 1)
    problem, theta = exact_study.begin(SMOKE, case, 0, 0, (0.3,), 1, "cpu")
    return problem, theta[0, 0.3]


def trained(begun, rules, steps=2, harm=False, name="grpo"):
    problem, theta = begun
    algorithms = [algorithm(name)] * len(rules)
    return exact_training.train_exact(
        problem, theta.expand(len(rules), -1), algorithms, rules, steps, harm
    )


# -- training --------------------------------------------------------------------------------------


def test_j_rises_at_every_update_below_the_safe_step(begun):
    rows, theta = trained(begun, [Rule(FRACTION, 0.5), Rule(FRACTION, 0.99)], steps=3)
    assert [set(row) for row in rows] == [set(COLUMNS)] * 3
    J = np.array([row["J"] for row in rows])
    assert J[0] == pytest.approx(0.3, abs=1e-9) and (np.diff(J, axis=0) > 0).all()
    assert (np.array([row["change"] for row in rows]) > 0).all()
    for row in rows:
        safe = np.max([row[kind] for kind in KINDS], axis=0)
        assert row["step_size"] == pytest.approx([0.5 * safe[0], 0.99 * safe[1]], rel=1e-15)
        assert all(
            L <= L_p * length for L, L_p, length in zip(row["L"], row["L_p"], (3, 3), strict=True)
        )
    problem, start = begun
    assert theta.shape == (2, len(start))
    odds = exact.log_odds(exact.log_probabilities(problem, theta), problem.rewards)
    before = math.log(J[-1][0] / (1 - J[-1][0]))
    assert odds[0].item() == pytest.approx(before + rows[-1]["change"][0], abs=1e-12)


def test_the_other_rules_take_the_steps_they_say(begun):
    rows, theta = trained(begun, [Rule(LENGTH, 0.02), Rule(RATE, 0.5)], steps=1)
    problem, start = begun
    point = exact.look(problem, start[None], [algorithm("grpo")])
    norm = point.update.norm().item()
    assert rows[0]["step_size"] == pytest.approx([0.02, 0.5 * norm], rel=1e-12)
    moved = theta - start
    assert (moved[1] - 0.5 * point.update[0]).norm() < 1e-12
    assert (moved[0] - 0.02 * point.update[0] / norm).norm() < 1e-12


@pytest.mark.slow
def test_a_run_does_not_depend_on_its_neighbours(begun):
    alone, _ = trained(begun, [Rule(FRACTION, 0.99)], harm=True)
    stack, _ = trained(begun, [Rule(LENGTH, 0.5), Rule(FRACTION, 0.99)], harm=True)
    for one, both in zip(alone, stack, strict=True):
        for name in ("J", "gap", "G", "token", "length_norm"):
            assert both[name][1] == pytest.approx(one[name][0], rel=1e-2), name


def test_a_rule_and_a_preset_are_checked():
    for name, value in (("plain", 1.0), (FRACTION, 0.0), (RATE, -1.0), (LENGTH, math.nan)):
        with pytest.raises(ValueError, match="a rule is"):
            Rule(name, value)
    with pytest.raises(ValueError, match="a preset is one of smoke, laptop, gpu; got large"):
        exact_study.study(0, "large")
    with pytest.raises(ValueError, match="seeds"):
        exact_study.study(-1, "smoke")


def test_prompts_are_different_and_there_may_be_too_few():
    key = noise.keys(0, 1)[0]
    found = exact_study.prompts(Case("copy", 2, 2, prompts=4), key)
    assert len({tuple(one) for one in found.tolist()}) == 4
    with pytest.raises(ValueError, match="5 different prompts"):
        exact_study.prompts(Case("copy", 2, 2, prompts=5), key)


# -- planted violations ----------------------------------------------------------------------------


def planted(monkeypatch, name, change):
    """The function of that name with its result changed."""
    room = exact_training if name == "observed" else curvature
    sound = getattr(room, name)
    monkeypatch.setattr(room, name, lambda *given: change(sound(*given)))


@pytest.mark.slow
def test_a_walk_with_half_the_curvature_stops_the_training(begun, monkeypatch):
    planted(monkeypatch, "walk", lambda walk: replace(walk, curvature=walk.curvature / 2))
    with pytest.raises(Violated, match="smoothness_remainder"):
        trained(begun, [Rule(FRACTION, 0.99)])


def test_a_gap_of_the_wrong_sign_stops_the_training(begun, monkeypatch):
    sound = exact.look
    turned = lambda *given: replace(p := sound(*given), gap=-p.gap)  # noqa: E731
    monkeypatch.setattr(exact, "look", turned)
    with pytest.raises(Violated, match="gap"):
        trained(begun, [Rule(FRACTION, 0.99)])


@pytest.mark.slow
def test_a_harmful_step_below_the_prediction_stops_the_training(begun, monkeypatch):
    rows, _ = trained(begun, [Rule(FRACTION, 0.99)], steps=1, harm=True)
    assert rows[0]["observed"][0] >= max(rows[0][kind][0] for kind in KINDS)
    least = min(rows[0][kind][0] for kind in KINDS)
    planted(monkeypatch, "observed", lambda found: found * 0 + least * 0.999)
    with pytest.raises(Violated, match="no step below the safe one is harmful"):
        trained(begun, [Rule(FRACTION, 0.99)], harm=True)


@pytest.mark.slow
def test_predictions_that_are_too_large_stop_the_training(begun, monkeypatch):
    planted(monkeypatch, "predictions", lambda all: {k: 1e3 * x for k, x in all.items()})
    with pytest.raises(Violated, match="no step below the safe one is harmful"):
        trained(begun, [Rule(LENGTH, 0.01)], harm=True)


def test_a_step_that_ends_elsewhere_stops_the_training(begun, monkeypatch):
    problem, theta = begun
    point = exact.look(problem, theta[None], [algorithm("grpo")])
    exact_training.require_same(point, None)
    exact_training.require_same(point, point.exact.log_odds + point.rounding)
    for off in (1e-11, math.nan):
        with pytest.raises(Violated, match="log odds of the walk"):
            exact_training.require_same(point, point.exact.log_odds + off)
    elsewhere = ({}, torch.full((1,), 1e-6), point.exact.log_odds)
    monkeypatch.setattr(exact_training, "update", lambda *_: elsewhere)
    with pytest.raises(Violated, match="log odds of the walk"):
        trained(begun, [Rule(LENGTH, 1.0)])


# -- the study -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_no_harmful_step_is_below_a_prediction(smoke):
    document, folder = smoke
    assert document["violations"] == 0 and set(document["smallest_ratio"]) == set(KINDS)
    assert all(ratio is None or ratio >= 1 for ratio in document["smallest_ratio"].values())
    table = record.read_csv(folder / "exact_steps.csv")
    assert len(table["J"]) == SMOKE.steps and set(COLUMNS) <= set(table)
    for kind in KINDS:
        assert (table["observed"] >= table[kind]).all()
    fallen = record.read_csv(folder / "exact_collapse.csv")
    assert document["updates"] == len(table["J"]) + len(fallen["J"]) == SMOKE.steps + 9
    rising = fallen["rule"] == "fraction"
    assert (fallen["change"][rising] > 0).all()


@pytest.mark.slow
def test_the_study_is_the_same_again_and_counts_its_updates(smoke):
    done = []
    document, files = exact_study.study(0, "smoke", lambda k, total: done.append((k, total)))
    total = SMOKE.steps + SMOKE.updates
    assert done == [(k, total) for k in range(1, total + 1)]
    assert document == smoke[0]
    for name, text in files.items():
        assert (smoke[1] / name).read_text(encoding="utf-8") == text, name
    assert json.loads(files["exact.json"]) == json.loads(json.dumps(document))


def test_the_table_of_ratios_counts_what_there_is():
    label = {"task": "copy", "algorithm": "grpo", "start": 0.3}
    kinds = dict.fromkeys(KINDS, 2.0)
    rows = [{**label, **kinds, "observed": x} for x in (4.0, 3.0, 8.0, math.inf, math.nan)]
    (found,) = exact_study.ratios(rows)
    assert found["updates"] == 5 and found["without_a_gap"] == 1
    assert found["without_a_harmful_step"] == 1
    for kind in KINDS:
        ends = [found[f"{kind}_{end}"] for end in ("min", "median", "max")]
        assert ends == [1.5, 2.0, 4.0]
    (none,) = exact_study.ratios(rows[3:])
    assert math.isnan(none["mean_min"])
    assert len(exact_study.ratios([rows[0], {**rows[0], "start": 0.5}])) == 2


@pytest.mark.slow
def test_long_steps_collapse_and_come_back(begun):
    """Section 10 of the mathematics: the exact direction recovers from a collapse."""
    rows, _ = trained(begun, [Rule(LENGTH, x) for x in (1.0, 2.0, 4.0)], 12, name="dr-grpo")
    J = np.array([row["J"] for row in rows])  # (updates, R)
    lowest = J.argmin(0)
    assert J.min() < 0.01, "far below 0.3"
    recovered = [J[k:, r].max() > 0.5 for r, k in enumerate(lowest) if J[k, r] < 0.05]
    assert any(recovered)


# -- figures ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_figure_is_drawn_from_the_files(smoke, tmp_path):
    found = exact_figures.draw(smoke[1])
    assert set(found) == {"exact.png"} and found["exact.png"].startswith(b"\x89PNG")
    assert exact_figures.draw(smoke[1]) == found
    with pytest.raises(FileNotFoundError):
        exact_figures.draw(tmp_path)
