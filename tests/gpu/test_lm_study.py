"""Training a language model in a folder, and the study made of such runs, on tiny random models."""

from __future__ import annotations

import importlib.util
import json
import math
from dataclasses import replace

import pytest
import torch

from gpu_checks import runs
from gpu_checks.cumulative import cumulative as gaps
from gpu_checks.cumulative import figures as gap_figures
from gpu_checks.lm import study, training
from gpu_checks.lm.questions import Questions
from gpu_checks.phase.analysis import FATES
from numeric.core import record
from tests.gpu.tiny_models import model

if importlib.util.find_spec("transformers") is None:
    pytest.skip(
        "transformers is not installed: pip install -c constraints.txt -e '.[gpu,lm]'",
        allow_module_level=True,
    )
PROMPTS = tuple(f"{a}+{b}=" for a in range(10) for b in range(10))
QUESTIONS = Questions(PROMPTS, lambda i, response: response[:1] in tuple("02468+"))
RUN = training.Run(
    model="tiny", task="even", algorithm="dr-grpo", step="adamw", step_size=1e-2, seed=0,
    steps=6, prompts=8, group=8, longest=4, ratio=1.0,
)  # fmt: skip
PLAN = study.Plan(
    model="tiny", tasks=("even",), multiples=(1.0, 64.0), seeds=(0, 1), updates=4, prompts=8,
    longest=4, probed=16,
)  # fmt: skip


def silent(done, total):
    return None


def given(name, task):
    return model(), QUESTIONS


def bits(folder):
    names = (runs.LOG, runs.RESULT)
    return [(folder / name).read_bytes() for name in names]


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unbroken")
    training.train_in_folder(folder, RUN, model(), QUESTIONS)
    return folder


@pytest.mark.parametrize("updates", [1, 3, 5])
def test_a_run_that_was_stopped_ends_with_the_same_bits(unbroken, tmp_path, updates):
    class Stopped(Exception):
        pass

    def stop(done):
        if done == updates:
            raise Stopped

    policy = model()
    with pytest.raises(Stopped):
        training.train_in_folder(tmp_path, RUN, policy, QUESTIONS, every=2, tick=stop)
    assert (tmp_path / runs.CHECKPOINT).exists() == (updates > 1)
    training.train_in_folder(tmp_path, RUN, policy, QUESTIONS, every=2)
    assert bits(tmp_path) == bits(unbroken)
    assert not (tmp_path / runs.CHECKPOINT).exists()
    pairs = zip(policy.parameters, model().parameters, strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_a_finished_run_is_not_trained_again_and_another_one_is_refused(unbroken, monkeypatch):
    monkeypatch.setattr(training, "advance", None)
    row = training.train_in_folder(unbroken, RUN, model(), QUESTIONS)
    assert row["updates"] == 6
    with pytest.raises(runs.NotResumable, match="other settings"):
        training.train_in_folder(unbroken, replace(RUN, seed=1), model(), QUESTIONS)


def test_the_adamw_here_is_torch_s():
    optimised, ours = model(), model()
    optimiser = torch.optim.AdamW(optimised.parameters, lr=0.01, weight_decay=0.0)
    state = training.restored(training.Path("nowhere"), RUN, ours)
    generator = torch.Generator().manual_seed(0)
    for taken in range(1, 4):
        g = [torch.randn(p.shape, generator=generator) for p in ours.parameters]
        for p, x in zip(optimised.parameters, g, strict=True):
            p.grad = -x
        optimiser.step()
        first, second = training.means(RUN, state, g)
        update = training.along(RUN, taken, g, 1.0, first, second)
        training.put(ours, [p + x for p, x in zip(ours.parameters, update, strict=True)])
        state = replace(state, first=first, second=second)
    for a, b in zip(optimised.parameters, ours.parameters, strict=True):
        torch.testing.assert_close(a.detach(), b.detach(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("step", ["plain", "normalised"])
def test_a_step_along_the_gradient_has_the_length_that_was_asked_for(tmp_path, step):
    run = replace(RUN, step=step, step_size=0.02, steps=1)
    training.train_in_folder(tmp_path, run, model(), QUESTIONS)
    (one,) = runs.read_log(tmp_path)
    length = 0.02 if step == "normalised" else 0.02 * one["gradient_norm"][0]
    assert one["step_length"][0] == pytest.approx(length, rel=1e-4)


def test_a_run_without_a_success_is_stopped_as_absorbed(tmp_path):
    never = Questions(PROMPTS, lambda i, response: False)
    row = training.train_in_folder(tmp_path, replace(RUN, steps=9), model(), never)
    assert row["updates"] == training.ABSORBED_AFTER
    assert row["final_success"] == 0


def test_an_overflow_ends_the_run_with_the_parameters_before_it(tmp_path):
    run = replace(RUN, step="plain", step_size=1e38, steps=5)
    row = training.train_in_folder(tmp_path, run, model(), QUESTIONS)
    assert row["finite"] == 0
    assert math.isfinite(row["final_success"])


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"step_size": math.nan}, "step size"),
        ({"step": "sgd"}, "one of"),
        ({"algorithm": "x"}, "x"),
    ],
)
def test_bad_settings_are_refused(changes, says):
    with pytest.raises(ValueError, match=says):
        replace(RUN, **changes)


