"""``gradgap ...`` in this process: what it prints, and its exit code.

A whole process costs seconds, and is started once, in tests/laws/test_command_line.py."""

from __future__ import annotations

import io
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from subprocess import CompletedProcess
from unittest.mock import patch

from gradgap import main


def gradgap(*args: str, stdin: str = "", **environment: str) -> CompletedProcess[str]:
    """What a shell would see of the command, in this environment with the changes named."""
    out, err = io.StringIO(), io.StringIO()
    with (
        patch.object(sys, "argv", ["gradgap", *args]),
        patch.object(sys, "stdin", io.StringIO(stdin)),
        patch.dict(os.environ, environment),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return CompletedProcess(args, code, out.getvalue(), err.getvalue())


def assert_refused(done: CompletedProcess[str], *says: str) -> None:
    """Bad input is one line that says what is wrong, nothing on standard output, exit code 2."""
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert [words for words in says if words not in done.stderr] == []
