"""Phase diagrams: what is trained, what is predicted for it, and that it can be interrupted."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from gpu_checks import prediction, runs, train
from gpu_checks.phase import phase
from gpu_checks.phase import report as phase_report
from gpu_checks.phase.phase import Population, populations
from gpu_checks.runs import NotResumable

Tables = dict[str, list[dict[str, Any]]]


def nothing(done: int, total: int) -> None:
    pass


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tables]:
    folder = tmp_path_factory.mktemp("smoke")
    return folder, phase.train_populations(folder, "smoke", "cpu", nothing)


@pytest.mark.parametrize("preset", sorted(phase.PRESETS))
def test_each_population_of_a_preset_has_its_own_folder_and_every_step_with_every_seed(
    preset: str,
) -> None:
    chosen = populations(preset)
    assert len({one.name for one in chosen}) == len(chosen)
    for one in chosen:
        cells = [*zip(one.settings.step_sizes, one.settings.seeds, strict=True)]
        sizes, seeds = set(one.settings.step_sizes), set(one.settings.seeds)
        assert len(cells) == len(set(cells)) == len(sizes) * len(seeds)
        # Eight seeds for the diagrams; the table of algorithms and the trial have fewer.
        assert len(seeds) >= (8 if preset in ("laptop", "gpu") else 3)


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(ValueError, match="huge"):
        populations("huge")


def test_steps_are_a_power_of_two_apart() -> None:
    assert phase.steps_between(0.5, 4.0) == (0.5, 1.0, 2.0, 4.0)
    assert phase.steps_between(1.0, 2.0, 2) == pytest.approx((1.0, math.sqrt(2), 2.0))


@pytest.mark.slow
def test_everything_is_compared_from_the_same_start(smoke: tuple[Path, Tables]) -> None:
    folder, tables = smoke
    assert {row["start"] for row in tables["runs"]} == {
        row["start"] for row in tables["predictions"]
    }
    one = populations("smoke")[0]
    theta, rates = phase.starts(folder)(one.settings, "cpu")
    for seed in set(one.settings.seeds):
        same = [r for r, s in enumerate(one.settings.seeds) if s == seed]
        assert all(torch.equal(theta[r], theta[same[0]]) for r in same)
    other = replace(one.settings, algorithm="grpo", steps=3)
    again, again_rates = phase.starts(folder)(other, "cpu")
    assert torch.equal(theta, again) and torch.equal(rates, again_rates)


@pytest.mark.slow
def test_the_kept_start_is_the_one_that_would_be_made(
    smoke: tuple[Path, Tables], tmp_path: Path
) -> None:
    one = populations("smoke")[1].settings
    kept = phase.starts(smoke[0])(one, "cpu")
    made = phase.starts(tmp_path)(one, "cpu")
    assert torch.equal(kept[0], made[0]) and torch.equal(kept[1], made[1])


@pytest.mark.slow
def test_every_run_has_a_prediction_and_a_fate(smoke: tuple[Path, Tables]) -> None:
    _, tables = smoke
    assert len(tables["runs"]) == 27 and len(tables["predictions"]) == 9
    keys = {(row["size"], row["seed"]) for row in tables["predictions"]}
    assert keys == {(row["size"], row["seed"]) for row in tables["runs"]}
    assert all(row["fate"] for row in tables["runs"])


@pytest.mark.slow
def test_the_prediction_is_that_of_the_first_update(smoke: tuple[Path, Tables]) -> None:
    """From the start on record, made again: same direction, same numbers."""
    folder, tables = smoke
    one = populations("smoke")[0].settings
    first = replace(one, seeds=(0, 1, 2), step_sizes=(1.0,) * 3)
    theta, rates = phase.starts(folder)(first, "cpu")
    made = prediction.safe_steps(first, theta, rates)
    kept = [row for row in tables["predictions"] if row["size"] == one.size]
    for row, other in zip(made, kept, strict=True):
        assert row["seed"] == other["seed"]
        assert row["safe_step"] == pytest.approx(other["safe_step"], nan_ok=True)
    state = train.begin(first, theta)
    _, measured = train.advance(replace(first, algorithm="dr-grpo"), state)
    norms = [row["update_norm"] for row in made]
    # The halves have the groups of the whole batch, so their mean is its gradient.
    assert measured["gradient_norm"].tolist() == pytest.approx(norms, rel=1e-4)


@pytest.mark.slow
def test_a_stopped_study_goes_on_to_the_same_bits(
    smoke: tuple[Path, Tables], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    advance, left = train.advance, [9]

    def stopping(*arguments: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return advance(*arguments)

    monkeypatch.setattr(train, "advance", stopping)
    with pytest.raises(KeyboardInterrupt):
        phase.train_populations(tmp_path, "smoke", "cpu", nothing)
    monkeypatch.setattr(train, "advance", advance)
    tables = phase.train_populations(tmp_path, "smoke", "cpu", nothing)
    whole = phase_report.files(smoke[1], "smoke", "cpu")
    assert phase_report.files(tables, "smoke", "cpu") == whole
    for log in smoke[0].glob("runs/*/log.jsonl"):
        assert (tmp_path / log.relative_to(smoke[0])).read_bytes() == log.read_bytes()


@pytest.mark.slow
def test_a_finished_study_is_not_trained_again(
    smoke: tuple[Path, Tables], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr(train, "advance", never)
    monkeypatch.setattr(prediction, "safe_steps", never)
    assert phase.train_populations(smoke[0], "smoke", "cpu", nothing).keys() == smoke[1].keys()


@pytest.mark.slow
def test_a_folder_of_another_study_is_refused(
    smoke: tuple[Path, Tables], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(smoke[0], tmp_path / "study"))
    longer = [
        Population(one.diagram, replace(one.settings, steps=7)) for one in populations("smoke")
    ]
    monkeypatch.setitem(phase.PRESETS, "smoke", lambda: longer)
    with pytest.raises(NotResumable, match="other settings"):
        phase.train_populations(folder, "smoke", "cpu", nothing)


@pytest.mark.slow
def test_a_damaged_start_is_refused(smoke: tuple[Path, Tables], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(smoke[0], tmp_path / "study"))
    path = next((folder / "starts").iterdir())
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(NotResumable, match=path.name):
        for one in populations("smoke"):
            phase.starts(folder)(one.settings, "cpu")


@pytest.mark.slow
def test_figures_and_tables_are_written_and_the_record_is_json(
    smoke: tuple[Path, Tables], tmp_path: Path
) -> None:
    from numeric.core import record

    written = record.write(tmp_path, phase_report.files(smoke[1], "smoke", "cpu"))
    assert {path.name for path in written} == {
        *(f"{name}.csv" for name in phase_report.TABLES),
        "record.json",
    }
    figures = phase_report.draw(tmp_path)
    assert set(figures) == {"phase_length.png", "phase_length_modes.png", "phase_length_law.png"}
    assert all(content.startswith(b"\x89PNG") for content in figures.values())
    (tmp_path / "predictions.csv").unlink()
    with pytest.raises(FileNotFoundError):
        phase_report.draw(tmp_path)


@pytest.mark.slow
def test_only_the_seeds_make_a_start(smoke: tuple[Path, Tables]) -> None:
    one = populations("smoke")[0].settings
    changed = replace(one, algorithm="gspo", steps=99, inner=3, clip=0.1)
    assert phase.basis(one) == phase.basis(changed)
    assert phase.basis(one) != phase.basis(replace(one, start=0.5))
    assert runs.settings_of(smoke[0] / "runs" / populations("smoke")[0].name) == one