@pytest.fixture(scope="module")
def studied(tmp_path_factory):
    folder, told = tmp_path_factory.mktemp("study"), []
    tables = study.phase(folder, PLAN, lambda done, total: told.append((done, total)), given)
    return folder, tables, told


def test_a_study_has_a_run_for_each_kind_multiple_and_seed(studied):
    _, tables, told = studied
    cells = {(row["step"], row["ratio"], row["seed"]) for row in tables["runs"]}
    safe = {(r["step"], r["seed"]) for r in tables["predictions"] if r["safe_step"] > 0}
    assert cells == {(step, x, seed) for step, seed in safe for x in PLAN.multiples}
    assert len(cells) >= 4
    assert all(row["fate"] in FATES for row in tables["runs"])
    of = {(r["step"], r["seed"]): r["safe_step"] for r in tables["predictions"]}
    for row in tables["runs"]:
        size = row["ratio"] * of[row["step"], row["seed"]]
        assert row["step_size"] == pytest.approx(size)
    assert told == sorted(told)


def test_a_study_goes_on_and_its_figures_are_drawn_from_its_files(studied, monkeypatch):
    folder, tables, _ = studied
    monkeypatch.setattr(training, "trained", None)
    monkeypatch.setattr(study.probe, "probe", None)
    assert study.phase(folder, PLAN, silent, given)["verdicts"] == tables["verdicts"]
    files = study.files(tables, "gradgap phase --preset lm", "cpu")
    record.write(folder, files)
    assert study.draw(folder)["phase_lm.png"].startswith(b"\x89PNG")
    assert json.loads(files["record.json"])["verdicts"] == tables["verdicts"]


def test_the_cumulative_gap_of_a_language_model_is_drawn_like_that_of_a_small_one(tmp_path):
    plan = replace(PLAN, steps=("plain",), multiples=(0.1, 1.0), seeds=(0,))
    rows = study.cumulative(tmp_path, plan, silent, given)
    assert {row["steps"] for row in rows} == {"short", "long"}
    files = gaps.files(rows, gaps.slopes(rows), "lm", "cpu")
    record.write(tmp_path / "out", files)
    assert set(gap_figures.draw(tmp_path / "out")) == {
        "cumulative_gap.png", "cumulative_norm.png", "cumulative_long.png"
    }  # fmt: skip


def test_the_studies_on_offer_are_plans_of_the_packaged_model():
    for plan in (study.PHASE, study.CUMULATIVE):
        assert plan.model == "smollm"
        assert len(plan.seeds) >= 3
    assert len(study.PHASE.multiples) == 6
    assert {*study.CUMULATIVE.multiples} == {*study.NAMED}
