"""Our term tables say what the publishers' files say: same digest, same terms."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyld import jsonld

from accredit.kit.linkeddata import ContextRefused, canonicalise, terms
from accredit.kit.linkeddata.active_context import BASE_CONTEXTS

from .official_contexts import OfficialContexts, scope_of


@pytest.fixture(scope="module")
def official(shared: Path) -> OfficialContexts:
    return OfficialContexts(shared / "standards" / "vectors" / "contexts")


TABLES = {**terms.pinned_for_conformance(), "older bytes of OB 3.0.3": terms.load(terms.OLDER_OB_3_0_3)}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_equals_the_file_that_it_was_made_from(name: str, official: OfficialContexts) -> None:
    table = TABLES[name]
    assert scope_of(official.by_sha256[table.sha256]["@context"]) == table.scope


def test_each_url_is_pinned_to_the_digest_that_its_publisher_states(official: OfficialContexts) -> None:
    for url, table in terms.pinned_for_conformance().items():
        assert official.by_sha256[table.sha256] == official.by_url[url]


def test_only_one_indexed_context_has_no_table(official: OfficialContexts) -> None:
    # It imports another context that is not among the files, and no credential that we read names it.
    assert set(official.by_url) - set(terms.pinned_for_conformance()) == {"https://w3id.org/security/v2"}


@pytest.mark.parametrize("base", ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/2018/credentials/v1"])
def test_pyld_agrees_on_which_contexts_go_together(base: str, official: OfficialContexts) -> None:
    for url in sorted(set(terms.pinned_for_conformance()) - set(BASE_CONTEXTS)):
        document = {"@context": [base, url], "id": "urn:x:1", "type": "VerifiableCredential"}
        try:
            ours = canonicalise(document, contexts=terms.pinned_for_conformance()).decode("utf-8")
        except ContextRefused:
            with pytest.raises(jsonld.JsonLdError, match="Could not convert"):
                official.pyld(document)
        else:
            assert ours == official.pyld(document)
