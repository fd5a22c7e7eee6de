"""What a plain web host gets beside the documents: a front page, the single file, and how to serve the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from accredit.domain.verification.trust import Trust
from accredit.rendering.environment import environment
from accredit.rendering.verifier_file import FILE_NAME, LANGUAGES, verifier_file

# By language; a host shows the first by itself.
_FRONT_PAGES = {language: "index.html" if language == "en" else f"{language}.html" for language in LANGUAGES}
# Most documents have addresses without an ending, so a host has to be told what they are.
_TYPES = {
    "/status/*": "application/vc",
    "/achievements/*": "application/ld+json",
    "/.well-known/did.json": "application/did+json",
    "/o/*/did.json": "application/did+json",
    "/ledger/checkpoint": "text/plain; charset=utf-8",
    "/ledger/tile/*": "application/octet-stream",
}
_APACHE = """\
Header set Access-Control-Allow-Origin "*"
<If "%{REQUEST_URI} =~ m#^/status/#">
  ForceType application/vc
</If>
<If "%{REQUEST_URI} =~ m#^/achievements/#">
  ForceType application/ld+json
</If>
<If "%{REQUEST_URI} =~ m#/did\\.json$#">
  ForceType application/did+json
</If>
<If "%{REQUEST_URI} =~ m#^/ledger/checkpoint$#">
  ForceType text/plain
</If>
"""


def pages(trust: Trust) -> Iterator[tuple[str, bytes]]:
    """Yield each file with its path; the same trust anchors always give the same files."""
    folders = {each.id: f"o/{each.id.rpartition(':')[2]}" for each in trust.issuers}
    # Whoever follows an issuer's address on such a host asks for the folder.
    for folder in folders.values():
        yield from _front_pages(trust, folders, folder=f"{folder}/", root="../../")
    yield FILE_NAME, verifier_file(trust)
    # The forms in which the usual hosts are told, each ignored by the others.
    types = "".join(f"{path}\n  Content-Type: {media_type}\n" for path, media_type in _TYPES.items())
    yield "_headers", f"/*\n  Access-Control-Allow-Origin: *\n{types}".encode()
    yield ".htaccess", _APACHE.encode()
    yield from _front_pages(trust, folders, folder="", root="")


def _front_pages(trust: Trust, folders: Mapping[str, str], *, folder: str, root: str) -> Iterator[tuple[str, bytes]]:
    """Yield the page that stands in for a folder, in each language; a plain host cannot ask which one is read."""
    for language, name in _FRONT_PAGES.items():
        others = [(each, page, LANGUAGES[each]) for each, page in _FRONT_PAGES.items() if each != language]
        values = {"trust": trust, "folders": folders, "verifier": FILE_NAME, "language": language, "others": others}
        found = environment(language).get_template("published/index.html").render({**values, "root": root})
        yield f"{folder}{name}", found.encode()
