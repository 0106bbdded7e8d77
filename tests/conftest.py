"""Hypothesis profiles, the `gpu` mark, what all tests of a run share, and the ledger of claims
(ledger_plugin.py)."""

from __future__ import annotations

import fcntl
import gc
import importlib.util
import pickle
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from theory.kernel.verdict import Case

pytest_plugins = ["pytester", "tests.ledger_plugin"]

HERE = Path(__file__).parent
CLAIMS = ("theorems", "kernel", "repo")  # as in the Makefile

# `light` by default; `full` in `make test-slow`; `deep` by hand, and anew each time.
settings.register_profile(
    "light", derandomize=True, deadline=None, max_examples=10, print_blob=True
)
settings.register_profile("full", settings.get_profile("light"), max_examples=40)
settings.register_profile("deep", deadline=None, max_examples=5000, print_blob=True)
settings.load_profile("light")


class WithoutTorch(pytest.Directory):
    """tests/gpu where there is no torch: one line in the report."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        pytest.skip("tests/gpu needs torch: pip install -c constraints.txt -e '.[gpu]'")


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    without = path.name == "gpu" and importlib.util.find_spec("torch") is None
    return WithoutTorch.from_parent(parent, path=path) if without else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("gpu"):
        import torch

        if not torch.cuda.is_available():
            pytest.skip("needs a CUDA device, and torch finds none")


class Cases(dict[str, "Case"]):
    """Slug -> the proofs of the claim, built when it is first looked up."""

    def __missing__(self, slug: str) -> Case:
        from theory.ledger.run import build
        from theory.statements import STATEMENTS

        self[slug] = build(STATEMENTS[slug])
        return self[slug]

    def every(self) -> dict[str, Case]:
        from theory.statements import STATEMENTS

        return {slug: self[slug] for slug in STATEMENTS}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What `make test` leaves to `make test-rest` is marked `rest`. Tests that need the proofs come
    last, so that one worker builds most of them."""
    for item in items:
        if item.path.is_relative_to(HERE) and item.path.parent.name not in CLAIMS:
            item.add_marker("rest")
    items.sort(key=lambda item: "cases" in getattr(item, "fixturenames", ()))


def pytest_collection_finish() -> None:
    """The garbage collector need not walk through thousands of tests again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)


@pytest.fixture(scope="session")
def cases() -> Cases:
    return Cases()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A folder of all workers of this run."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if hasattr(request.config, "workerinput") else own


@pytest.fixture(scope="session")
def once(shared: Path) -> Any:
    """Make a thing once in a run, whichever worker needs it first: once(name, make)."""

    def of(name: str, make: Callable[[], Any]) -> Any:
        kept = shared / f"{name}.pickle"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                kept.write_bytes(pickle.dumps(make()))
            return pickle.loads(kept.read_bytes())

    return of


@pytest.fixture(scope="session")
def drawn(once: Callable[[str, Callable[[], dict[str, bytes]]], dict[str, bytes]]) -> Any:
    """By file name, all that `gradgap figures` draws: 18 seconds of a processor."""
    from gradgap import all_figures

    return once("figures", lambda: all_figures(None))
