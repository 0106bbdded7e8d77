"""Rocq in a test: what it accepts."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

needs_rocq = pytest.mark.skipif(
    shutil.which("coqc") is None, reason="coqc is not on this machine (apt install coq)"
)


def accepts(folder: Path, name: str, text: str) -> bool:
    """Whether Rocq compiles the text in the place of a file, beside the compiled others."""
    return refused_at(folder, name, text) == 0


def refused_at(folder: Path, name: str, text: str) -> int:
    """The line that Rocq does not accept; 0: it accepts all."""
    path = folder / f"{name}_changed.v"
    path.write_text(text)
    run = subprocess.run(["coqc", "-q", path.name], cwd=folder, capture_output=True, text=True)
    print(run.stderr)  # shown when a test fails
    found = re.search(r"line (\d+)", run.stderr)
    return 0 if run.returncode == 0 else int(found[1]) if found else 1
