"""The paper's Figure 2 on our models: the cumulative gap from logs, and how log odds follow it."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from gpu_checks.cumulative import cumulative
from gpu_checks.cumulative import figures as cumulative_figures
from gpu_checks.phase.analysis import log_odds
from gpu_checks.settings import Settings
from numeric.core import record


def test_the_cumulative_gap_adds_the_positive_part_and_nothing_where_it_is_missing() -> None:
    gap = np.array([[2.0, -1.0], [np.nan, 3.0], [1.0, 1.0]])
    length = np.array([[0.5, 0.5], [1.0, 1.0], [2.0, 0.25]])
    M = cumulative.cumulative(gap, length)
    # M(k) of (14) sums the updates before k.
    assert M.tolist() == [[0.0, 0.0], [1.0, 0.0], [1.0, 3.0]]
    signed = cumulative.cumulative(gap, length, positive=False)
    assert signed.tolist() == [[0.0, 0.0], [1.0, -0.5], [1.0, 2.5]]


def made_up(slope: float) -> list[dict[str, object]]:
    """A run whose log odds are `slope` times M, from 0.05 on, and updates near 0 and 1 besides."""
    start = log_odds(0.05)
    rows: list[dict[str, object]] = []
    for step in range(60):
        M = step * 0.3 / slope
        success = 1 / (1 + math.exp(-(start + slope * M)))
        row = {"task": "copy", "algorithm": "grpo", "estimate": "halves", "steps": "short"}
        row |= {"seed": 0, "start": 0.05}
        rows.append({**row, "step": step, "success": success, "cumulative_gap": M})
    return rows


@pytest.mark.parametrize("slope", [1.0, 0.5])
def test_the_slope_of_the_log_odds_is_found(slope: float) -> None:
    (found,) = cumulative.slopes(made_up(slope))
    assert found["slope"] == pytest.approx(slope)
    # Log odds from 0.02 to 0.98 are two times 3.9; 0.3 an update.
    assert 20 <= found["updates"] <= 24


def test_there_is_no_slope_without_a_gap() -> None:
    rows = [{**row, "cumulative_gap": 0.0} for row in made_up(1.0)]
    assert cumulative.slopes(rows)[0]["slope"] is None


def test_the_rows_are_those_of_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(step_sizes=(0.002, 0.02), seeds=(3, 5))
    log = {
        "step": np.array([0.0, 1.0]),
        "success": np.array([[0.1, 0.2], [0.3, 0.4]]),
        "gap": np.array([[1.0, 2.0], [np.nan, 4.0]]),
        "gap_of_norm": np.array([[5.0, 6.0], [7.0, 8.0]]),
        "step_length": np.array([[0.5, 0.5], [0.5, 0.5]]),
    }
    monkeypatch.setattr(cumulative, "EVERY", 1)
    rows = cumulative.updates(settings, [0.3, 0.31], log)
    assert len(rows) == 3 * 2 * 2
    last = [row for row in rows if row["seed"] == 5 and row["step"] == 1]
    M = {row["estimate"]: row["cumulative_gap"] for row in last}
    assert M == {"halves": 1.0, "signed": 1.0, "norm": 3.0}
    assert all(row["success"] == 0.4 and row["start"] == 0.31 for row in last)
    assert {row["steps"] for row in last} == {"long"}
    # Every second update only: the sum is still over all of them.
    monkeypatch.setattr(cumulative, "EVERY", 2)
    log = {name: np.concatenate([values, values[:1]]) for name, values in log.items()}
    thinned = cumulative.updates(settings, [0.3, 0.31], {**log, "step": np.arange(3.0)})
    assert {row["step"] for row in thinned} == {0, 2}
    assert max(row["cumulative_gap"] for row in thinned) == 7.0


def test_presets_cover_every_task_and_unknown_ones_are_refused() -> None:
    from gpu_checks.tasks import TASKS

    chosen = cumulative.populations("laptop")
    assert {one.task for one in chosen} == set(TASKS)
    assert {one.algorithm for one in chosen} == set(cumulative.STEP_SIZES)
    with pytest.raises(ValueError, match="huge"):
        cumulative.populations("huge")


@pytest.mark.slow
def test_a_small_study_is_trained_recorded_and_drawn(tmp_path: Path) -> None:
    rows = cumulative.train_populations(tmp_path, "smoke", "cpu", lambda done, total: None)
    again = cumulative.train_populations(tmp_path, "smoke", "cpu", lambda done, total: None)
    assert rows == again
    slopes = cumulative.slopes(rows)
    record.write(tmp_path, cumulative.files(rows, slopes, "smoke", "cpu"))
    figures = cumulative_figures.draw(tmp_path)
    assert set(figures) == {f"cumulative_{name}.png" for name in cumulative_figures.PICTURES}
    assert len(set(figures.values())) == 3
