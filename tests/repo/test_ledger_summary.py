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

@pytest.mark.parametrize("ratio", [0.5, 0.997, 0.9])
@pytest.mark.claim("theorem_9", aspect="holds on random policies")
def test_holds(ratio, record_property):
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


@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_ledger_counts_every_marked_test_with_and_without_workers(
    suite: pytest.Pytester, workers: str
) -> None:
    suite.makepyfile(SUITE)
    result = suite.runpytest_subprocess("-n", workers)
    result.assert_outcomes(passed=4, failed=2, skipped=1)
    ledger = result.outlines[-12:]
    rows = {line.split()[0]: line.split()[1:] for line in ledger if line.split()[0].endswith("_9")}
    #                  verdict, numerically checked, passed, failed, skipped, tightness
    assert rows["theorem_9"] == ["proved", "3", "4", "0", "0", "0.997"]
    assert rows["lemma_9"] == ["-", "-", "0", "1", "1", "-", "RED"]
    assert rows["corollary_9"] == ["-", "-", "0", "0", "1", "-"]
    assert "3 claims: 1 proved, 1 numerically checked, 1 red" in ledger
    assert "failed tests that name no claim: 1" in ledger


def test_the_keyword_option_selects_by_slug(suite: pytest.Pytester) -> None:
    suite.makepyfile(SUITE)
    result = suite.runpytest_subprocess("-k", "theorem_9")
    result.assert_outcomes(passed=4, deselected=3)


def test_a_run_without_claims_prints_no_ledger(suite: pytest.Pytester) -> None:
    suite.makepyfile("def test_plain(): ...")
    result = suite.runpytest_subprocess()
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
    result = suite.runpytest_subprocess()
    result.stdout.fnmatch_lines(["theorem_9  -        -  *  0  *  1  *  0  *  -  *RED"])


@pytest.mark.parametrize(
    "mark",
    ['claim("a", aspect="proven")', "claim()", 'claim("a", "b")', 'claim("a", kind="upper")'],
)
def test_a_malformed_mark_is_an_error_and_not_an_empty_row(
    suite: pytest.Pytester, mark: str
) -> None:
    suite.makepyfile(f"import pytest\n@pytest.mark.{mark}\ndef test_it(): ...")
    result = suite.runpytest_subprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*test_it: expected claim(slug, aspect=A)*"])
