"""The command line as a person or a script meets it: output, JSON, exit codes, bad input."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

CLAIM_FIELDS = {
    "slug",
    "paper_ref",
    "title",
    "kind",
    "verdict",
    "modulo",
    "obligations",
    "checkers",
    "corrected_by",
    "countermodel",
    "witness",
    "needed",
    "seconds",
}


def gradgap(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gradgap", *args]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_verify_json_is_all_there_is_on_standard_output() -> None:
    done = gradgap("verify", "normalisation", "theorem_1a_printed", "--json", "--jobs", "1")
    document = json.loads(done.stdout)
    assert done.returncode == 0
    assert [claim["slug"] for claim in document["claims"]] == [
        "normalisation",
        "theorem_1a_printed",
    ]
    for claim in document["claims"]:
        assert set(claim) >= CLAIM_FIELDS
        assert set(claim["modulo"]) <= {fact["name"] for fact in document["axioms"]}
    proved, refuted = document["claims"]
    assert (proved["verdict"], refuted["verdict"]) == ("proved", "refuted")
    assert proved["checkers"] == {"z3": "unsat", "cvc5": "unsat"}
    assert proved["witness"] is not None
    assert proved["countermodel"] is None
    assert refuted["countermodel"] is not None
    assert refuted["corrected_by"] == "theorem_1a"
    assert set(document["axioms"][0]) == {"name", "statement", "source"}


def test_the_table_names_claim_verdict_and_repair() -> None:
    done = gradgap("verify", "theorem_1a_printed")
    assert done.returncode == 0
    assert "theorem_1a_printed is refuted by J(0) = 1/2" in done.stdout
    assert "theorem_1a is the repair" in done.stdout
    assert "\x1b[" not in done.stdout + done.stderr


def test_explain_prints_statement_proof_and_axioms() -> None:
    done = gradgap("explain", "alignment_decomposition", "--steps")
    assert done.returncode == 0
    assert "given normalised" in done.stdout
    assert "modulo derivative_rules" in done.stdout
    assert "[conclude" in done.stdout


def test_threshold_prints_every_branch_and_the_binding_one() -> None:
    done = gradgap("threshold", "--J", "0.1", "--gap", "0.5", "--L", "1", "--G", "1", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert math.isclose(found["branches"]["2(1-J) gap/L"], 0.9)
    assert math.isclose(found["branches"]["2J gap/(L+G^2)"], 0.05)
    assert math.isclose(found["branches"]["gap/(L+G^2/2)"], 1 / 3)
    assert found["binding"] == "2(1-J) gap/L"
    assert math.isclose(found["safe"], 0.9)
    assert math.isclose(found["paper"], 0.5 / 18)
    assert math.isclose(found["converges"], 0.45)


def threshold_with(option: str, value: str) -> subprocess.CompletedProcess[str]:
    options = {**GOOD, option: value}
    return gradgap("threshold", *(word for pair in options.items() for word in pair))


GOOD = {"--J": "0.5", "--gap": "1", "--L": "1", "--G": "1"}


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--J", "0", "0 < J < 1"),
        ("--J", "1.5", "0 < J < 1"),
        ("--J", "nan", "finite"),
        ("--gap", "-1", "gap >= 0"),
        ("--gap", "inf", "finite"),
        ("--L", "0", "L > 0"),
        ("--L", "-2", "L > 0"),
        ("--G", "-1", "G >= 0"),
        ("--G", "nan", "finite"),
    ],
)
def test_a_constant_out_of_its_domain_is_named(option: str, value: str, says: str) -> None:
    done = threshold_with(option, value)
    assert_one_line(done, says, value)


@pytest.mark.parametrize(("option", "value"), [("--L", "1e-320"), ("--G", "1e200")])
def test_a_threshold_that_floats_cannot_hold_is_refused(option: str, value: str) -> None:
    assert_one_line(threshold_with(option, value), "leaves the range of floats")


def assert_one_line(done: subprocess.CompletedProcess[str], *says: str) -> None:
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    for words in says:
        assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("value", ["nan", "inf", "0", "-1", "soon"])
def test_a_time_limit_is_a_number_of_seconds(value: str) -> None:
    done = gradgap("verify", "normalisation", "--timeout", value)
    assert done.returncode == 2
    assert "--timeout" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["verify", "explain"])
def test_an_unknown_slug_is_one_line_and_exit_code_2(command: str) -> None:
    assert_one_line(gradgap(command, "theorem_9"), "theorem_9")


def test_recheck_refuses_a_folder_that_is_no_export(tmp_path: Path) -> None:
    assert_one_line(gradgap("recheck", str(tmp_path)), "manifest.json")
    assert_one_line(gradgap("recheck", str(tmp_path / "nowhere")), "nowhere")


def test_an_export_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("kept")
    done = gradgap("verify", "normalisation", "--export", str(tmp_path))
    assert_one_line(done, "--export")
    assert [p.name for p in tmp_path.iterdir()] == ["kept"]


def test_export_and_recheck_agree(tmp_path: Path) -> None:
    folder = tmp_path / "obligations"
    assert gradgap("verify", "normalisation", "--export", str(folder)).returncode == 0
    done = gradgap("recheck", str(folder), "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["accepted"] is True


@pytest.mark.parametrize("command", ["verify", "recheck", "explain", "threshold"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    done = gradgap(command, "--help")
    assert done.returncode == 0
    assert f"gradgap {command}" in done.stdout.split("Example:")[1]
