"""Rocq in a test: what it accepts."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

needs_rocq = pytest.mark.skipif(
    shutil.which("coqc") is None, reason="coqc is not on this machine (apt install coq)"
)


def accepts(folder: Path, name: str, text: str) -> bool:
    """Whether Rocq compiles the text in the place of a file, beside the compiled others."""
    path = folder / f"{name}_changed.v"
    path.write_text(text)
    run = subprocess.run(["coqc", "-q", path.name], cwd=folder, capture_output=True, text=True)
    print(run.stderr)  # shown when a test fails
    return run.returncode == 0
