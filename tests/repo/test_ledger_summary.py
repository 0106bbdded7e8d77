"""The ledger at the end of a run, seen on small suites with known outcomes."""

from __future__ import annotations

from pathlib import Path

import pytest

SUITE = """
import numpy
import pytest

@pytest.mark.claim("theorem_9", aspect="proved")
def test_is_proved(record_property):
    record_property("verdict", "proved")
    record_property("questions", 12)
    record_property("solvers", ("z3", "unsat"))
    record_property("solvers", ("cvc5", "unsat"))
    record_property("rests on", "exp_tangent")

@pytest.mark.claim("theorem_9", aspect="refuted when weakened")
def test_the_twin_is_not_proved(record_property):
    record_property("twin", "half the constant")
    record_property("counterexample", "half the constant")
    record_property("mutant", "refuted")

@pytest.mark.parametrize("ratio", [0.5, 0.997, 0.9])
@pytest.mark.claim("theorem_9", aspect="holds on random policies")
def test_holds(ratio, record_property):
    record_property("policies", 100)
    record_property("tightness", numpy.float64(ratio))

@pytest.mark.claim("lemma_9", aspect="proved")
def test_broken_proof(record_property):
    record_property("verdict", "proved")
    assert False

@pytest.mark.claim("lemma_9")
@pytest.mark.claim("corollary_9")
@pytest.mark.skip(reason="two claims at once")
def test_skipped(): ...

def test_about_nothing():
    assert False
"""
MARKER = "[pytest]\nmarkers = claim(slug): x\naddopts = --strict-markers -p no:cacheprovider\n"


@pytest.fixture
def suite(pytester: pytest.Pytester, project_root: Path) -> pytest.Pytester:
    plugin = (project_root / "tests" / "ledger_plugin.py").read_text(encoding="utf-8")
    pytester.makeconftest(plugin)
    pytester.makeini(MARKER)
    return pytester


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_ledger_counts_every_marked_test_with_and_without_workers(
    suite: pytest.Pytester, workers: str
) -> None:
    suite.makepyfile(SUITE)
    result = suite.runpytest_subprocess("-n", workers)
    result.assert_outcomes(passed=5, failed=2, skipped=1)
    ledger = result.outlines[-12:]
    rows = {line.split()[0]: line.split()[1:] for line in ledger if line.split()[0].endswith("_9")}
    # verdict, questions, twins, refuted, policies, tightest, passed, failed, skipped
    assert rows["theorem_9"] == ["proved", "12", "1", "1", "300", "0.997", "5", "0", "0"]
    assert rows["lemma_9"] == [*"------", "0", "1", "1", "RED"]
    assert rows["corollary_9"] == [*"------", "0", "0", "1"]
    assert "3 claims: 1 proved, 1 numerically checked, 1 red" in ledger
    assert "failed tests that name no claim: 1" in ledger


def test_the_keyword_option_selects_by_slug(suite: pytest.Pytester) -> None:
    suite.makepyfile(SUITE)
    result = suite.runpytest("-k", "theorem_9")
    result.assert_outcomes(passed=5, deselected=3)


@pytest.mark.slow
def test_a_run_about_one_claim_reads_as_sentences(suite: pytest.Pytester) -> None:
    """Of files that name it alone; and `-k theorem_9` is not about theorem_9_sharp."""
    suite.mkdir("theory").joinpath("statements").mkdir()
    (suite.path / "theory" / "statements" / "theorem_9.py").touch()
    sharp = '@pytest.mark.claim("theorem_9_sharp")\ndef test_theorem_9_sharp(): ...\n'
    suite.makepyfile(test_named=SUITE + sharp, test_other="raise AssertionError")
    result = suite.runpytest_subprocess("-k", "theorem_9")
    result.assert_outcomes(passed=5, deselected=4)
    result.stdout.fnmatch_lines(
        [
            "*  proved  is proved",
            "*  refuted when weakened  the twin is not proved",
            "holds on random policies  holds [[]0.997]",
            "proved: 12 questions, each z3 unsat, cvc5 unsat",
            "rests on exp_tangent",
            "weakened: none of 1 false twins is proved; 1 are refuted by an explicit policy",
            "attacked: 1 mutants, 1 refuted, as on record",
            "random policies: holds on 300; tightest ratio 0.997",
        ]
    )


def test_a_run_without_claims_prints_no_ledger(suite: pytest.Pytester) -> None:
    suite.makepyfile("def test_plain(): ...")
    result = suite.runpytest()
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*ledger of claims*")


@pytest.mark.parametrize("outcome", ["setup", "teardown"])
def test_a_fixture_that_fails_makes_its_claim_red(suite: pytest.Pytester, outcome: str) -> None:
    before, after = ("assert False", "") if outcome == "setup" else ("", "assert False")
    suite.makepyfile(
        f"""
        import pytest

        @pytest.fixture
        def broken():
            {before}
            yield
            {after}

        @pytest.mark.claim("theorem_9", aspect="holds on random policies")
        def test_uses_it(broken): ...
        """
    )
    result = suite.runpytest()
    result.stdout.fnmatch_lines(["theorem_9  - *  0  *  1  *  0  *RED"])


@pytest.mark.parametrize(
    "mark",
    ['claim("a", aspect="proven")', "claim()", 'claim("a", "b")', 'claim("a", kind="upper")'],
)
def test_a_malformed_mark_is_an_error_and_not_an_empty_row(
    suite: pytest.Pytester, mark: str
) -> None:
    suite.makepyfile(f"import pytest\n@pytest.mark.{mark}\ndef test_it(): ...")
    result = suite.runpytest()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*test_it: expected claim(slug, aspect=A)*"])
