"""TeX as MathML, which browsers set without a script and screen readers read; and its font."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

MATHML = "http://www.w3.org/1998/Math/MathML"
RELATIONS = frozenset("=≤<≥>→⇒≠≍≈∝:")
SIGNS = frozenset("+−-,")
OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
FUNCTIONS = frozenset({"log", "exp", "sin", "cos", "cosh", "max", "min", "sup", "inf"})
PRIMES = frozenset("′″‴")
LONG = 14
"""Pieces from which on a formula in a line of text may be broken."""

DELIMITERS = {
    r"\{": ("{", "prefix"),
    r"\lbrace": ("{", "prefix"),
    r"\lvert": ("|", "prefix"),
    r"\}": ("}", "postfix"),
    r"\rbrace": ("}", "postfix"),
    r"\rvert": ("|", "postfix"),
}
MARKS = {tex: chr(0xE000 + j) for j, tex in enumerate(DELIMITERS)}
"""The converter does not know these in every size; they go through it as private letters."""


class BadTeX(ValueError):
    """A command that the converter does not know; it would be shown as it stands."""


def mathml(tex: str, display: bool = False) -> str:
    """The formula as one MathML element, or, in a line of text, as several between which the line
    may break. Raises BadTeX."""
    from latex2mathml.converter import convert

    known = re.sub(r"\\allowbreak\b\s*", "", " ".join(tex.split()))
    known = re.sub(r"\\(?:[lr](?:brace|vert)\b|[{}])\s*", lambda m: MARKS[m[0].strip()], known)
    found = convert(known, display="block" if display else "inline")
    if "\\" in found:
        raise BadTeX(f"not all of this TeX is known: {tex}")
    ET.register_namespace("", MATHML)
    math = ET.fromstring(found)
    for row in list(math.iter()):
        if row.tag.endswith("}msup") and row[1].text in PRIMES:
            row.tag = f"{{{MATHML}}}mrow"  # the letter is high up already
            row[1].tag, row[1].attrib = f"{{{MATHML}}}mo", {"lspace": "0", "rspace": "0"}
        for before, piece, after in zip([None, *row], row, [*row[1:], None], strict=False):
            refine(piece, before, after)
    parts = [math] if display else broken(math)
    return "<wbr>".join(ET.tostring(part, encoding="unicode") for part in parts)


def refine(piece: ET.Element, before: ET.Element | None, after: ET.Element | None) -> None:
    """As TeX has it: delimiters that know their side, room around a function and none around a
    stroke, upright capital Greek."""
    text = piece.text or ""
    for tex, mark in MARKS.items():
        if text == mark:
            piece.tag, (piece.text, form) = f"{{{MATHML}}}mo", DELIMITERS[tex]
            grows = "minsize" in piece.attrib or piece.get("stretchy") == "true"
            piece.attrib |= {"form": form, "stretchy": str(grows).lower()}
    if text == "|":  # a bar closes what stands before it, and opens where nothing does
        signs = RELATIONS | SIGNS | OPENING
        opens = before is None or before.text in signs or before.tag == f"{{{MATHML}}}mspace"
        piece.set("form", "prefix" if opens else "postfix")
    if text in FUNCTIONS:
        piece.tag = f"{{{MATHML}}}mo"
        opened = before is None or before.tag.endswith("}mo")
        closed = after is None or after.text == "("
        piece.attrib |= {
            side: "0" if no else "0.17em" for side, no in (("lspace", opened), ("rspace", closed))
        }
    elif text == "/":
        piece.attrib |= {"lspace": "0", "rspace": "0"}
    elif len(text) == 1 and "Α" <= text <= "Ω":
        piece.set("mathvariant", "normal")


def broken(math: ET.Element) -> list[ET.Element]:
    """The formula in parts: each ends with a relation, or with a sign outside of brackets."""
    row = math[0] if len(math) == 1 and math[0].tag == f"{{{MATHML}}}mrow" else math
    if len(row) < LONG:
        return [math]
    parts: list[list[ET.Element]] = [[]]
    depth = 0
    for piece in row:
        parts[-1].append(piece)
        sign = (piece.text or "") if piece.tag == f"{{{MATHML}}}mo" else ""
        depth += (sign in OPENING) - (sign in CLOSING)
        if sign in RELATIONS or (sign in SIGNS and depth <= 0 and len(parts[-1]) > 1):
            parts.append([])
    return [element(part) for part in parts if part]


def element(pieces: list[ET.Element]) -> ET.Element:
    math = ET.Element(f"{{{MATHML}}}math", display="inline")
    ET.SubElement(math, f"{{{MATHML}}}mrow").extend(pieces)
    return math


# -- the font --------------------------------------------------------------------------------------


def font_face(texts: Iterable[str]) -> str:
    """A style sheet that brings STIX Two Math along, cut down to the letters of these pages.

    Within the sheet, because browsers differ on whether a page in a file may load a font."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    package = find_spec("ziamath")
    assert package is not None and package.origin is not None  # the build has asked for it
    font = TTFont(Path(package.origin).parent / "fonts" / "STIXTwoMath-Regular.ttf")
    letters = {letter for text in texts for letter in text}
    italics = {chr(0x1D434 + j) for j in range(52)} | {chr(0x1D6E2 + j) for j in range(58)} | {"ℎ"}
    cutter = Subsetter(Options(layout_features=["*"], notdef_outline=True, drop_tables=["DSIG"]))
    cutter.populate(text="".join(letters | italics))
    cutter.subset(font)
    written = BytesIO()
    font.save(written)
    data = b64encode(written.getvalue()).decode()
    return (
        '@font-face { font-family: "STIX Two Math"; font-display: block;'
        f' src: url("data:font/ttf;base64,{data}") format("truetype"); }}\n'
    )
