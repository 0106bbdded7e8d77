"""The smallest training run that does everything: about ten milliseconds an update."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from gpu_checks.settings import Settings

# Workers share the cores: threads of their own would fight over them. Set before torch is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def tiny() -> Callable[..., Settings]:
    """Settings of a network of width 8 on parity, which a random policy gets right one time in
    five; `changes` go on top."""
    from gpu_checks.settings import Settings

    def make(**changes: Any) -> Settings:
        usual: dict[str, Any] = {
            "task": "parity",
            "size": 2,
            "alphabet": 2,
            "start": None,
            "steps": 5,
            "prompts": 4,
            "group": 4,
            "width": 8,
            "layers": 1,
            "heads": 2,
            "dtype": "float64",
        }
        return Settings(**{**usual, **changes})

    return make


# -- a run in a folder, for test_runs*.py ---------------------------------------------------------


@pytest.fixture(scope="module")
def settings(tiny):
    from tests.gpu.run_folders import STEPS

    return tiny(
        seeds=(0, 1), step_sizes=(0.1, 0.4), steps=STEPS, step="adamw", kl=0.1, algorithm="grpo"
    )


@pytest.fixture(scope="module")
def unbroken(settings, tmp_path_factory):
    from gpu_checks import runs
    from tests.gpu.run_folders import EVERY

    folder = tmp_path_factory.mktemp("unbroken")
    runs.train_in_folder(folder, settings, every=EVERY)
    return folder


@pytest.fixture(scope="module")
def stopped(settings, tmp_path_factory):
    """A folder whose run was stopped after 10 updates, two of them after the last checkpoint."""
    from gpu_checks import runs
    from tests.gpu.run_folders import EVERY, Stopped, stop_at

    folder = tmp_path_factory.mktemp("stopped")
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Stopped):
        stop_at(patch, 10)
        runs.train_in_folder(folder, settings, every=EVERY)
    return folder


@pytest.fixture
def halfway(stopped, tmp_path):
    """A copy of it."""
    return Path(shutil.copytree(stopped, tmp_path / "run"))
