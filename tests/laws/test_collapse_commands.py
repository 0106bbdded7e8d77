"""``gradgap simulate collapse``, ``sharpness`` and ``worst-case``, as a person or a script meets
them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.command_line import assert_refused, gradgap


@pytest.mark.slow
def test_simulate_writes_a_table_a_record_and_a_figure_once(tmp_path: Path) -> None:
    folder = tmp_path / "results"
    done = gradgap("simulate", "collapse", "--T", "2", "--out", str(folder), "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == json.loads((folder / "collapse.json").read_text())
    with (folder / "collapse.csv").open() as file:
        assert len(list(csv.DictReader(file))) > 100
    assert (folder / "collapse.png").read_bytes().startswith(b"\x89PNG")
    assert_refused(gradgap("simulate", "collapse", "--T", "2", "--out", str(folder)), "overwritten")


@pytest.mark.parametrize(
    "args",
    [("--J", "1"), ("--L", "-1"), ("--J", "half"), ("--T", "0")],
    ids=" ".join,
)
def test_simulate_refuses_what_has_no_instance(args: tuple[str, ...]) -> None:
    assert_refused(gradgap("simulate", "collapse", *args))


def test_sharpness_prints_both_sides_and_the_ratio() -> None:
    done = gradgap("sharpness")
    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines())) <= 90
    assert "collapse over safe: 540 (paper), 1 (ours)" in done.stdout


def test_sharpness_has_json_and_a_figure(tmp_path: Path) -> None:
    figure = tmp_path / "sharpness.png"
    done = gradgap("sharpness", "--json", "--figure", str(figure))
    assert json.loads(done.stdout)["collapse_over_safe"] == {"paper": 540.0, "ours": 1.0}
    assert figure.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("ratio", ["0.5", "nan"])
def test_sharpness_refuses_a_score_bound_below_the_root(ratio: str) -> None:
    assert_refused(gradgap("sharpness", f"--ratio={ratio}"))


CONSTANTS = ("--J=0.1", "--gap=0.5", "--L=1", "--G=1")


def test_worst_case_prints_certified_ends_beside_the_proved_ranges() -> None:
    done = gradgap("worst-case", *CONSTANTS, "--eta=0.5", "--json")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    lowest, highest = found["proved"]["sharp_step"]
    assert lowest <= found["least"]["lower"] <= found["least"]["change"]
    assert found["greatest"]["change"] <= found["greatest"]["upper"] <= highest
    table = gradgap("worst-case", *CONSTANTS, "--eta=0.5").stdout
    assert max(map(len, table.splitlines())) <= 100


@pytest.mark.parametrize(
    ("name", "value"),
    [("J", "nan"), ("gap", "50"), ("eta", "-1")],
)
def test_worst_case_refuses_what_no_update_has(name: str, value: str) -> None:
    kept = [c for c in (*CONSTANTS, "--eta=0.5") if not c.startswith(f"--{name}=")]
    assert_refused(gradgap("worst-case", *kept, f"--{name}={value}"))
