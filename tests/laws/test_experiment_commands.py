"""``gradgap simulate bandit | laboratory | two-stage`` and ``gradgap figures``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from numeric.figures import DRAWN, RESULTS
from tests.command_line import assert_refused, gradgap

SMALL = {
    "bandit": ("--seeds", "2", "--steps", "8", "--jobs", "1"),
    "laboratory": ("--seeds", "2"),
    "two-stage": ("--seeds", "2"),
}


@pytest.mark.slow
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
    assert_refused(gradgap("simulate", name, "--out", str(folder)), "not empty")


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


@pytest.mark.slow
def test_all_figures_are_written_once(
    drawn: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gradgap.all_figures", lambda results: drawn)
    done = gradgap("figures", "--out", str(tmp_path / "slides"))
    assert done.returncode == 0, done.stderr
    assert {path.name: path.read_bytes() for path in (tmp_path / "slides").iterdir()} == drawn
    assert_refused(gradgap("figures", "--out", str(tmp_path / "slides")), "exists")


def test_figures_of_nothing_or_of_half_a_table_are_refused(tmp_path: Path) -> None:
    arguments = ("figures", "--results", str(tmp_path), "--out", str(tmp_path / "slides"))
    assert_refused(gradgap(*arguments), "has none of the folders")
    folder = shutil.copytree(RESULTS / "two_stage", tmp_path / "two_stage")
    table = folder / "curves.csv"
    table.write_bytes(table.read_bytes()[:-10])
    assert_refused(gradgap(*arguments))
    assert not (tmp_path / "slides").exists()
