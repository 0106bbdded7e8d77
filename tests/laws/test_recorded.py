"""What the document says was measured, and below its figures, is what is on record and is drawn."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gpu_checks import figures as trained
from numeric.core.record import read_csv
from numeric.course.recorded import numbers
from numeric.figures import CAPTIONS, RESULTS


@pytest.mark.slow
def test_every_figure_has_a_caption_and_every_caption_a_figure(drawn: dict[str, bytes]) -> None:
    assert {f"{name}.png" for name in CAPTIONS | trained.CAPTIONS} == set(drawn)


def test_recorded_numbers_are_those_of_the_tables() -> None:
    said = numbers()
    ratios = read_csv(RESULTS / "laboratory" / "ratios.csv")
    for name, value in said.items():
        if name.startswith("Smallest harmful step"):
            least = min(float(part) for part in value.split(","))
            assert least >= 1  # `eta_safe` is proved for these constants
            assert any(f"{x:.3g}" == value.split(",")[0] for x in ratios["min"])
    moments = read_csv(RESULTS / "two_stage" / "moments.csv")
    stages = [value for name, value in said.items() if name.startswith("Two stages")]
    assert len(stages) == 2
    for value in stages:
        formula, observed = value.split(" and ")
        assert formula == observed and int(formula) in moments["k"]


def test_a_changed_table_changes_what_is_said_and_a_missing_one_is_named(tmp_path: Path) -> None:
    results = Path(shutil.copytree(RESULTS, tmp_path / "results"))
    table = results / "laboratory" / "ratios.csv"
    text = table.read_text(encoding="utf-8")
    assert "2.1926998395158726" in text
    table.write_text(text.replace("2.1926998395158726", "3.25"), encoding="utf-8")
    changed = {name for name, value in numbers(results).items() if numbers()[name] != value}
    assert len(changed) == 1
    table.unlink()
    with pytest.raises(FileNotFoundError, match="ratios"):
        numbers(results)
