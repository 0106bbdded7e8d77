"""Laws of the settings: plain data that survive JSON, are told apart, and name what is wrong."""

import json
import math
from dataclasses import fields, replace
from typing import Any

import pytest

from gpu_checks.settings import ADAMW, DTYPES, NORMALISED, STEPS, Settings, from_json
from gpu_checks.tasks import TASKS

OTHER: dict[str, Any] = {
    "task": "sort",
    "size": 3,
    "alphabet": 6,
    "easiest": 2,
    "algorithm": "grpo",
    "step": ADAMW,
    "step_sizes": (0.2,),
    "seeds": (1,),
    "start": None,
    "steps": 149,
    "prompts": 18,
    "group": 17,
    "inner": 2,
    "clip": 0.2,
    "clip_high": 0.28,
    "kl": 0.5,
    "penalty": "k2",
    "entropy": 0.01,
    "max_norm": 1.0,
    "decay": 0.01,
    "width": 16,
    "layers": 1,
    "heads": 1,
    "dtype": "bfloat16",
}
"""A value of each setting that is not the usual one."""


def test_every_setting_survives_json():
    for changes in ({}, OTHER, *({name: value} for name, value in OTHER.items())):
        settings = replace(Settings(clip=0.1), **changes)
        again = from_json(json.loads(json.dumps(settings.as_json())))
        assert again == settings and again.fingerprint == settings.fingerprint


def test_every_setting_changes_the_fingerprint():
    assert set(OTHER) == {field.name for field in fields(Settings)}
    usual = Settings(clip=0.1)  # clip_high needs it
    every = [usual, *(replace(usual, **{name: x}) for name, x in OTHER.items())]
    assert len({one.fingerprint for one in every}) == 1 + len(OTHER)
    assert Settings().fingerprint == Settings().fingerprint


def test_the_order_of_the_runs_is_part_of_the_settings():
    one = Settings(step_sizes=(0.1, 0.2), seeds=(0, 1))
    assert one.fingerprint != Settings(step_sizes=(0.2, 0.1), seeds=(0, 1)).fingerprint
    assert one.fingerprint != Settings(step_sizes=(0.1, 0.2), seeds=(1, 0)).fingerprint


@pytest.mark.parametrize("name", [field.name for field in fields(Settings)])
def test_a_record_without_a_setting_or_with_another_is_refused(name):
    document = Settings().as_json()
    document.pop(name)
    with pytest.raises(ValueError, match=f"unknown or missing: {name}$"):
        from_json(document)
    with pytest.raises(ValueError, match=f"unknown or missing: {name}, {name}_$"):
        from_json({**document, f"{name}_": 1})


WRONG = [
    ("algorithm", "ppo", "an algorithm is one of"),
    ("step", "sgd", "step must be one of plain, normalised, adamw, got sgd"),
    ("clip_high", 0.3, "clip_high must be positive, and with clip, got 0.3"),
    ("penalty", "k1", "penalty must be one of k3, k2, got k1"),
    ("entropy", -1.0, "entropy must be finite and at least 0, got -1.0"),
    ("max_norm", 0.0, "max_norm must be finite and positive, got 0.0"),
    ("dtype", "float16", "dtype must be one of float64, float32, bfloat16, got float16"),
    ("task", "chess", "no task 'chess'"),
    ("alphabet", 1, "needs an alphabet of 2 or more; got 1"),
    ("size", 0, "the size is 1 or more; got 0"),
    ("step_sizes", (), "step sizes and seeds must be as many as seeds, got 0"),
    ("step_sizes", (0.1, 0.2), "step sizes and seeds must be as many as seeds, got 2"),
    ("step_sizes", (-0.1,), "step size must be finite and at least 0, got -0.1"),
    ("step_sizes", (math.inf,), "step size must be finite and at least 0, got inf"),
    ("step_sizes", (math.nan,), "step size must be finite and at least 0, got nan"),
    ("seeds", (-1,), r"seed must be in \[0, 2\^62\), got -1"),
    ("seeds", (2**62,), r"seed must be in \[0, 2\^62\), got"),
    ("start", 0.0, r"start must be a success rate inside \(0, 1\), got 0.0"),
    ("start", 1.0, r"start must be a success rate inside \(0, 1\), got 1.0"),
    ("start", math.nan, r"start must be a success rate inside \(0, 1\), got nan"),
    ("prompts", 0, "prompts must be even, >= 2, got 0"),
    ("prompts", 3, "prompts must be even, >= 2, got 3"),
    ("group", 1, "group must be at least 2 responses, got 1"),
    ("steps", -1, "steps must be at least 0, got -1"),
    ("inner", 0, "inner must be at least 1, got 0"),
    ("clip", 0.0, r"clip must be inside \(0, 1\), got 0.0"),
    ("clip", 1.0, r"clip must be inside \(0, 1\), got 1.0"),
    ("kl", -1.0, "kl must be finite and at least 0, got -1.0"),
    ("kl", math.inf, "kl must be finite and at least 0, got inf"),
    ("decay", math.nan, "decay must be finite and at least 0, got nan"),
    ("easiest", 0, "easiest must be in 1..size, got 0"),
    ("easiest", 5, "easiest must be in 1..size, got 5"),
    ("width", 0, "width must be at least 1, got 0"),
    ("heads", 3, "width must be a multiple of heads = 3, got 32"),
    ("layers", 0, "layers must be at least 1, got 0"),
]


@pytest.mark.parametrize("name, value, message", WRONG)
def test_what_is_out_of_its_domain_is_named_with_its_value(name, value, message):
    with pytest.raises(ValueError, match=message):
        replace(Settings(), **{name: value})


def test_the_ends_of_the_domains_are_allowed():
    ends: dict[str, Any] = {
        "step_sizes": (0.0,),
        "seeds": (2**62 - 1,),
        "steps": 0,
        "prompts": 2,
        "group": 2,
    }
    ends |= {"easiest": 4, "kl": 0.0, "decay": 0.0}
    replace(Settings(), **ends)
    replace(Settings(), easiest=1)


@pytest.mark.parametrize("name", TASKS)
def test_prompt_and_response_fit_the_context(name):
    settings = Settings(task=name, size=3)
    task, found = settings.the_task, settings.architecture
    assert settings.longest == task.longest(3)
    assert found.context == task.prompt_length(3) + task.longest(3)
    assert found.vocabulary == task.vocabulary
    assert (found.width, found.layers, found.heads) == (32, 2, 2)


def test_every_step_and_number_type_is_described():
    assert {*STEPS} == {"plain", NORMALISED, ADAMW}
    for name, dtype in DTYPES.items():
        assert str(dtype) == f"torch.{name}"
        assert Settings(dtype=name).dtype == name
