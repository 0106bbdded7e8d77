"""The recorded run: which claims Rocq has checked, by a hash of everything that decides it.

A claim counts as checked only while its statement, its proofs, its models, the facts and the
translator are those of the run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from theory.files import write_whole
from theory.kernel.verdict import Case
from theory.ledger.export import encode_model
from theory.rocq.claims import is_complete
from theory.rocq.rules import Hashes, digest

ROOM = Path(__file__).parent
RECORD = ROOM / "record.json"
DECIDING = ["GradGap.v", *map("{}.py".format, ("terms", "arithmetic", "rules", "models", "claims"))]


@cache
def translator_digest() -> str:
    """Of the facts and of the translator."""
    return hashlib.sha256(b"".join((ROOM / name).read_bytes() for name in DECIDING)).hexdigest()


def fingerprint(case: Case, hashes: Hashes, version: str) -> str:
    """Of a claim in a run with this version of Rocq."""
    models = [encode_model(case.instance.model)]
    if case.existence is not None:
        models.append(encode_model(case.existence.model))
    proofs = [*case.proofs(), *([] if case.existence is None else [case.existence.proof])]
    what = json.dumps([models, [*case.instance.hypotheses], [*map(hashes.proof, proofs)]])
    return digest(version, translator_digest(), case.statement.fingerprint, what)


def write(cases: Mapping[str, Case], version: str) -> None:
    """Record a run in which every theorem of these claims was accepted; what was recorded of other
    claims with this version of Rocq is kept."""
    hashes = Hashes()
    claims = {
        slug: fingerprint(case, hashes, version)
        for slug, case in cases.items()
        if is_complete(case)
    }
    earlier: dict[str, Any] = json.loads(RECORD.read_text()) if RECORD.is_file() else {}
    if earlier.get("rocq") == version:
        claims = dict(sorted((earlier["claims"] | claims).items()))
    text = json.dumps({"rocq": version, "claims": claims}, indent=1) + "\n"
    write_whole(RECORD, text.encode())


def recorded(cases: Mapping[str, Case]) -> dict[str, str]:
    """For each claim "checked" or "not checked"."""
    if not RECORD.is_file():
        return dict.fromkeys(cases, "not checked")
    record: dict[str, Any] = json.loads(RECORD.read_text())
    hashes = Hashes()
    return {
        slug: "checked"
        if record["claims"].get(slug) == fingerprint(case, hashes, record["rocq"])
        else "not checked"
        for slug, case in cases.items()
    }
