"""The commands as a person or a script meets them: ``check``, ``simulate``, ``sharpness``,
``worst-case``, ``figures``, ``latex`` and ``explain``."""

from __future__ import annotations

import csv
import json
import shutil
import xml.etree.ElementTree as ET
from fractions import Fraction
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.figures import DRAWN, RESULTS
from tests.command_line import assert_refused, gradgap
from tests.depth import examples

KEYS = {
    *("assuming", "asked", "verdict", "reason", "method", "counterexample", "certified"),
    *("evidence", "suggestion", "effort", "steps", "seconds"),
}


def check(*args: str, stdin: str = "") -> CompletedProcess[str]:
    return gradgap("check", *args, stdin=stdin)


@pytest.mark.parametrize(
    ("args", "code", "verdict"),
    [
        (("log(x) <= x - 1", "--assume", "0 < x"), 0, "proved"),
        (("exp(x) >= 1 + x",), 0, "proved"),
        (("(1 - J)/2 <= 1/(4*J)", "-a", "0 < J < 1"), 0, "proved"),
        (("-a^2 <= 0", "--assume", "-1 <= a"), 0, "proved"),
        (("exp(x) <= 1 + x + x**2",), 1, "refuted"),
        (("x*log(x) >= 0", "-a", "0 < x <= 1"), 1, "refuted"),
        (("sin(4*pi/7) == cos(pi/14)", "--effort", "1"), 3, "undecided"),
        (("sin(x) < 1", "--effort", "4"), 1, "refuted"),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, tuple) else None,
)
def test_the_exit_code_says_the_verdict(args: tuple[str, ...], code: int, verdict: str) -> None:
    done = check(*args, "--json")
    assert done.returncode == code, done.stderr
    answer = json.loads(done.stdout)
    assert set(answer) == KEYS and answer["verdict"] == verdict
    assert answer["certified"] == (verdict != "undecided")
    assert (answer["counterexample"] is not None) == (verdict == "refuted")


def test_a_refutation_is_an_exact_point() -> None:
    answer = json.loads(check("x**2 >= x", "--json").stdout)
    x = Fraction(answer["counterexample"]["x"])
    assert x**2 < x


