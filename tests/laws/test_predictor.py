"""The recorded table of predictors is what the recorded runs say, and judges them fairly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gpu_checks.phase import predictor
from numeric.core import record

PAGE = Path(__file__).parents[2] / "proofs_notes" / "training.md"
SAFE = predictor.QUANTITIES["safe step"]


def made_up(factors: list[float], cells: list[int]) -> dict[str, np.ndarray]:
    """Thresholds that are these factors times the safe step, in these cells."""
    safe = np.array([0.5, 2.0, 3.0, 0.1])
    same = {name: np.array(["x"] * 4) for name in predictor.analysis.PANEL}
    places = {name: np.array(cells) for name in ("size", "longest", "level")}
    return {**same, **places, "safe_step": safe, "threshold": np.array(factors) * safe}


def test_the_committed_table_is_what_the_command_makes():
    assert record.as_csv(predictor.table()) == predictor.TABLE.read_text()


def test_a_law_that_holds_is_found_and_a_cell_that_breaks_it_is_seen():
    assert predictor.left_out(made_up([3, 3, 3, 3], [1, 2, 3, 4]), SAFE) == pytest.approx(0)
    broken = np.exp(predictor.left_out(made_up([3, 3, 3, 12], [1, 2, 3, 4]), SAFE))
    assert broken == pytest.approx([1, 1, 1, 4])


def test_no_cell_is_judged_by_its_own_thresholds():
    found = np.exp(predictor.left_out(made_up([3, 3, 12, 12], [1, 1, 2, 2]), SAFE))
    assert found == pytest.approx([1 / 4, 1 / 4, 4, 4])


def test_no_run_of_the_fit_is_among_the_others():
    of_fit = predictor.measured(predictor.RESULTS / "phase")
    tasks = predictor.measured(predictor.RESULTS / "tasks")
    assert not set(of_fit["task"]) & set(tasks["task"])
    assert np.isfinite(tasks["threshold"]).all() and (tasks["threshold"] > 0).all()


def test_the_page_states_the_table():
    page = PAGE.read_text(encoding="utf-8")
    for row in predictor.analysis.rows(record.read_csv(predictor.TABLE)):
        if row["predictor"] in ("safe step", "1/|g|", "T^-3/2/|g|"):
            cells = (row["half_within"], row["most_within"], row["min"], row["median"], row["max"])
            assert " | ".join(f"{x:.2g}" for x in cells) in page, row
