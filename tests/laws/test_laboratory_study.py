"""Laws of the laboratory's study: whole tables, the same bits, figures from the files alone."""

import json
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest

import numeric.experiments.laboratory.study as laboratory_study
from numeric.core import record
from numeric.experiments.bandit import bandit
from numeric.experiments.bandit.rates import ConstantStep, Reinforce
from numeric.experiments.collapse.constructions import Violated
from numeric.experiments.laboratory.figures import draw
from numeric.experiments.laboratory.study import (
    BANDIT_RULES,
    CHOICES,
    COLUMNS,
    OUTCOMES,
    PLATEAU_RULES,
    PLATEAUS,
    TRAINING_RULES,
    as_json,
    contextual,
    files,
    measure,
    one_prompt,
    outcomes,
    own_change,
    plateau,
    problems,
    same_order,
    study,
)

FIGURES = ["laboratory_rules.png", "laboratory_thresholds.png", "laboratory_plateau.png"]
SHORT = {"bandit": 50, "training": 50}
SEEDS = 2


@pytest.fixture(scope="module")
def made():
    """The tables of a short study, and the calls of its progress."""
    calls = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(laboratory_study, "UPDATES", SHORT)
        return study(SEEDS, 3, lambda *call: calls.append(call)), calls


def column(rows, name):
    return np.array([row[name] for row in rows])


def test_every_rule_is_in_every_table_and_progress_ends_at_the_total(made):
    tables, calls = made
    runs = sum(len(multiples) for _, multiples in BANDIT_RULES.values())
    fixed = sum(len(multiples) for _, multiples in PLATEAU_RULES.values())
    assert len(tables["interference"]) == runs
    assert len(tables["plateau"]) == fixed * len(PLATEAUS)
    assert len(tables["training"]) == 4 * sum(map(len, TRAINING_RULES.values()))
    assert len(tables["thresholds"]) == 4 * 8 * SEEDS and len(tables["ratios"]) == 4 * 2 * 4
    assert calls == [(k, len(calls)) for k in range(1, len(calls) + 1)]


def test_shares_and_success_rates_lie_between_0_and_1_and_outcomes_sum_to_1(made):
    tables, _ = made
    for name in (*OUTCOMES, "J_ever_fell", "J_below_a_tenth", "final_J"):
        values = column(tables["training"], name)
        assert ((-1e-12 <= values) & (values <= 1 + 1e-12)).all()
    total = sum(column(tables["training"], end) for end in OUTCOMES)
    assert total == pytest.approx(1)
    for table, name in (("bandit", "J"), ("plateau", "pool_J"), ("interference", "share_fell")):
        assert ((column(tables[table], name) >= 0) & (column(tables[table], name) <= 1)).all()


def test_gain_less_loss_is_the_change_of_j():
    """What the table of interference adds up is the whole change of the mean success rate."""
    run = measure([4], 10, ConstantStep(1.0), same_order)
    problem = bandit.problems([4], contexts=100)
    first = bandit.success_rate(problem.theta, problem.contexts, problem.context_arm).mean()
    K = laboratory_study.UPDATES["bandit"]
    columns = run.interference
    assert run.updates[-1] == K
    assert run.curve[-1] - first == pytest.approx(K * (columns["gain"] - columns["loss"]))
    assert columns["loss"] > 0


def test_training_contexts_come_in_the_same_order_for_every_rule():
    problem, uniform = bandit.problems([0], contexts=5), bandit.draws([0], 30)
    orders = {
        name: [
            [int(update.trained[0]) for update, _ in bandit.updates(problem, rate, choice, uniform)]
            for rate in (ConstantStep(1.0), Reinforce(1.0))
        ]
        for name, choice in CHOICES.items()
    }
    assert orders["same order"][0] == orders["same order"][1]
    assert orders["section 5.1"][0] != orders["section 5.1"][1]


@pytest.mark.claim("tabular_ascent", aspect="simulated")
def test_own_context_never_loses_and_a_loss_is_caught():
    problem, uniform = bandit.problems([0, 1], contexts=5), bandit.draws([0, 1], 20)
    rows = np.arange(2)
    with np.errstate(over="ignore"):
        found = list(bandit.updates(problem, ConstantStep(1e4), same_order, uniform))
    assert all(own_change(update, rows) >= 0 for update, _ in found)
    update, _ = next(bandit.updates(problem, ConstantStep(1e-6), same_order, uniform))
    with pytest.raises(Violated, match="tabular_ascent: J does not fall"):
        own_change(replace(update, before=update.after, after=update.before), rows)


def test_the_same_arguments_give_the_same_bits(made, monkeypatch):
    tables, _ = made
    monkeypatch.setattr(laboratory_study, "UPDATES", SHORT)
    prompts = problems(SEEDS, 3)
    assert one_prompt(prompts, 0.01)["thresholds"] == tables["thresholds"][: 8 * SEEDS]
    training = outcomes(prompts, 0.1, "adaptive")["training"]
    assert training == tables["training"][: len(training)]
    curve = contextual([3], "adaptive", 0.5)["bandit"]
    assert curve == tables["bandit"][: len(curve)]
    assert plateau([3], "same order", 10, "constant step", 0.01)["plateau"][0] in tables["plateau"]
    assert contextual([4], "adaptive", 0.5)["bandit"] != curve


def test_files_can_be_read_back_and_say_how_to_make_them_again(made, tmp_path):
    tables, _ = made
    contents = files(tables, SEEDS, 3)
    assert set(contents) == {f"{name}.csv" for name in tables} | {"laboratory.json"}
    assert sum(map(len, contents.values())) < 500_000
    record.write(tmp_path, contents)
    for name, rows in tables.items():
        back = record.read_csv(tmp_path / f"{name}.csv")
        for key in rows[0]:
            assert back[key].tolist() == pytest.approx(column(rows, key).tolist(), nan_ok=True)
    document = json.loads(contents["laboratory.json"])
    assert document["command"] == "gradgap simulate laboratory --seeds 2 --seed 3"
    assert document["parameters"]["bandits"] == 1 and "numpy" in document["versions"]
    assert set(COLUMNS) == set(tables)


def test_json_has_no_number_that_json_cannot_say(made):
    tables, _ = made
    document = as_json(tables, SEEDS, 3)
    assert json.load(StringIO(record.as_text(document))) == document
    empty = [row for row in document["ratios"] if row["with_a_harmful_step"] == 0]
    assert all(row["median"] is None for row in empty)


@pytest.mark.slow
def test_figures_are_drawn_from_the_files_alone_and_missing_files_are_named(made, tmp_path):
    tables, _ = made
    record.write(tmp_path, files(tables, SEEDS, 3))
    figures = draw(tmp_path)
    assert list(figures) == FIGURES
    assert all(image.startswith(b"\x89PNG") for image in figures.values())
    cut = (tmp_path / "plateau.csv").read_text().rsplit(",", 1)[0]
    (tmp_path / "plateau.csv").write_text(cut)
    with pytest.raises(ValueError, match="empty or cut short"):
        draw(tmp_path)
    (tmp_path / "plateau.csv").unlink()
    with pytest.raises(FileNotFoundError, match="plateau"):
        draw(tmp_path)
