"""One slug per claim, the same in every room."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path, PurePosixPath

import pytest

from tests.repo.conftest import parsed

ROOMS_OF_EVERY_CLAIM = ("theory/statements", "theory/proofs")
ROOMS_OF_CLAIMS_ONLY = (*ROOMS_OF_EVERY_CLAIM, "theory/derivations", "numeric/checks")


def missing_files(slugs: Iterable[str], files: Collection[str]) -> list[str]:
    wanted = [f"{room}/{slug}.py" for slug in slugs for room in ROOMS_OF_EVERY_CLAIM]
    return [path for path in wanted if path not in files]


def orphans(slugs: Collection[str], files: Iterable[str]) -> list[str]:
    """Files in a room of claims that no claim owns; a leading underscore marks a shared file."""
    paths = map(PurePosixPath, files)
    return [
        str(path)
        for path in paths
        if str(path.parent) in ROOMS_OF_CLAIMS_ONLY
        and not path.name.startswith("_")
        and path.stem not in slugs
    ]


def unmentioned(slugs: Iterable[str], text: str) -> list[str]:
    return [slug for slug in slugs if not re.search(rf"(?<!\w){re.escape(slug)}(?!\w)", text)]


def dangling_marks(slugs: Collection[str], sources: Mapping[str, str]) -> list[str]:
    """`claim("...")` marks that name no claim."""
    problems = []
    for path, text in sources.items():
        for node in ast.walk(parsed(text)) if "mark.claim" in text else ():
            if not (isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.claim")):
                continue
            for name in (a.value for a in node.args if isinstance(a, ast.Constant)):
                if name not in slugs:
                    problems.append(f"{path}:{node.lineno}: {name!r}")
    return problems


@pytest.fixture(scope="module")
def slugs() -> list[str]:
    from theory.statements import STATEMENTS

    return list(STATEMENTS)


def test_every_statement_is_filed_under_its_own_slug() -> None:
    from theory.statements import STATEMENTS

    assert STATEMENTS
    assert {slug: statement.slug for slug, statement in STATEMENTS.items()} == {
        slug: slug for slug in STATEMENTS
    }
    assert [slug for slug in STATEMENTS if not re.fullmatch(r"[a-z][a-z0-9_]*", slug)] == []


def test_every_claim_has_its_statement_and_its_proof(
    slugs: list[str], sources: dict[str, str]
) -> None:
    assert missing_files(slugs, sources) == []


def test_every_file_in_a_room_of_claims_belongs_to_a_claim(
    slugs: list[str], sources: dict[str, str]
) -> None:
    assert orphans(slugs, sources) == []


def test_the_readme_mentions_every_claim(slugs: list[str], project_root: Path) -> None:
    assert (
        unmentioned(
            slugs, (project_root / "proofs_notes" / "claims.md").read_text(encoding="utf-8")
        )
        == []
    )


def test_every_claim_mark_names_a_claim(slugs: list[str], sources: dict[str, str]) -> None:
    assert dangling_marks(slugs, sources) == []


def test_a_missing_file_is_found() -> None:
    files = {"theory/statements/lemma_9.py", "theory/proofs/lemma_9.py"}
    assert missing_files(["lemma_9"], files) == []
    for path in files:
        assert missing_files(["lemma_9"], files - {path}) == [path]


@pytest.mark.parametrize("room", ROOMS_OF_CLAIMS_ONLY)
def test_an_orphan_is_found(room: str) -> None:
    files = [
        f"{room}/lemma_9.py",
        f"{room}/__init__.py",
        f"{room}/_shared.py",
        "theory/ledger/run.py",
    ]
    assert orphans(["lemma_9"], files) == []
    assert orphans(["lemma_8"], files) == [f"{room}/lemma_9.py"]


def test_an_unmentioned_slug_is_found_and_a_longer_one_is_no_mention() -> None:
    assert unmentioned(["lemma_1"], "see `lemma_1`, proved") == []
    assert unmentioned(["lemma_1"], "see lemma_1_printed and sublemma_1") == ["lemma_1"]


def test_a_dangling_mark_is_found() -> None:
    marked = "@pytest.mark.claim('lemma_9', aspect='proved')\ndef test_it(): ..."
    module = "pytestmark = pytest.mark.claim('lemma_9')"
    for source in (marked, module):
        assert dangling_marks(["lemma_9"], {"a.py": source}) == []
        assert len(dangling_marks(["lemma_8"], {"a.py": source})) == 1
