"""Everything on disk: each obligation as SMT-LIB, each proof as a list of rule applications.

``write`` makes a folder that stands alone; ``theory.ledger.recheck`` judges it in other processes.
Names are content hashes, so nothing depends on the order of work, and a changed file is noticed.

proofs.json is {"steps": [...], "claims": {slug: ...}}. A step is a rule, the numbers of its
premises, and its arguments. A claim has the number of its proof (or null), that of the proof of its
negation (or null), those of the hypotheses of its instance by name, and the models. Nothing else
may stand there: ``replay`` reads exactly what ``write`` would write.
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
from theory.kernel.models import Model, Numbered, Value
from theory.kernel.proof import Proof, infer
from theory.kernel.sequent import Axiom
from theory.kernel.statement import Statement
from theory.kernel.syntax import to_text
from theory.kernel.terms import KernelError, Lambda, Sort, Symbol, Term
from theory.kernel.verdict import Case
from theory.reading import from_text
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
    """Steps in an order in which premises come first, and what each claim has of them."""
    numbers: dict[int, int] = {}
    steps: list[dict[str, Any]] = []
    kept: list[Proof] = []  # ids stay unique while the proofs live
    claims = {}
    for slug, case in cases.items():
        for proof in case.proofs():
            for step in proof.steps():
                if id(step) in numbers:
                    continue
                numbers[id(step)] = len(steps)
                kept.append(step)
                premises = [numbers[id(p)] for p in step.premises]
                args = [encode(a) for a in step.args]
                steps.append({"rule": step.rule, "premises": premises, "args": args})
        instance = case.instance
        claims[slug] = {
            "proof": None if case.proof is None else numbers[id(case.proof)],
            "negation": None if instance.negation is None else numbers[id(instance.negation)],
            "hypotheses": {name: numbers[id(p)] for name, p in instance.hypotheses.items()},
            "model": encode_model(instance.model),
            "family": None if case.existence is None else encode_model(case.existence.model),
        }
    return {"steps": steps, "claims": claims}


def replay(
    document: Mapping[str, Any], statements: Mapping[str, Statement] = STATEMENTS
) -> dict[str, Case]:
    """Apply every rule again and put the cases together. Raises KernelError when a rule refuses or
    something stands in the document that is not read."""
    made: list[Proof] = []
    for step in document["steps"]:
        premises = tuple(_at(made, number) for number in step["premises"])
        made.append(infer(step["rule"], premises, *(decode(a) for a in step["args"])))
    cases = {}
    for slug, claim in document["claims"].items():
        proof, negation = (
            None if claim[name] is None else _at(made, claim[name])
            for name in ("proof", "negation")
        )
        hypotheses = {name: _at(made, number) for name, number in claim["hypotheses"].items()}
        instance = Instance(decode_model(claim["model"]), hypotheses, {}, negation)
        existence = None
        if claim["family"] is not None and proof is not None:
            existence = Existence(decode_model(claim["family"]), proof, {})
        cases[slug] = Case(statements[slug], proof, instance, existence)
    if _proofs(cases) != document:
        raise KernelError("something stands in the proofs that no claim uses, or written otherwise")
    return cases


def _at(made: list[Proof], number: object) -> Proof:
    """An earlier step. Python would count a negative number from the end."""
    if type(number) is not int or not 0 <= number < len(made):
        raise KernelError(f"no earlier step has the number {number!r}")
    return made[number]


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
        "elements": [[to_text(v), encode(e)] for v, e in model.elements.items()],
        "parameters": sorted(map(to_text, model.parameters)),
        "runs": {name: to_text(last) for name, last in model.runs.items()},
        "maps": [
            [encode(symbol), list(row), encode(value)]
            for symbol, rows in model.maps.items()
            for row, value in rows.items()
        ],
    }


def decode_model(document: Mapping[str, Any]) -> Model:
    functions: dict[Symbol, dict[tuple[str, ...], Lambda]] = {}
    for symbol, row, function in document["functions"]:
        functions.setdefault(decode(symbol), {})[tuple(row)] = decode(function)
    maps: dict[Symbol, dict[tuple[str, ...], Value]] = {}
    for symbol, row, value in document["maps"]:
        maps.setdefault(decode(symbol), {})[tuple(row)] = decode(value)
    return Model(
        {Sort(name): tuple(names) for name, names in document["domains"].items()},
        functions,
        {from_text(v): from_text(x) for v, x in document["values"]},
        {from_text(v): decode(e) for v, e in document["elements"]},
        maps,
        {name: from_text(last) for name, last in document["runs"].items()},
        frozenset(map(from_text, document["parameters"])),
    )


# -- arguments of rules -------------------------------------------------------------------------


def encode(value: Any) -> Any:
    """An argument of a rule, or an element of a model, as JSON."""
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
        case Numbered():
            return {"run": value.name, "number": encode(value.number)}
        case tuple():
            return {"list": [encode(v) for v in value]}
        case int() | str():
            return value
    raise KernelError(f"no way to write down {value!r}")


def decode(value: Any) -> Any:
    """Inverse of encode. Axioms are looked up by name in the list that is printed."""
    match value:
        case int() | str():
            return value
        case {"run": name, "number": number}:
            return Numbered(name, decode(number))
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
