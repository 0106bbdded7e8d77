"""GapCallback in TRL's own trainer, on a CPU."""

from __future__ import annotations

import importlib.util
import json
from types import SimpleNamespace

import pytest
import torch

from gpu_checks.lm import probe
from gpu_checks.lm.questions import Questions
from tests.gpu.tiny_models import network, tokenizer

if importlib.util.find_spec("trl") is None:
    pytest.skip(
        "TRL is not installed: pip install -c constraints.txt -e '.[bench]'",
        allow_module_level=True,
    )
PROMPTS = tuple(f"{a}+{b}=" for a in range(8) for b in range(8))
QUESTIONS = Questions(PROMPTS, lambda i, response: response[:1] in tuple("02468+"))


def reward(completions, completion_ids, **_):
    """What QUESTIONS says, and wrong where it is cut off."""
    pairs = zip(completions, completion_ids, strict=True)
    return [float(text[:1] in tuple("02468+") and ids[-1] == 1) for text, ids in pairs]


def train(folder, callback, steps=3, **changes):
    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    usual = {
        "learning_rate": 1e-3,
        "per_device_train_batch_size": 64,
        "num_generations": 8,
        "max_completion_length": 8,
        "max_steps": steps,
        "logging_steps": 1,
        "save_strategy": "no",
        "report_to": [],
        "use_cpu": True,
        "bf16": False,
        "gradient_checkpointing": False,
        "disable_tqdm": True,
        "seed": 0,
    }
    trainer = GRPOTrainer(
        model=network(),
        reward_funcs=reward,
        args=GRPOConfig(output_dir=str(folder), **usual | changes),
        train_dataset=Dataset.from_dict({"prompt": [*PROMPTS]}),
        processing_class=tokenizer(),
        callbacks=[callback] if callback else [],
    )
    trainer.train()
    trainer.save_state()
    return trainer


def callback(**changes):
    from gpu_checks.lm.callback import GapCallback

    return GapCallback(QUESTIONS, **{"every": 2, "prompts": 16, "longest": 8} | changes)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder, made = tmp_path_factory.mktemp("run"), callback()
    return folder, made, train(folder, made)


def test_what_was_measured_is_in_the_trainer_s_log(trained):
    folder, made, _ = trained
    document = json.loads((folder / "trainer_state.json").read_text())
    logged = [one for one in document["log_history"] if "gap/step" in one]
    assert [one["step"] for one in logged] == [1, 3]
    assert len(made.history) == 2
    assert all(0 < one["gap/success"] < 1 for one in logged)
    first = logged[0]
    assert first["gap/step_over_safe"] == pytest.approx(first["gap/step"] / first["gap/safe_step"])


def test_the_length_is_that_of_adamw_s_first_update(trained):
    """Nearly the learning rate times the root of the number of parameters."""
    _, made, trainer = trained
    size = sum(p.numel() for p in trainer.model.parameters())
    assert made.history[0]["gap/step"] == pytest.approx(1e-3 * size**0.5, rel=0.1)


def test_training_is_the_same_with_the_callback_and_without(trained, tmp_path):
    alone = train(tmp_path, None)
    pairs = zip(trained[2].model.parameters(), alone.model.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_a_short_step_is_safe_and_says_so(trained):
    first = trained[1].history[0]
    assert first["gap/step_over_safe"] < 1
    assert first["gap/log_success_gain"] > 0
    assert first["gap/kl"] > 0


def test_an_update_that_is_none_is_no_error():
    made, policy = callback(), network()
    state = SimpleNamespace(global_step=1, log_history=[])
    args = SimpleNamespace(world_size=1)
    more = {"model": policy, "processing_class": tokenizer()}
    made.on_train_begin(args, state, None, **more)
    made.on_step_begin(args, SimpleNamespace(global_step=0), None, **more)
    made.on_step_end(args, state, None, **more)
    assert set(made.history[0]) == {"gap/success", "gap/step"}
    assert probe.norm([p.detach() for p in policy.parameters()]) > 0


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"every": 0}, "at least 1"), ({"group": 1}, "2 responses"), ({"prompts": 65}, "are needed")],
)
def test_bad_numbers_are_refused(changes, says):
    with pytest.raises(ValueError, match=says):
        callback(**changes)


def test_half_precision_and_several_processes_are_refused():
    for world, model, says in ((2, network(), "one process"), (1, network().half(), "float32")):
        with pytest.raises(ValueError, match=says):
            callback().on_train_begin(SimpleNamespace(world_size=world), None, None, model=model)
