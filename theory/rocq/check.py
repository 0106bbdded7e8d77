"""Compile a development, and ask Rocq itself what was proved and from which axioms."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from theory.rocq.files import Development, UnsafeFile

AXIOMS = {
    "classic": "excluded middle (Coq.Logic.Classical_Prop)",
    "functional_extensionality_dep": "functions that agree everywhere are equal",
    "sig_forall_dec": "a decidable property fails at some number or holds at all (used for R)",
    "sig_not_dec": "not P is decidable (used for R)",
}
"""What the standard library's Reals rest on. A theorem may rest on these and nothing else."""

UNSAFE = re.compile(
    r"\b([Aa]dmit(ted)?|give_up|Axioms?|Parameters?|Conjectures?|Variables?|Hypothes[ie]s|Context"
    r"|Symbols?|Primitive|Rewrite\s+Rules?|Load|Unset\s+(Guard|Positivity|Universe)\s+Checking|bypass_check|Unset\s+Strict"
    r"|type_in_type|impredicative_set|Declare\s+ML|Add\s+(LoadPath|ML))\b"
    r'|"'  # a string could hide the end of a comment
)


LIBRARY = "Coq.micromega.Psatz"  # what the files use of the standard library, beside GradGap.v
SHARE = 1_200_000  # letters of the files that one process of coqchk checks
CHECK = "OCAMLRUNPARAM=s=8M,o=400 coqchk"  # collects its garbage less often


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
    files = [*development.files]
    development.write(folder)
    (folder / "Report.v").write_text(report(files, development.theorems))
    rules, logs = recipes(development, library)
    (folder / "Makefile").write_text(rules)
    errors = run_make(folder, len(files) + 1 + len(logs), jobs, progress)
    if missing := [name for name in [*files, "Report"] if not (folder / f"{name}.vo").exists()]:
        failures = errors_by_file(errors) or {missing[0]: errors[-1000:]}
        return Checked(number, failures, {}, [], False)
    statements, axioms = answers(folder, development.theorems)
    admitted = unchecked([(folder / log).read_text() for log in logs], files)
    rechecked = not (admitted if library else {m for m in admitted if not is_library(m)})
    return Checked(number, {}, statements, axioms, rechecked)


# -- what make is to do ----------------------------------------------------------------------------


def recipes(development: Development, library: bool) -> tuple[str, list[str]]:
    """The Makefile, and names of the files with the answers of coqchk.

    Each process of coqchk checks a share of the files as soon as they are compiled, and takes
    other files as they are: another process checks those."""
    files = [*development.files]
    asked = {"chk_library": (["GradGap"], f"{LIBRARY} GradGap")} if library else {}
    for n, share in enumerate(shared_out(development.files)):
        # The last named is read first, and what was read as a dependency is not validated any
        # more: so a file stands before those that it needs.
        asked[f"chk_{n}"] = share, " ".join(f"-norec {name}" for name in reversed(share))
    order = ["GradGap.vo", *[*asked][:library], vo(files), "Report.vo", *asked]
    rules = [
        f"all: {' '.join(order)}",
        "%.vo: %.v\n\tcoqc -q -noglob $<",
        *(f"{name}.vo: {vo(needed)}" for name, needed in development.needs.items()),
        f"Report.vo: {vo(files)}",
        *(f"{n}: {vo(share)}\n\t{CHECK} {what} > $@ 2>&1" for n, (share, what) in asked.items()),
    ]
    return "\n".join([*rules, ""]), [*asked]


def vo(names: Iterable[str]) -> str:
    return " ".join(f"{name}.vo" for name in names)


def shared_out(files: Mapping[str, str]) -> list[list[str]]:
    """Files in their order, together about ``SHARE`` letters; two shares at least."""
    size = min(SHARE, sum(map(len, files.values())) // 2)
    made: list[list[str]] = [[]]
    letters = 0
    for name, text in files.items():
        if made[-1] and letters + len(text) // 2 > size:
            made.append([])
            letters = 0
        made[-1].append(name)
        letters += len(text)
    return made


def report(files: list[str], names: list[str]) -> str:
    """``Check`` of each theorem, and ``Print Assumptions`` of a proof that uses them all."""
    lines = ["From Coq Require Import Reals.", "Require Import GradGap.", "Open Scope R_scope."]
    lines += [f"Require Import {' '.join(files)}.", "Set Printing Width 100."]
    lines += [f'Redirect "{name}.statement" Check {name}.' for name in names]
    used = "".join(f" generalize @{name}; intros _." for name in names)
    lines += [f"Lemma every_theorem : True. Proof.{used} exact I. Qed."]
    return "\n".join([*lines, 'Redirect "axioms" Print Assumptions every_theorem.', ""])


def run_make(
    folder: Path, count: int, jobs: int, progress: Callable[[int, int], None] | None = None
) -> str:
    """What went wrong, as it was printed."""
    started, errors = 0, []
    with subprocess.Popen(
        ["make", "-k", f"-j{jobs}"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(("coqc ", CHECK)):
                started += 1
                if progress is not None:
                    progress(started, count)
            else:
                errors.append(line)
    return "".join(errors)


# -- what came out ---------------------------------------------------------------------------------


def errors_by_file(errors: str) -> dict[str, str]:
    """The first error of each."""
    parts = re.split(r'^File "\./(\w+)\.v", ', errors, flags=re.MULTILINE)
    return dict(zip(parts[1::2], (p.strip()[:1000] for p in parts[2::2]), strict=True))


def answers(folder: Path, names: list[str]) -> tuple[dict[str, str], list[str]]:
    """The theorems as Rocq prints them, and all axioms below them."""
    statements = {n: (folder / f"{n}.statement.out").read_text().strip() for n in names}
    printed = (folder / "axioms.out").read_text()
    return statements, assumed(printed)


def assumed(printed: str) -> list[str]:
    """Names in an answer to ``Print Assumptions``; of whatever else it says, the first word."""
    names = re.findall(r"^([^\s:]+)", printed.replace("Axioms:", ""), re.MULTILINE)
    closed = printed.strip() == "Closed under the global context"
    return [] if closed else sorted({name.rpartition(".")[2] for name in names})


def unchecked(logs: Iterable[str], files: Iterable[str]) -> set[str]:
    """What no process of coqchk has checked: files, and whatever one of them took as it is."""
    wanted, checked = set(files), set()
    for log in logs:
        wanted |= {*re.findall(r"^Admitting library: (\S+)", log, re.MULTILINE)}
        if log.endswith("Modules were successfully checked\n"):
            checked |= {*re.findall(r"^Checking library: (\S+)", log, re.MULTILINE)}
    return wanted - checked


def is_library(module: str) -> bool:
    return module.startswith("Coq.")
