"""What a wheel installs: gradgap alone, which a user's own theory and numeric do not touch."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOMS = ("theory", "numeric", "gpu_checks", "course")
FILES = ("setup.py", "pyproject.toml", "gradgap.py", "README.md", "LICENSE")
CLASH = 'raise ImportError("this is the user\'s own module")\n'
ANSWER = """
exercise = "setting/1"
[answer]
right = "3/4"
wrong = "-1/4"
gap = "1/2"
slope = "3/16"
"""
PROGRAM = """
import gradgap, sys
assert "/site-packages/gradgap/" in gradgap.__file__, gradgap.__file__
rooms = {"theory", "numeric", "gpu_checks", "course"}
assert not rooms & {name.partition(".")[0] for name in sys.modules}
"""


@pytest.fixture(scope="module")
def build(project_root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("build", project_root / "setup.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("source", "installed"),
    [
        ("from theory.kernel.terms import Term", "from gradgap.theory.kernel.terms import Term"),
        ("if x:\n    from numeric import y", "if x:\n    from gradgap.numeric import y"),
        ('f"theory.proofs.{slug}"', 'f"gradgap.theory.proofs.{slug}"'),
        ('("-m", "theory.ledger.recheck")', '("-m", "gradgap.theory.ledger.recheck")'),
        ('"""See `numeric.core.step`."""', '"""See `gradgap.numeric.core.step`."""'),
        ('f"from {module.__name__} import x"', 'f"from {module.__name__} import x"'),
        ('"theory/ledger/pins.json"', '"theory/ledger/pins.json"'),
        ("import numerical\nnumerical.theory.x", "import numerical\nnumerical.theory.x"),
        ('"""The theory is short."""', '"""The theory is short."""'),
    ],
)
def test_dotted_names_of_rooms_move_inside(build: ModuleType, source: str, installed: str) -> None:
    assert build.inside(source) == installed


@pytest.mark.parametrize("source", ["import theory", "import theory as t", "import os, numeric"])
def test_an_import_that_would_stay_outside_is_refused(build: ModuleType, source: str) -> None:
    with pytest.raises(ValueError, match="inside gradgap"):
        build.inside(source)


def test_every_source_can_be_installed(build: ModuleType, sources: dict[str, str]) -> None:
    installed = [text for path, text in sources.items() if not path.startswith("tests/")]
    assert all(build.inside(text) for text in installed)


# -- built, installed and run ----------------------------------------------------------------------


def alone(command: list[str], folder: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run it in the folder, where nothing of the repository can be imported."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        command, cwd=folder, env=clean, capture_output=True, text=True, timeout=300, check=check
    )


@pytest.fixture(scope="module")
def site(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site-packages of a new environment with the wheel, and with a clashing theory.py; what
    gradgap needs is seen through a .pth file, which brings no editable install with it."""
    folder = tmp_path_factory.mktemp("wheel")
    source, env = folder / "source", folder / "env"
    source.mkdir()
    for name in FILES:
        shutil.copy(project_root / name, source)
    for room in ROOMS:
        shutil.copytree(
            project_root / room, source / room, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copytree(
        project_root / "proofs_notes",
        source / "proofs_notes",
        ignore=shutil.ignore_patterns("*.png"),
    )
    offline = ("--quiet", "--disable-pip-version-check", "--no-index", "--no-deps")
    python = (sys.executable, "-m")
    no_isolation = ("--no-build-isolation", "-w", str(folder), str(source))
    alone([*python, "pip", "wheel", *offline, *no_isolation], folder)
    alone([*python, "venv", "--without-pip", str(env)], folder)
    (wheel,) = folder.glob("*.whl")
    alone([*python, "pip", "--python", str(env), "install", *offline, str(wheel)], folder)
    (packages,) = env.glob("lib/python*/site-packages")
    (packages / "needs.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    (packages / "theory.py").write_text(CLASH)
    return packages


@pytest.fixture(scope="module")
def installed(site: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a program of the environment in a folder that has a theory and a numeric of its own."""
    bin_folder, work = site.parents[2] / "bin", site.parents[2] / "work"
    for room in ("theory", "numeric"):
        (work / room).mkdir(parents=True)
        (work / room / "__init__.py").write_text(CLASH)
    (work / "mine.toml").write_text(ANSWER)

    def call(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return alone([str(bin_folder / program), *arguments], work, check=False)

    return call


@pytest.mark.slow
def test_the_wheel_installs_gradgap_alone(site: Path) -> None:
    assert not any((site / room).exists() for room in ROOMS)
    assert (site / "gradgap" / "py.typed").is_file()
    (metadata,) = site.glob("gradgap-*.dist-info")
    assert (metadata / "top_level.txt").read_text().split() == ["gradgap"]
    for data in ("theory/ledger/pins.json", "numeric/results/bandit/bandit_curves.csv"):
        assert (site / "gradgap" / data).is_file()
    notes = sorted(path.name for path in (site / "gradgap" / "proofs_notes").iterdir())
    assert notes == ["README.md", "exercises"]  # a student's edition: no solutions


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("verify", "normalisation", "expansion_printed"), 0, "1 proved, 1 refuted"),
        (("explain", "hoeffding_lemma", "--derivation"), 0, "proved"),
        (("check", "x + 1 <= exp(x)"), 0, "proved"),
        (("threshold", "--J", "1/10", "--gap", "1/2", "--L", "1", "--G", "1"), 0, "0.9"),
        (("break", "sharp_step", "--drop", "smooth"), 0, "from gradgap.numeric"),
        (("figures", "--results", "."), 2, "has none of the folders"),
        (("course", "list", "one_step"), 0, "Three ranges"),
        (("course", "show", "setting/1"), 0, "setting/1.toml"),
        (("course", "check", "mine.toml"), 1, "3 of 4 points"),
        (("course", "build", "--out", "new"), 2, "which only a clone has"),
        (("latex", "jensen_exp", "--style", "theorem", "--proof"), 2, "come with the repository"),
    ],
)
def test_the_commands_work_beside_a_folder_called_theory(
    installed: Callable[..., subprocess.CompletedProcess[str]],
    arguments: tuple[str, ...],
    code: int,
    says: str,
) -> None:
    done = installed("gradgap", *arguments)
    assert done.returncode == code, done.stderr
    assert says in done.stdout + done.stderr


@pytest.mark.slow
def test_a_claim_is_rechecked_from_its_files(
    installed: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    assert installed("gradgap", "verify", "normalisation", "--export", "files").returncode == 0
    done = installed("gradgap", "recheck", "files", "--partial", "--json")
    assert json.loads(done.stdout)["accepted"] is True


@pytest.mark.slow
def test_python_imports_and_runs_the_package(
    installed: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    assert installed("python", "-c", PROGRAM).stderr == ""
    assert "Usage: " in installed("python", "-m", "gradgap", "--help").stdout
    clash = installed("python", "-c", "import theory")
    assert "the user's own module" in clash.stderr