def test_an_answer_is_kept_and_checked_again(tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    first = check("x**3 >= x**2", "--certificate", str(path), "--json")
    assert first.returncode == 1 and json.loads(first.stdout)["suggestion"] == "1 <= x"
    done = gradgap("recheck", str(path), "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["accepted"] is True
    assert_refused(check("x**3 >= x**2", "--certificate", str(path)), "exists already")
    path.write_text(path.read_text().replace('"x**2 <= x**3"', '"x**2 <= x**2"'))
    assert gradgap("recheck", str(path)).returncode == 1
    path.write_text("{}")
    assert_refused(gradgap("recheck", str(path)), "is no certificate")


def test_a_formula_comes_from_standard_input() -> None:
    assert check("-", "--json", stdin="x**2 >= 0\n").returncode == 0


@pytest.mark.parametrize(
    "formula",
    [
        "x.__class__ < 1",
        "__import__('os') < 1",
        "x < 10**10**10",
        "(" * 100_000 + "x" + ")" * 100_000 + " < 1",
        "х < 1",  # a Cyrillic letter
        "x =< 1",
        "x",
        "",
        "x <",
        "x ! 1",
        "1 < 2 3",
    ],
    ids=lambda x: ascii(x)[:30],
)
def test_bad_input_is_one_line(formula: str) -> None:
    assert_refused(check("-", stdin=formula))


def test_a_bad_assumption_is_named() -> None:
    where = "assumption 2, '-2 <= x => x < 0', column 9: expected one =>"
    assert_refused(check("-x<1", "-a", "-x < 3", "-a", "-2 <= x => x < 0"), where)
    assert "No such option: --asume" in check("-x < 1", "--asume", "-x < 3").stderr


def test_ten_megabytes_are_refused_unread() -> None:
    assert_refused(check("-", stdin="1+" * 5_000_000 + "1 > 0"), "characters")


def test_the_clock_says_that_it_was_the_clock() -> None:
    """A hundredth of a second: less than a worker takes to start, on any machine."""
    done = check("sin(4*pi/7) == cos(pi/14)", "--timeout", "0.01", "--json")
    assert (done.returncode, json.loads(done.stdout)["reason"]) == (3, "no time")


@pytest.mark.slow
@given(st.text(alphabet="xyJ0123456789.+-*/^()<>= ,elogsqrtinabmpx", max_size=40))
@examples(150)
def test_no_text_makes_a_traceback(text: str) -> None:
    done = check("--effort", "0.05", "--json", "--", text)
    if done.returncode == 2:
        assert_refused(done)
    else:
        assert done.returncode in (0, 1, 3)
        assert set(json.loads(done.stdout)) == KEYS


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


def test_figures_refuse_an_earlier_folder_before_they_draw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old.png").touch()
    monkeypatch.setattr("gradgap.all_figures", None)  # calling it would be a traceback
    assert_refused(gradgap("figures", "--out", str(tmp_path)), "not empty")
    with pytest.raises(TypeError):
        gradgap("figures", "--out", str(tmp_path), "--overwrite")


def test_figures_of_nothing_or_of_half_a_table_are_refused(tmp_path: Path) -> None:
    arguments = ("figures", "--results", str(tmp_path), "--out", str(tmp_path / "slides"))
    assert_refused(gradgap(*arguments), "has none of the folders")
    folder = shutil.copytree(RESULTS / "two_stage", tmp_path / "two_stage")
    table = folder / "curves.csv"
    table.write_bytes(table.read_bytes()[:-10])
    assert_refused(gradgap(*arguments))
    assert not (tmp_path / "slides").exists()


@pytest.mark.slow
def test_a_claim_is_printed_to_paste() -> None:
    done = gradgap("latex", "sharp_step", "expansion_printed")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(r"\begin{ggclaim}") == 2
    assert r"\ggbadge{proved}" in done.stdout and r"\ggbadge{refuted}" in done.stdout


def test_the_preamble_has_what_fragments_use() -> None:
    done = gradgap("latex", "--preamble")
    assert r"\newenvironment{ggclaim}" in done.stdout


@pytest.mark.slow
def test_without_tex_the_sources_are_written_and_the_message_says_what_to_install(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "paper"
    done = gradgap("latex", "jensen_exp", "--document", "-o", str(folder), PATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "texlive" in done.stderr
    assert (folder / "archive.tex").is_file() and not list(folder.glob("*.pdf"))
    assert_refused(gradgap("latex", "jensen_exp", "--document", "-o", str(folder)), "exists")


@pytest.mark.parametrize(
    "args", [("--document",), ("sharp_step", "-o", "x"), ("sharp_stop",)], ids=" ".join
)
def test_latex_refuses_what_it_cannot_do(args: tuple[str, ...]) -> None:
    assert_refused(gradgap("latex", *args))


@pytest.mark.slow
def test_a_derivation_is_printed_with_its_claim() -> None:
    done = gradgap("explain", "eta_safe", "--derivation")
    assert done.returncode == 0, done.stderr
    assert "1. " in done.stdout
    missing = gradgap("explain", "tower_property", "--derivation")
    assert missing.returncode == 2 and "no derivation of tower_property" in missing.stderr


@pytest.mark.slow
def test_the_picture_of_a_claim_shows_what_it_rests_on(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "sharp_step.svg"
    done = gradgap("explain", "sharp_step", "--graph", str(path))
    assert done.returncode == 0, done.stderr
    text = " ".join(ET.parse(path).getroot().itertext())
    assert "smoothness_remainder" in text and "theorem_1b_sharp" in text
    assert "psi1_norm" not in text and "corollary_1" not in text
