"""The recorded run: which claims Rocq has checked, by a hash of everything that decides it.

A claim counts as checked only while its statement, its proofs, its models, the facts and the
translator are those of the run. A claim that is not on record is new, and no fault; one that is on
record with another hash, or whose scripts are gone, is a fault.
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
from theory.rocq.rules import Hashes, digest
from theory.statements import STATEMENTS

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
    claims = {slug: fingerprint(case, hashes, version) for slug, case in cases.items()}
    earlier = on_record()
    if earlier["rocq"] == version:
        claims = earlier["claims"] | claims
    kept = {slug: claims[slug] for slug in STATEMENTS if slug in claims}
    text = json.dumps({"rocq": version, "claims": kept}, indent=1) + "\n"
    write_whole(RECORD, text.encode())


def on_record() -> dict[str, Any]:
    """The version of Rocq, and a hash for each claim."""
    nothing: dict[str, Any] = {"rocq": "", "claims": {}}
    return json.loads(RECORD.read_text()) if RECORD.is_file() else nothing


def standing(cases: Mapping[str, Case]) -> dict[str, str]:
    """For each claim "checked", "changed" since it was recorded, or "new"."""
    record, hashes = on_record(), Hashes()

    def of(slug: str, case: Case) -> str:
        if slug not in record["claims"]:
            return "new"
        same = record["claims"][slug] == fingerprint(case, hashes, record["rocq"])
        return "checked" if same else "changed"

    return {slug: of(slug, case) for slug, case in cases.items()}


def recorded(cases: Mapping[str, Case]) -> dict[str, str]:
    """For each claim "checked" or "not checked"."""
    return {
        slug: "checked" if how == "checked" else "not checked"
        for slug, how in standing(cases).items()
    }


def faults(standings: Mapping[str, str], left_out: Mapping[str, str]) -> dict[str, str]:
    """Claims on record that are no longer what was checked; ``left_out`` says which could not be
    checked now, and why."""
    changed = {
        slug: "its statement, proof or models are not those on record, or the translator is not"
        for slug, how in standings.items()
        if how == "changed"
    }
    return changed | {name: why for name, why in left_out.items() if standings.get(name) != "new"}
