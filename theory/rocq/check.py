"""Compile a development, and ask Rocq itself what was proved and from which axioms."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from theory.rocq.files import Development

AXIOMS = {
    "classic": "excluded middle (Coq.Logic.Classical_Prop)",
    "functional_extensionality_dep": "functions that agree everywhere are equal",
    "sig_forall_dec": "a decidable property fails at some number or holds at all (used for R)",
    "sig_not_dec": "not P is decidable (used for R)",
}
"""What the standard library's Reals rest on. A theorem may rest on these and nothing else."""

UNSAFE = re.compile(
    r"\b(Admitted|admit|give_up|Axioms?|Parameters?|Conjectures?|Variables?|Hypothes[ie]s|Context"
    r"|Unset\s+(Guard|Positivity|Universe)\s+Checking|bypass_check|Unset\s+Strict"
    r"|type_in_type|impredicative_set|Declare\s+ML|Add\s+(LoadPath|ML))\b"
)


class UnsafeFile(ValueError):
    """A file could admit what is not proved."""


class RocqMissing(RuntimeError):
    """No ``coqc`` on this machine."""


@dataclass(frozen=True, slots=True)
class Checked:
    """``failures`` are the errors of files that do not compile. ``statements`` are the theorems as
    Rocq prints them, ``axioms`` all that they rest on; ``rechecked`` says that coqchk accepts."""

    version: str
    failures: dict[str, str]
    statements: dict[str, str]
    axioms: list[str]
    rechecked: bool

    @property
    def accepted(self) -> bool:
        return not self.failures and self.rechecked and set(self.axioms) <= AXIOMS.keys()


def version() -> str:
    """Of coqc. Raises RocqMissing."""
    if shutil.which("coqc") is None:
        raise RocqMissing(
            "coqc is not on this machine: nothing is checked (on Debian, Ubuntu: apt install coq)"
        )
    run = subprocess.run(["coqc", "--print-version"], capture_output=True, text=True, check=True)
    return run.stdout.split()[0]


def unsafe(text: str) -> list[str]:
    """Words that could make Rocq accept what is not proved. Comments don't count; a Variable of a
    section is no axiom."""
    while (shorter := re.sub(r"\(\*((?!\(\*|\*\)).)*\*\)", " ", text, flags=re.DOTALL)) != text:
        text = shorter

    def local(section: re.Match[str]) -> str:
        return re.sub(r"\b(Variables?|Hypothes[ie]s)\b", "", section.group())

    text = re.sub(r"\bSection (\w+)\..*?\bEnd \1\.", local, text, flags=re.DOTALL)
    return [match.group() for match in UNSAFE.finditer(text)]


def check(
    development: Development,
    folder: Path,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
    library: bool = True,
) -> Checked:
    """Write, compile, ask, and run coqchk, on the standard library too where asked to.

    Raises RocqMissing, UnsafeFile."""
    number = version()
    for name, text in development.files.items():
        if words := unsafe(text):
            raise UnsafeFile(f"{name}.v uses {words[0]}")
    development.write(folder)
    failures = compile_files(folder, len(development.files), jobs, progress)
    if failures:
        return Checked(number, failures, {}, [], False)
    statements, axioms = ask(folder, [*development.files], development.theorems)
    return Checked(number, {}, statements, axioms, recheck(folder, [*development.files], library))


def compile_files(
    folder: Path,
    count: int,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, str]:
    """Run ``make``; by file, the first error."""
    command = ["make", "-k", f"-j{jobs}"]
    started, errors = 0, []
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("coqc "):
                started += 1
                if progress is not None:
                    progress(started, count)
            else:
                errors.append(line)
    if process.returncode == 0:
        return {}
    parts = re.split(r'^File "\./(\w+)\.v", ', "".join(errors), flags=re.MULTILINE)
    found = dict(zip(parts[1::2], (p.strip()[:1000] for p in parts[2::2]), strict=True))
    return found or {"make": "".join(errors)[-1000:]}


def ask(folder: Path, files: list[str], names: list[str]) -> tuple[dict[str, str], list[str]]:
    """``Check`` of each theorem, and ``Print Assumptions`` of a proof that uses them all."""
    lines = ["From Coq Require Import Reals.", "Require Import GradGap.", "Open Scope R_scope."]
    lines += [f"Require Import {' '.join(files)}.", "Set Printing Width 100."]
    lines += [f'Redirect "{name}.statement" Check {name}.' for name in names]
    used = "".join(f" generalize @{name}; intros _." for name in names)
    lines += [f"Lemma every_theorem : True. Proof.{used} exact I. Qed."]
    lines += ['Redirect "axioms" Print Assumptions every_theorem.', ""]
    (folder / "Report.v").write_text("\n".join(lines))
    subprocess.run(["coqc", "-q", "Report.v"], cwd=folder, check=True, capture_output=True)
    statements = {n: (folder / f"{n}.statement.out").read_text().strip() for n in names}
    printed = (folder / "axioms.out").read_text()
    axioms = re.findall(r"^([\w.]+)\s*:", printed, flags=re.MULTILINE)
    return statements, sorted({a.rpartition(".")[2] for a in axioms if a != "Axioms"})


def recheck(folder: Path, files: list[str], library: bool) -> bool:
    """Rocq's separate checker on the compiled files; with the standard library that they use, or
    taking it as it is."""
    one_by_one = [word for file in files for word in ("-norec", file)]
    command = ["coqchk", "-silent", *(files if library else one_by_one)]
    return subprocess.run(command, cwd=folder, capture_output=True).returncode == 0
