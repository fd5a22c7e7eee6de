"""SVG: what comes out is the one credential in it, and what is baked in comes out again from the same drawing."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from contextlib import suppress
from hashlib import sha256
from random import Random
from xml.parsers import expat

from accredit.kit.openbadges import detect, svg
from accredit.kit.openbadges.errors import ContainerUnreadable
from tests.fuzz import mutations
from tests.fuzz.target import MAX_INPUT, Answer, Target

from .texts import CREDENTIALS, a_text, baked

CREDENTIAL = "{https://purl.imsglobal.org/ob/v3p0}credential"
CODES = {
    *("no_credential", "multiple_credentials", "credential_size", "svg_dtd", "svg_depth", "svg_size", "svg_syntax"),
    *("svg_root", "svg_credential", "open_badges_2"),
}
NO_PLACE = {"svg_empty", "svg_unbakeable"}
"""Codes with which a readable drawing may still refuse to take a credential."""
DOCTYPE = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'


def credentials_in(data: bytes) -> list[str] | None:
    """Find what a drawing states, in a tree of all of it; None where the standard parser cannot read it."""
    try:
        root = ET.fromstring(data)
    except (ET.ParseError, LookupError, ValueError):
        return None
    stated = []
    for each in root.iter(CREDENTIAL):
        stated += [each.get("verify", "").strip(), "".join(each.itertext()).strip()]
    return [text for text in stated if text]


def declares(data: bytes) -> bool:
    """Tell whether a document type is declared that is not the one of SVG itself."""
    declared: list[object] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *said: declared.append(said)
    with suppress(expat.ExpatError, LookupError, ValueError):
        parser.Parse(data, True)
    return bool(declared)


def judge(data: bytes, answer: Answer) -> None:
    if answer.refusal is None:
        stated = credentials_in(data)
        assert stated is not None, "a text came out of what the standard parser cannot read"
        assert stated == [answer.value], f"{answer.value!r} came out where the tree states {stated!r}"
        assert baked(svg.bake, data, "{}")[1] == "already_baked"
        return
    code = answer.refusal.code
    assert code in CODES, f"the code {code} is not documented"
    if code in ("no_credential", "open_badges_2"):
        assert not credentials_in(data)
        _judge_baking(data, a_text(sha256(data).digest()))
    elif code == "multiple_credentials":
        assert len(credentials_in(data) or ()) > 1
    elif code == "svg_syntax":
        assert credentials_in(data) is None or declares(data), "the standard parser reads this"
    elif code == "svg_dtd":
        assert declares(data)
    elif code not in ("credential_size", "svg_credential"):
        assert baked(svg.bake, data, "{}")[1] != "baked", "something was baked into a damaged drawing"


def _judge_baking(data: bytes, text: str) -> None:
    made, code = baked(svg.bake, data, text)
    if code in NO_PLACE:
        return
    assert code == "baked", f"{code} where a credential should go in"
    assert svg.unbake(made) == text, "what was baked in does not come out"
    assert detect.kind_of(made) is not detect.Kind.SVG or detect.unbake(made) == text
    assert baked(svg.bake, made, text)[1] == "already_baked"
    # Nothing of the drawing is lost or moved: what was put in lies between its beginning and its end.
    start = next((at for at, byte in enumerate(data) if made[at] != byte), len(data))
    left = len(data) - start
    assert left == 0 or made[-left:] == data[start:], "baking changed the drawing"
    assert len(made) >= len(data) + len(text.encode())


PIECES: tuple[bytes, ...] = (
    *(
        b'<g id="a">',
        b"</g>",
        b"<g/>",
        b"<!-- c -->",
        b"<?p i?>",
        b"<![CDATA[",
        b"]]>",
        b"&amp;",
        b"&#0;",
        b"&#x41;",
        b"&a;",
    ),
    *(b' xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"', b' xmlns:openbadges="urn:other"', b" xmlns=''"),
    *(b' xmlns:o="https://purl.imsglobal.org/ob/v3p0"', b"<o:credential>", b"</o:credential>", b"<o:credential/>"),
    *(b"<openbadges:credential>", b"</openbadges:credential>", b'<openbadges:credential verify="a.b.c"/>'),
    *(b' verify="a.b.c"', b' verify=" "', b"{}", b"<svg>", b"</svg>", b'<svg xmlns="http://www.w3.org/2000/svg">'),
    *(b'<?xml version="1.0" encoding="UTF-16"?>', b'<?xml version="1.0" encoding="latin-1"?>', b"\xef\xbb\xbf", b"'>'"),
    *(DOCTYPE, b"<!DOCTYPE svg>", b'<!DOCTYPE svg [<!ENTITY a "b">]>', b'<!DOCTYPE svg SYSTEM "file:///etc/passwd">'),
    *(text.encode() for text in CREDENTIALS),
)


WHOLE: tuple[bytes, ...] = (
    *(
        b"<g/>",
        b"<g>a</g>",
        b"<!-- c -->",
        b"<?p i?>",
        b"a ",
        b"&amp;",
        b"&#x41;",
        b"<![CDATA[ < ]]>",
        b"<text>{}</text>",
    ),
    b'<o:credential xmlns:o="https://purl.imsglobal.org/ob/v3p0">{"a": 1}</o:credential>',
    b'<credential xmlns="https://purl.imsglobal.org/ob/v3p0" verify="a.b.c"/>',
    b'<g xmlns:openbadges="urn:other"><openbadges:credential>{}</openbadges:credential></g>',
    b'<o:credential xmlns:o="https://purl.imsglobal.org/ob/v3p0"> <![CDATA[{}]]> <!-- c --> </o:credential>',
)
"""What may stand between two tags and leave the drawing well-formed."""


def mutate(data: bytes, chance: Random) -> bytes:
    if chance.random() < 0.2:
        return mutations.any_bytes(data, chance)
    if chance.random() < 0.6:
        ends = [at + 1 for at, byte in enumerate(data) if byte == ord(">")] or [0]
        at = chance.choice(ends)
        whole = chance.choice(WHOLE)
        if chance.random() < 0.2 and len(ends) > 1:
            whole = b"<g>" * chance.choice((1, 5, 60)) + whole
            whole += b"</g>" * whole.count(b"<g>")
        return data[:at] + whole + data[at:]
    for _ in range(chance.choice((1, 1, 2, 3))):
        # Most of XML is decided where a tag begins or ends, so that is where most changes are made.
        edges = [at for at, byte in enumerate(data) if byte in b"<>\"' "] or [0]
        at = chance.choice(edges) + chance.choice((0, 1))
        end = at if chance.random() < 0.7 else chance.choice(edges)
        if chance.random() < 0.15:
            data = data[:at] + data[max(at, end) :]
        else:
            data = data[:at] + chance.choice(PIECES) + data[max(at, end) :]
    return data.decode("utf-8", "replace").encode("utf-16") if chance.random() < 0.02 else data


def grow(data: bytes, chance: Random) -> bytes:
    """Make a drawing of very many elements, attributes, texts or references, or of very deep ones."""
    piece = chance.choice((*PIECES, b"<a>", b" a='b'", b"<", b"&", b"&#65;", b"x" * 999, b"<!--", b"]]", b"<a/>"))
    at = data.find(b">") + chance.choice((0, 1))
    times = (MAX_INPUT - len(data)) // len(piece)
    if piece == b" a='b'":
        # Attributes differ in their names, or the second would end the drawing.
        filling = b"".join(b" a%d='b'" % number for number in range(min(times, 60_000)))
    else:
        filling = piece * times
    return (data[:at] + filling + data[at:])[:MAX_INPUT]


def seeds() -> list[bytes]:
    plain = b'<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg"><g>\xc5\xb7</g></svg>\n'
    prefixed = b"<s:svg xmlns:s=\"http://www.w3.org/2000/svg\" a='>'><s:g/></s:svg>"
    typed = DOCTYPE + b'<svg xmlns="http://www.w3.org/2000/svg"><title>a</title></svg>'
    filled = [svg.bake(plain, text) for text in CREDENTIALS]
    odd = [
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<svg xmlns="http://www.w3.org/2000/svg"><o:credential xmlns:o="https://purl.imsglobal.org/ob/v3p0"'
        b' verify="a.b.c">{}</o:credential></svg>',
        plain.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        plain.decode().replace("UTF-8", "iso-8859-1").replace("ŷ", "é").encode("latin-1"),
        b"<svg xmlns='http://www.w3.org/2000/svg'>" + b"<g>" * 63 + b"</g>" * 63 + b"</svg>",
    ]
    return [plain, prefixed, typed, *filled, svg.bake(typed, CREDENTIALS[2]), svg.bake(prefixed, "{}"), *odd]


TARGET = Target(
    name="svg",
    reader="`openbadges.svg.unbake`",
    asks="the standard parser finds exactly one credential with the same text; what is baked in comes out, the drawing "
    "around it is unchanged, and a second one is refused",
    seeds=seeds,
    read=svg.unbake,
    refusals=(ContainerUnreadable,),
    judge=judge,
    mutate=mutate,
    grow=grow,
    blind_share=0.2,
)
