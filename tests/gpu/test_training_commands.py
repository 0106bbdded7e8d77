"""gradgap train, sweep, phase, cumulative, exact, constructions: what they write, print, refuse."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from gpu_checks import train as training
from gpu_checks.commands import Training
from gpu_checks.phase.analysis import FATES
from gpu_checks.phase.phase import PRESETS
from gpu_checks.settings import Settings
from tests.command_line import gradgap

TINY = ["--size", "1", "--steps", "3", "--prompts", "4", "--group", "4", "--threads", "1"]


def run(*arguments: object) -> tuple[int, str, str]:
    done = gradgap(*map(str, arguments))
    return done.returncode, done.stdout, done.stderr.strip()


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[int, str, str]]:
    """The folder of a run, and what its command answered."""
    out = tmp_path_factory.mktemp("trained") / "run"
    return out, run("train", "copy", "--out", out, *TINY, "--json")


def test_train_writes_a_folder_and_prints_json_alone(
    trained: tuple[Path, tuple[int, str, str]],
) -> None:
    out, (code, stdout, stderr) = trained
    assert code == 0
    (row,) = json.loads(stdout)
    assert row["task"] == "copy" and 0 <= row["final_success"] <= 1
    assert row["fate"] in FATES and row["safe_step"] > 0
    names = {path.name for path in out.iterdir()}
    expected = {
        "settings.json",
        "log.jsonl",
        "checkpoint.pt",
        "result.csv",
        "curves.png",
        "safe_steps.csv",
    }
    assert names == expected and str(out) in stderr
    assert len((out / "log.jsonl").read_text().splitlines()) == 3


def test_a_finished_run_is_shown_again_and_not_trained_again(
    trained: tuple[Path, tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(training, "advance", never)
    out, (_, first, _) = trained
    assert run("train", "copy", "--out", out, *TINY, "--json")[1] == first
    code, shown, _ = run("train", "copy", "--out", out, *TINY)
    assert code == 0 and "fate" in shown and "safe_step" in shown


def test_other_settings_in_the_same_folder_are_refused(
    trained: tuple[Path, tuple[int, str, str]],
) -> None:
    code, _, message = run("train", "copy", "--out", trained[0], *TINY, "--seed", 1)
    assert code == 2 and "other settings" in message and "\n" not in message


@pytest.mark.slow
def test_sweep_trains_every_step_size_with_every_seed(tmp_path: Path) -> None:
    out = tmp_path / "sweep"
    common = ("sweep", "copy", "--out", out, *TINY, "--json")
    code, stdout, _ = run(*common, "--step-sizes", "0.01,1", "--seeds", 3)
    cells = {(row["step_size"], row["seed"]) for row in json.loads(stdout)}
    assert code == 0 and cells == {(x, s) for x in (0.01, 1.0) for s in (0, 1, 2)}


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["train", "sums"], "sums"),
        (["train", "copy", "--algorithm", "ppo"], "ppo"),
        (["train", "copy", "--step-size", "nan"], "nan"),
        (["train", "copy", "--start", "1.5"], "1.5"),
        (["train", "brackets", "--alphabet", "3"], "3"),
        (["train", "copy", "--device", "abacus"], "abacus"),
        (["sweep", "copy", "--step-sizes", "0.1,fast"], "fast"),
        (["sweep", "copy", "--step-sizes", ""], "--step-sizes"),
        (["sweep", "copy", "--step-sizes", "0.1,,1"], "--step-sizes"),
        (["train", "copy", "--width", "9"], "9"),
        (["phase", "--preset", "huge"], "huge"),
        (["cumulative", "--preset", "huge"], "huge"),
        (["exact", "--preset", "huge"], "huge"),
    ],
)
def test_bad_input_is_one_line_that_names_the_value(
    tmp_path: Path, arguments: list[str], named: str
) -> None:
    code, stdout, message = run(*arguments, "--out", tmp_path / "out")
    assert code == 2 and named in message and "\n" not in message and stdout == ""


@pytest.mark.slow
def test_an_overflow_is_said_and_is_no_success(tmp_path: Path) -> None:
    code, stdout, message = run("train", "copy", "--out", tmp_path, *TINY, "--step-size", "1e30")
    assert code == 1 and "overflow" in stdout and "1 of 1 runs overflowed" in message


def test_no_updates_at_all_are_no_error(tmp_path: Path) -> None:
    arguments = ("train", "copy", "--out", tmp_path / "run", *TINY[:2], *TINY[4:], "--steps", 0)
    code, stdout, _ = run(*arguments, "--json")
    (row,) = json.loads(stdout)
    assert code == 0 and row["fate"] == "unknown" and row["safe_step"] > 0


@pytest.mark.slow
def test_a_run_that_starts_without_a_success_is_shown_too(tmp_path: Path) -> None:
    long = ("--size", 4, *TINY[2:], "--start", 0, "--json")
    code, stdout, _ = run("train", "reverse", "--out", tmp_path / "run", *long)
    (row,) = json.loads(stdout)
    assert code == 0 and row["start"] == 0 and row["fate"] == "unknown"


def test_every_setting_of_a_run_has_an_option(tmp_path: Path) -> None:
    names = {field.name for field in fields(Settings)} - {"step_sizes", "seeds"}
    options = {field.name for field in fields(Training)}
    assert names <= options
    shape = ("--width", 8, "--layers", 1, "--heads", 1, "--step", "adamw", "--decay", 0.1)
    assert run("train", "copy", "--out", tmp_path / "run", *TINY, *shape)[0] == 0
    written = json.loads((tmp_path / "run" / "settings.json").read_text())["settings"]
    assert (written["width"], written["layers"], written["decay"]) == (8, 1, 0.1)


def test_the_help_of_phase_names_every_preset() -> None:
    shown = " ".join(run("phase", "--help")[1].split())
    assert [name for name in PRESETS if name not in shown] == []


@pytest.mark.slow
def test_phase_writes_tables_and_figures(tmp_path: Path) -> None:
    code, stdout, stderr = run(
        "phase", "--preset", "smoke", "--out", tmp_path, "--threads", 1, "--json"
    )
    assert code == 0 and "phase_length.png" in stderr
    assert {row["size"] for row in json.loads(stdout)} == {1, 2, 3}
    document = json.loads((tmp_path / "record.json").read_text())
    assert document["command"] == "gradgap phase --preset smoke --device cpu"
    assert set(document["versions"]) == {"python", "gradgap", "torch", "numpy"}


def test_constructions_count_no_violation_and_stop_at_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = ("constructions", "--instances", 300, "--steps", 8, "--eager", "--threads", 1)
    code, stdout, _ = run(*few, "--json", "--out", tmp_path / "out")
    document = json.loads(stdout)
    assert code == 0 and (tmp_path / "out" / "constructions.json").exists()
    assert {"theorem_2", "theorem_4", "eta_safe", "token_eta_safe"} <= set(document["claims"])
    assert all(row["violations"] == 0 for row in document["claims"].values())
    assert run(*few, "--out", tmp_path / "out")[0] == 2

    from gpu_checks.constructions import fused

    def broken(*_: object) -> None:
        raise fused.Violated("theorem_2: step 3 of instance 7")

    monkeypatch.setattr(fused, "study", broken)
    code, _, stderr = run(*few)
    assert code == 1 and "instance 7" in stderr


def test_an_exact_study_that_meets_a_violation_exits_with_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from gpu_checks.exact import study as exact_study
    from gpu_checks.exact.exact import Violated

    def broken(*_: object) -> None:
        raise Violated("sharp_step", "left <= right", left=2.0, right=1.0)

    monkeypatch.setattr(exact_study, "study", broken)
    code, _, stderr = run("exact", "--preset", "smoke")
    assert code == 1 and "sharp_step" in stderr


@pytest.mark.slow
def test_without_torch_the_command_says_what_to_install_and_others_work(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('no torch here')\n")
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import gradgap; "
        "sys.argv = ['gradgap', *sys.argv[1:]]; gradgap.main()"
    )

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", program, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    refused = call("train", "copy", "--out", str(tmp_path / "run"))
    assert refused.returncode == 2 and "pip install" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert call("sharpness").returncode == 0
