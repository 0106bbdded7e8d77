"""``gradgap simulate bandit | laboratory | two-stage`` and ``gradgap figures``, as processes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gpu_checks import figures as trained
from numeric.figures import DRAWN, RESULTS, draw

SMALL = {
    "bandit": ("--seeds", "2", "--steps", "8", "--jobs", "1"),
    "laboratory": ("--seeds", "2"),
    "two-stage": ("--seeds", "2"),
}


def gradgap(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gradgap", *args]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("name", SMALL)
def test_an_experiment_writes_tables_a_record_and_figures_once(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "results"
    done = gradgap("simulate", name, *SMALL[name], "--out", str(folder), "--json")
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    (record,) = folder.glob("*.json")
    recorded = json.loads(record.read_text(encoding="utf-8"))
    assert {key: printed[key] for key in recorded} == recorded
    assert recorded["command"].startswith(f"gradgap simulate {name} --seeds 2")
    assert recorded["versions"].keys() >= {"python", "gradgap", "numpy"}
    drawn = DRAWN[name.replace("-", "_")](folder)
    assert {p.name for p in folder.glob("*.png")} == set(drawn)
    again = gradgap("simulate", name, "--out", str(folder))
    assert again.returncode == 2
    assert len(again.stderr.splitlines()) == 1
    assert "not empty" in again.stderr


@pytest.mark.parametrize(
    "args",
    [
        ("bandit", "--steps", "3"),
        ("bandit", "--seeds", "0"),
        ("laboratory", "--seed", "-1"),
        ("two-stage", "--seeds", "1"),
        ("walk",),
    ],
    ids=" ".join,
)
def test_an_experiment_without_meaning_is_refused(args: tuple[str, ...]) -> None:
    done = gradgap("simulate", *args)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert not done.stdout


def test_figures_are_drawn_from_the_recorded_tables(tmp_path: Path) -> None:
    done = gradgap("figures", "--out", str(tmp_path / "slides"))
    assert done.returncode == 0, done.stderr
    assert {p.name for p in (tmp_path / "slides").iterdir()} == set(draw()) | set(trained.draw())
    again = gradgap("figures", "--out", str(tmp_path / "slides"))
    assert again.returncode == 2 and "exists" in again.stderr


def test_figures_of_nothing_or_of_half_a_table_are_refused(tmp_path: Path) -> None:
    done = gradgap("figures", "--results", str(tmp_path), "--out", str(tmp_path / "slides"))
    assert done.returncode == 2 and "has none of the folders" in done.stderr
    folder = shutil.copytree(RESULTS / "two_stage", tmp_path / "two_stage")
    table = folder / "curves.csv"
    table.write_bytes(table.read_bytes()[:-10])
    done = gradgap("figures", "--results", str(tmp_path), "--out", str(tmp_path / "slides"))
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "slides").exists()
