"""Everything on disk: each obligation as SMT-LIB, each proof as a list of rule applications.

``write`` makes a folder that stands alone; ``theory.ledger.recheck`` judges it in other processes.
Names are content hashes, so nothing depends on the order of work, and a changed file is noticed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from theory.kernel.axioms import AXIOMS
from theory.kernel.existence import Existence
from theory.kernel.instance import Instance
from theory.kernel.models import Model
from theory.kernel.proof import Proof, infer
from theory.kernel.sequent import Axiom
from theory.kernel.syntax import from_text, to_text
from theory.kernel.terms import KernelError, Lambda, Sort, Symbol, Term
from theory.ledger.run import Case
from theory.statements import STATEMENTS

MANIFEST, PROOFS = "manifest.json", "proofs.json"


def write(cases: Mapping[str, Case], folder: Path) -> int:
    """Write all obligations and proofs; the number of obligations. The folder must be empty or new:
    FileExistsError otherwise."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    sums: dict[str, str] = {}
    for case in cases.values():
        for digest, obligation in case.obligations().items():
            name = f"{digest}.smt2"
            sums[name] = hashlib.sha256(obligation.text.encode()).hexdigest()
            (folder / name).write_text(obligation.text)
    proofs = json.dumps(_proofs(cases), separators=(",", ":"))
    (folder / PROOFS).write_text(proofs)
    sums[PROOFS] = hashlib.sha256(proofs.encode()).hexdigest()
    (folder / MANIFEST).write_text(json.dumps(sums, indent=1, sort_keys=True))
    return len(sums) - 1


def _proofs(cases: Mapping[str, Case]) -> dict[str, Any]:
    """Steps in an order in which premises come first, and for each claim the numbers of its
    roots."""
    numbers: dict[int, int] = {}
    steps: list[dict[str, Any]] = []
    kept: list[Proof] = []  # ids stay unique while the proofs live
    claims = {}
    for slug, case in cases.items():
        roots = case.roots()
        for root in roots.values():
            for step in root.steps():
                if id(step) in numbers:
                    continue
                numbers[id(step)] = len(steps)
                kept.append(step)
                premises = [numbers[id(p)] for p in step.premises]
                args = [encode(a) for a in step.args]
                steps.append({"rule": step.rule, "premises": premises, "args": args})
        claims[slug] = {
            "roots": {name: numbers[id(root)] for name, root in roots.items()},
            "model": encode_model(case.instance.model),
            "family": None if case.existence is None else encode_model(case.existence.model),
        }
    return {"steps": steps, "claims": claims}


def replay(document: Mapping[str, Any]) -> dict[str, Case]:
    """Apply every rule again and put the cases together. Raises KernelError when a rule refuses."""
    made: list[Proof] = []
    for step in document["steps"]:
        premises = tuple(made[n] for n in step["premises"])
        made.append(infer(step["rule"], premises, *(decode(a) for a in step["args"])))
    cases = {}
    for slug, claim in document["claims"].items():
        roots = {name: made[number] for name, number in claim["roots"].items()}
        proof, negation = roots.pop("claim", None), roots.pop("negation", None)
        instance = Instance(decode_model(claim["model"]), roots, {}, negation)
        existence = None
        if claim["family"] is not None and proof is not None:
            existence = Existence(decode_model(claim["family"]), proof, {})
        cases[slug] = Case(STATEMENTS[slug], proof, instance, existence)
    return cases


# -- models -------------------------------------------------------------------------------------


def encode_model(model: Model) -> dict[str, Any]:
    functions = [
        [encode(symbol), list(row), encode(function)]
        for symbol, rows in model.functions.items()
        for row, function in rows.items()
    ]
    return {
        "domains": {sort.name: list(names) for sort, names in model.domains.items()},
        "functions": functions,
        "values": [[to_text(v), to_text(x)] for v, x in model.values.items()],
        "elements": [[to_text(v), name] for v, name in model.elements.items()],
        "parameters": sorted(map(to_text, model.parameters)),
        "maps": [
            [encode(symbol), list(row), name]
            for symbol, rows in model.maps.items()
            for row, name in rows.items()
        ],
    }


def decode_model(document: Mapping[str, Any]) -> Model:
    functions: dict[Symbol, dict[tuple[str, ...], Lambda]] = {}
    for symbol, row, function in document["functions"]:
        functions.setdefault(decode(symbol), {})[tuple(row)] = decode(function)
    maps: dict[Symbol, dict[tuple[str, ...], str]] = {}
    for symbol, row, name in document["maps"]:
        maps.setdefault(decode(symbol), {})[tuple(row)] = name
    return Model(
        {Sort(name): tuple(names) for name, names in document["domains"].items()},
        functions,
        {from_text(v): from_text(x) for v, x in document["values"]},
        {from_text(v): name for v, name in document["elements"]},
        maps,
        frozenset(map(from_text, document["parameters"])),
    )


# -- arguments of rules -------------------------------------------------------------------------


def encode(value: Any) -> Any:
    """An argument of a rule as JSON."""
    match value:
        case Term():
            return {"term": to_text(value)}
        case Symbol():
            sorts = [s.name for s in value.sorts]
            return {"symbol": value.name, "sorts": sorts, "result": value.result.name}
        case Lambda():
            return {"params": [to_text(p) for p in value.params], "body": to_text(value.body)}
        case Axiom():
            return {"axiom": value.name}
        case tuple():
            return {"list": [encode(v) for v in value]}
        case int():
            return value
    raise KernelError(f"no way to write down {value!r}")


def decode(value: Any) -> Any:
    """Inverse of encode. Axioms are looked up by name in the list that is printed."""
    match value:
        case int():
            return value
        case {"term": text}:
            return from_text(text)
        case {"symbol": name, "sorts": sorts, "result": result}:
            return Symbol(name, tuple(Sort(s) for s in sorts), Sort(result))
        case {"params": params, "body": body}:
            return Lambda(tuple(from_text(p) for p in params), from_text(body))
        case {"axiom": name} if name in AXIOMS:
            return AXIOMS[name]
        case {"list": items}:
            return tuple(decode(v) for v in items)
    raise KernelError(f"an argument of a rule can't be read: {value!r}")
