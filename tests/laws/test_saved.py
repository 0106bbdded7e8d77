"""An answer in a file is accepted as it was written, and in no other form."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from theory.inequality import Result, decide_here
from theory.inequality.decision import LEAST, STAGES, as_question, schedule
from theory.inequality.expression import write
from theory.inequality.parser import parse
from theory.inequality.saved import BadCertificate, accepted, load, save
from theory.inequality.suggest import missing_bound

ANSWERS = {
    "kernel": ("log(x) <= x - 1", "x > 0"),
    "boxes": ("exp(x)*cos(x) <= 2", "-1 <= x <= 1"),
    "cases": ("x**(1/3) <= 2", "0 <= x <= 8"),
    "value": ("sin(10**22) < 0",),
    "fractions": ("exp(x) <= 1 + 2*x", "x >= 3"),
    "irrational": ("sin(x) < 1",),
    "algebraic": ("(x**5 - x - 1)**2 > 0",),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("answers")
    for name, formulas in ANSWERS.items():
        save(decide_here(formulas[0], formulas[1:]), folder / name)
    return {name: folder / name for name in ANSWERS}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_read_back_and_accepted(files: dict[str, Path], name: str) -> None:
    result = load(files[name])
    formulas = ANSWERS[name]
    assert result.question == as_question(formulas[0], formulas[1:])
    assert accepted(result)
    assert result.certified and str(result)


def changed(path: Path, **changes: Any) -> Result:
    document = json.loads(path.read_text())
    other = path.with_name("changed")
    other.write_text(json.dumps({**document, **changes}))
    return load(other)


@pytest.mark.parametrize(
    ("name", "claim"),
    [
        ("kernel", "log(x) <= x - 2"),
        ("boxes", "exp(x)*cos(x) <= 1"),
        ("cases", "x**(1/3) <= 1"),
        ("value", "sin(10**22) < -1"),
        ("value", "sin(x) < 2"),
        ("fractions", "exp(x) >= 1 + 2*x"),
        ("irrational", "sin(x) <= 1"),
        ("algebraic", "(x**5 - x - 1)**2 >= 0"),
    ],
)
def test_it_is_no_answer_to_another_question(files: dict[str, Path], name: str, claim: str) -> None:
    assert not accepted(changed(files[name], claim=[claim]))


def test_no_other_verdict_and_no_other_format(files: dict[str, Path]) -> None:
    changes: dict[str, Any]
    for changes in (
        {"verdict": "refuted"},
        {"verdict": "undecided"},
        {"verdict": "true"},
        {"format": "another"},
        {"claim": []},
        {"claim": ["x <"]},
        {"evidence": {"is": "Path", "name": "x"}},
        {"evidence": {"is": "Node", "rule": "value", "color": 1}},
        {"evidence": {"=": "1e999999999"}},
        {"evidence": {"=": 5}},
    ):
        with pytest.raises(BadCertificate):
            changed(files["kernel"], **changes)
    for text in ("", "[]", "{}", "[" * 100_000, '{"format": "gradgap check, format 1"}'):
        other = files["kernel"].with_name("broken")
        other.write_text(text)
        with pytest.raises(BadCertificate):
            load(other)


def places(what: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(what, dict | list):
        for key, inner in what.items() if isinstance(what, dict) else enumerate(what):
            yield from places(inner, (*path, key))


def put(what: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copied = dict(what) if isinstance(what, dict) else list(what)
    copied[path[0]] = put(what[path[0]], path[1:], value)
    return copied


@pytest.mark.parametrize("name", ["boxes", "fractions", "irrational", "algebraic"])
def test_junk_anywhere_in_the_evidence_is_refused_without_an_accident(
    files: dict[str, Path], name: str
) -> None:
    evidence = json.loads(files[name].read_text())["evidence"]
    refused = 0
    junk: Any
    for path in places(evidence):
        for junk in (None, "", -1, [], {"is": "Node", "rule": "value"}, {"=": "7/5"}):
            try:
                refused += not accepted(changed(files[name], evidence=put(evidence, path, junk)))
            except BadCertificate:
                refused += 1
    assert refused > 10


def test_nothing_is_overwritten_and_nothing_undecided_is_kept(tmp_path: Path) -> None:
    result = decide_here("x < x + 1")
    save(result, tmp_path / "answer")
    with pytest.raises(FileExistsError):
        save(result, tmp_path / "answer")
    undecided = decide_here("sin(4*pi/7) == cos(pi/14)", (), 0.1)
    with pytest.raises(ValueError, match="undecided"):
        save(undecided, tmp_path / "other")
    assert [path.name for path in tmp_path.iterdir()] == ["answer"]


# -- stages and processes --------------------------------------------------------------------------


def test_a_little_of_every_proof_is_tried_before_much_of_one() -> None:
    names = [(STAGES[number][1].__name__, share) for number, share in schedule(16.0)]
    once = ["quick_refutation", "special_points", "squares", "by_tangents"]
    assert names[:4] == [(name, 16.0) for name in once]
    assert names[-1] == ("long_refutation", 16.0)
    shares = [share for name, share in names if name == "boxes"]
    assert shares == [1.0, 4.0, 16.0]
    assert [share for _, share in names[4:-1]] == sorted(share for _, share in names[4:-1])
    assert {share for _, share in schedule(LEAST)} == {LEAST}


@pytest.mark.slow
def test_a_killed_parent_leaves_no_worker() -> None:
    asks = "from theory.inequality import decide; decide('sin(4*pi/7) == cos(pi/14)', effort=1e6)"
    parent = subprocess.Popen([sys.executable, "-c", asks])
    children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
    if not children.exists():
        pytest.skip("no /proc to see the worker in")
    while not (found := children.read_text().split()):
        time.sleep(0.05)
    time.sleep(2)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    worker = Path(f"/proc/{found[0]}/cmdline")
    for _ in range(200):
        if not worker.exists() or not worker.read_bytes():
            return
        time.sleep(0.05)
    os.kill(int(found[0]), signal.SIGKILL)
    pytest.fail("the worker outlived its parent by ten seconds")


# -- the bound that is missing ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "point", "bound"),
    [
        ("x/x == 1", {"x": 0}, "0 < abs(x)"),
        ("log(x) <= x - 1", {"x": 0}, "0 < x"),
        ("x**3 >= x**2", {"x": "1/3"}, "1 <= x"),
        ("sqrt(x) <= (1 + x)/2", {"x": -1}, "0 <= x"),
        ("1/(x - 2) < 0", {"x": 3}, "x < 2"),
        ("x*y <= x**2*y**2", {"x": "1/2", "y": "1/2"}, None),
    ],
)
def test_the_weakest_bound_without_a_failure_comes_first(
    claim: str, point: dict[str, Any], bound: str | None
) -> None:
    here = {name: Fraction(x) for name, x in point.items()}
    question = as_question(claim)
    found = missing_bound(question, here, lambda _: True, np.random.default_rng(0))
    assert (found and write(found)) == (bound and write(parse(bound)[0]))
    assert missing_bound(question, here, lambda _: False, np.random.default_rng(0)) is None
