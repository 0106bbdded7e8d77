"""The recorded calibration is what the recorded runs say, and the page says the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gpu_checks.phase import calibration
from numeric.core import record

PHASE = calibration.RESULTS / "phase"
PAGE = Path(__file__).parents[2] / "proofs_notes" / "training.md"


def made():
    tables = (record.read_csv(PHASE / f"{name}.csv") for name in ("runs", "predictions"))
    return calibration.calibration(*tables)


def test_the_committed_table_is_what_the_command_makes():
    assert record.as_csv(made()) == calibration.TABLE.read_text()


def test_every_run_is_in_one_bin_of_its_group():
    rows = made()
    assert sum(row["runs"] for row in rows if row["algorithm"] == "all") == 896
    lengths = [row for row in rows if row["longest"] != "all"]
    assert sum(row["runs"] for row in lengths) == 896
    assert all(row["low"] <= row["share"] <= row["high"] for row in rows)


def test_the_page_states_these_counts():
    page = PAGE.read_text(encoding="utf-8")
    for row in calibration.recorded():
        assert f"| {int(row['collapsed'])} of {int(row['runs'])} | {row['share']:.0%} |" in page


def test_a_run_that_collapses_below_the_safe_step_is_counted_there():
    runs = record.read_csv(PHASE / "runs.csv")
    safe = calibration.analysis.safe_steps(runs, record.read_csv(PHASE / "predictions.csv"))
    first = int(np.flatnonzero(runs["step_size"] <= safe)[0])
    runs["final_success"][first], runs["homogeneous"][first] = 0.0, 1.0
    (row, *_) = calibration.calibration(runs, record.read_csv(PHASE / "predictions.csv"))
    assert row["collapsed"] == 1


@pytest.mark.parametrize(("ratio", "up_to"), [(0.5, 1), (1, 1), (1.01, 2), (16, 16), (1e9, np.inf)])
def test_a_ratio_finds_its_bin(ratio, up_to):
    assert calibration.risk(ratio, calibration.recorded())["up_to"] == up_to


@pytest.mark.parametrize("ratio", [0.0, -1.0, float("nan")])
def test_what_is_no_ratio_is_refused(ratio):
    with pytest.raises(ValueError, match="positive"):
        calibration.risk(ratio, calibration.recorded())
