"""``gradgap latex``, and ``explain`` with a derivation or a picture."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.command_line import assert_refused, gradgap


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
    drawn: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gradgap.all_figures", lambda results: drawn)
    folder = tmp_path / "paper"
    done = gradgap("latex", "jensen_exp", "--document", "-o", str(folder), PATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "texlive" in done.stderr
    assert (folder / "gradgap.tex").is_file() and (folder / "setting.png").is_file()
    assert not list(folder.glob("*.pdf"))
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
