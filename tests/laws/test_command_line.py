"""The command line as a person or a script meets it: output, JSON, exit codes, bad input."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.command_line import assert_refused, gradgap

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
TOKEN_FIELDS = [
    "level",
    "T_psi",
    "mean_length",
    "paper",
    "paper_branches",
    "paper_binding",
    "paper_arm",
    "converges",
    "branches",
    "safe",
    "binding",
]


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


@pytest.mark.slow
def test_a_whole_process_says_the_same_and_stops_with_the_same_code() -> None:
    for args in (("explain", "theorem_9"), ("explain", "sharp_step")):
        command = [sys.executable, "-m", "gradgap", *args]
        environment = dict(os.environ)  # and not the COLUMNS that readline may have added
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        here = gradgap(*args)
        assert (done.returncode, done.stdout) == (here.returncode, here.stdout)
        assert len(done.stderr.splitlines()) == len(here.stderr.splitlines())


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


def test_the_trajectory_level_knows_nothing_of_lengths() -> None:
    found = json.loads(threshold(GOOD, "--json").stdout)
    assert list(found)[:6] == ["level", "paper", "converges", "branches", "safe", "binding"]
    assert list(found)[6:] == ["longer", "exact"]
    assert found["level"] == "trajectory"


def threshold(options: dict[str, str], *flags: str) -> CompletedProcess[str]:
    return gradgap("threshold", *(word for pair in options.items() for word in pair), *flags)


GOOD = {"--J": "0.5", "--gap": "1", "--L": "1", "--G": "1"}
TOKENS = {**GOOD, "--T-inf": "10", "--T-psi": "5", "--mean-length": "5", "--alpha": "0.1"}


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
    assert_refused(threshold({**GOOD, option: value}), says, value)
    assert_refused(threshold({**TOKENS, option: value}), says, value)


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--T-inf", "0", "T_inf is a whole number >= 1"),
        ("--T-inf", "2.5", "T_inf is a whole number >= 1"),
        ("--T-inf", "inf", "finite"),
        ("--T-psi", "1.4", "1/log 2 <= T_psi <= T_inf/log 2"),
        ("--T-psi", "15", "1/log 2 <= T_psi <= T_inf/log 2"),
        ("--T-psi", "nan", "finite"),
        ("--mean-length", "0.5", "1 <= E+[len] <= T_inf"),
        ("--mean-length", "11", "1 <= E+[len] <= T_inf"),
        ("--alpha", "0", "alpha > 0"),
        ("--alpha", "-inf", "finite"),
        ("--G", "0", "G > 0"),
    ],
)
def test_a_token_constant_out_of_its_domain_is_named(option: str, value: str, says: str) -> None:
    assert_refused(threshold({**TOKENS, option: value}), says, value)


@pytest.mark.parametrize("option", ["--T-psi", "--mean-length", "--alpha"])
def test_what_belongs_to_the_token_level_asks_for_the_longest_response(option: str) -> None:
    assert_refused(threshold({**GOOD, option: "2"}), "give T_inf")


def test_threshold_prints_the_token_level_beside_grpo() -> None:
    done = threshold(TOKENS, "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert list(found) == [*TOKEN_FIELDS, "grpo", "dr_grpo", "crossing", "safe_rate"]
    assert found["level"] == "token"
    assert math.isclose(found["paper"], 1 / 2 / (10 + 5 / 0.5))
    assert found["paper_arm"] == "T_psi/(1-J)"
    assert found["paper_branches"][found["paper_binding"]] == found["paper"]
    assert math.isclose(found["converges"], 0.5 / 5)
    assert math.isclose(found["safe"], 2 * 0.5 / 5)
    assert found["binding"] == "2(1-J) gap/(L E+[len])"
    assert found["grpo"].keys() == {"step", "to_paper", "to_safe", "below_paper", "below_safe"}
    assert math.isclose(found["grpo"]["step"], 0.1 * 0.5 / 5)
    assert math.isclose(found["grpo"]["to_paper"], 0.01 / 0.025)
    assert math.isclose(found["dr_grpo"]["to_safe"], 0.025 / 0.2)
    assert found["dr_grpo"]["below_safe"] is True
    assert math.isclose(found["crossing"], 1 - 5 / 800)
    assert math.isclose(found["safe_rate"], 1 / (2 + 20 * math.sqrt(8 / 5)))


def test_without_a_learning_rate_the_table_leaves_grpo_out() -> None:
    options = {name: value for name, value in TOKENS.items() if name != "--alpha"}
    found = json.loads(threshold(options, "--json").stdout)
    assert [name for name, value in found.items() if value is not None] == TOKEN_FIELDS
    assert "GRPO" not in threshold(options).stdout


def test_the_token_table_fits_a_projector() -> None:
    done = threshold(TOKENS)
    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines())) <= 80
    for words in ("theorem_3", "theorem_3_sharp", "token_eta_safe", ", binds", "Dr. GRPO"):
        assert words in done.stdout
    assert "\x1b[" not in done.stdout + done.stderr


@pytest.mark.parametrize(("option", "value"), [("--L", "1e-320"), ("--G", "1e200")])
def test_a_threshold_that_floats_cannot_hold_is_refused(option: str, value: str) -> None:
    assert_refused(threshold({**GOOD, option: value}), "leaves the range of floats")


@pytest.mark.parametrize("value", ["nan", "inf", "0", "-1", "soon"])
def test_an_effort_is_a_positive_number(value: str) -> None:
    done = gradgap("verify", "normalisation", "--effort", value)
    assert done.returncode == 2
    assert "--effort" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["verify", "explain"])
def test_an_unknown_slug_is_one_line_and_exit_code_2(command: str) -> None:
    assert_refused(gradgap(command, "theorem_9"), "theorem_9")


def test_recheck_refuses_a_folder_that_is_no_export(tmp_path: Path) -> None:
    assert_refused(gradgap("recheck", str(tmp_path)), "manifest.json")
    assert_refused(gradgap("recheck", str(tmp_path / "nowhere")), "nowhere")


def test_an_export_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("kept")
    done = gradgap("verify", "normalisation", "--export", str(tmp_path))
    assert_refused(done, "--export")
    assert [p.name for p in tmp_path.iterdir()] == ["kept"]


@pytest.mark.slow
def test_export_and_recheck_agree(tmp_path: Path) -> None:
    folder = tmp_path / "obligations"
    assert gradgap("verify", "normalisation", "--export", str(folder)).returncode == 0
    done = gradgap("recheck", str(folder), "--partial", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["accepted"] is True
    whole = gradgap("recheck", str(folder))
    assert whole.returncode == 1 and "theorem_1b missing" in " ".join(whole.stdout.split())


@pytest.mark.parametrize("command", ["verify", "recheck", "explain", "threshold"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    done = gradgap(command, "--help")
    assert done.returncode == 0
    assert f"gradgap {command}" in done.stdout.split("Example:")[1]


def test_the_first_line_is_the_longest_step_that_is_proved_safe() -> None:
    fraction = {"--J": "1/10", "--gap": "1/2", "--L": "1", "--G": "1"}
    decimal = {"--J": "0.1", "--gap": "0.5", "--L": "1.0", "--G": "1e0"}
    shown = threshold(fraction).stdout
    assert shown == threshold(decimal).stdout
    assert shown.splitlines()[0] == "Proved safe: J rises at every step below 0.9."
    assert "No step is proved safe" in threshold({**fraction, "--gap": "0"}).stdout


@pytest.mark.parametrize("options", [GOOD, TOKENS], ids=["trajectory", "token"])
def test_a_gap_that_no_policy_has_is_refused(options: dict[str, str]) -> None:
    assert_refused(threshold({**options, "--gap": "21/2"}), "no policy has a larger gap", "21/2")
    assert_refused(threshold({**options, "--J": "one half"}), "J must be a number", "one half")


def test_the_worst_case_takes_quotients_too() -> None:
    rest = ("--gap", "0.5", "--L", "1", "--G", "1", "--eta", "1/2", "--json")
    quotient, decimal = (gradgap("worst-case", "--J", J, *rest) for J in ("1/10", "0.1"))
    assert quotient.returncode == 0
    assert quotient.stdout == decimal.stdout
    for wrong in ("1/0", "one half", ""):
        refused = gradgap("worst-case", "--J", wrong, *rest)
        assert refused.returncode == 2 and "is no number" in refused.stderr
