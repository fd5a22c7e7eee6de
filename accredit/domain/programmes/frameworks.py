"""Skills of two public frameworks, to choose from: facts only, by the frameworks' own names and identifiers.

- ESCO: concepts of v1.2.0, by English label and URI. The ones that peer support shows; clinical ones are left out, and
  so are those that would have a young person settle cases of abuse. © European Union; reuse is allowed with
  acknowledgement (Decision 2011/833/EU), which the page that shows them makes.
- Skills Builder Universal Framework 2.0: the names of its eight skills. No step's wording is used, and nothing says
  that the framework's makers agree.

Both names are in English: a label of our own in Welsh must not carry the framework's name.
"""

from __future__ import annotations

from accredit.domain.programmes.rules import Alignment

ESCO = "ESCO"
SKILLS_BUILDER = "Skills Builder Universal Framework 2.0"
# `http` is part of these identifiers.
_PREFIX = "http://data.europa.eu/esco/skill/"

_CONCEPTS = {
    "act reliably": "25e16679-a7d0-464d-916c-63210001bbab",
    "adapt to change": "49de9958-2aa4-4eef-a89d-fe5d5bcd28c4",
    "address an audience": "609a8ac1-9d29-4237-9886-596dbbe7ca8a",
    "assume responsibility": "199f7919-5114-41b6-b6a5-41e0e4896ec1",
    "build trust": "eade4171-3d57-4fb2-9518-44d5a1da4ff5",
    "communicate with youth": "b5af495b-61f1-4330-9891-dca56d97d714",
    "cope with stress": "7a147904-22b3-498a-b4d9-7bceeb86b45d",
    "demonstrate willingness to learn": "9bf266a6-188b-4d17-a22f-2f266d76832b",
    "establish connections with young people": "de5c97d3-ad28-49e8-bc97-fa5c7521d6f2",
    "give constructive feedback": "b9bb1f03-15e2-4079-943e-7e483b21725b",
    "have emotional intelligence": "f0a84d52-91fd-45ec-9fe9-e363d9318b9e",
    "identify problems": "a628d2d1-f40a-4c37-a357-2801726f2996",
    "lead others": "75d8e5d9-bef3-418b-9011-01bff9f27207",
    "listen actively": "a17286c5-238d-4f0b-bc24-29e9121345de",
    "manage frustration": "1d1fedcb-4995-44ac-90f5-f31a157ce512",
    "manage time": "d9013e0e-e937-43d5-ab71-0e917ee882b8",
    "meet commitments": "113b4428-0a31-4199-8496-070af7854b91",
    "mentor individuals": "a584a638-a2c0-4b3c-bdf3-a64f87225be9",
    "moderate a discussion": "5b46f572-7ced-4efd-b270-a81a164d521c",
    "motivate others": "e2d44a9b-f28c-489e-9861-b654b5ded507",
    "negotiate compromises": "7954861c-86d4-4529-afbb-2c23dab9ac74",
    "plan youth activities": "114f2179-b625-4333-b9f9-fe6a846a7c36",
    "promote inclusion": "bcd2ce08-ba12-4d66-865f-f4ba36419707",
    "promote the safeguarding of young people": "98a0c718-40b1-4a4f-a366-b8155f238d9b",
    "relate empathetically": "996243ee-543f-4c36-a31a-e0f2403c0c5d",
    "respect confidentiality obligations": "e37d64dc-0f05-4ee8-b065-bf76f70d8f5c",
    "respect the diversity of cultural values and norms": "5ca953f7-541d-4f67-bc55-7721348366cf",
    "show empathy": "77b636e8-fab3-41a8-8022-1e0a354059dc",
    "show intercultural awareness": "7d23c508-c007-4221-bb84-0c9a479b8ea6",
    "solve problems": "adc6dc11-3376-467b-96c5-9b0a21edc869",
    "use questioning techniques": "0f2eee6f-2203-4cc8-9d79-854d2d5d8131",
    "work in teams": "60c78287-22eb-4103-9c8c-28deaa460da0",
}
_SKILLS = (
    "Listening",
    "Speaking",
    "Problem Solving",
    "Creativity",
    "Adapting",
    "Planning",
    "Leadership",
    "Teamwork",
)


def _esco(name: str, identifier: str) -> Alignment:
    return Alignment(ESCO, name, _PREFIX + identifier, identifier)


FRAMEWORKS: dict[str, tuple[Alignment, ...]] = {
    ESCO: tuple(_esco(name, identifier) for name, identifier in _CONCEPTS.items()),
    SKILLS_BUILDER: tuple(Alignment(SKILLS_BUILDER, name, code="UF2") for name in _SKILLS),
}
"""What can be chosen, by framework, each list in its own order."""

_ALL = {(each.framework, each.name): each for listed in FRAMEWORKS.values() for each in listed}


def alignment(framework: str, name: str) -> Alignment:
    """Return a skill of a framework. Raises `KeyError` when it is not on our list."""
    return _ALL[framework, name]
