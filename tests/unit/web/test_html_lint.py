"""The linter finds what it says it finds: each case is a good page with one thing spoilt."""

from __future__ import annotations

import pytest

from tests.html_lint import lint

GOOD = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Hours – accredit</title></head><body><main id="main"><h1>Hours</h1>
<form method="post" action="/"><input type="hidden" name="csrf_token" value="x"><label for="a">A</label><input id="a">
<button>Save</button></form><img src="/x.svg" alt=""><a href="/">Home</a>
<table><caption>All</caption><thead><tr><th scope="col">A</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>
<svg aria-hidden="true" viewBox="0 0 1 1"><path d="M0 0"/></svg></main></body></html>"""


def test_a_good_page_has_no_fault() -> None:
    assert lint(GOOD) == []


@pytest.mark.parametrize(
    ("good", "spoilt", "fault"),
    [
        pytest.param(' lang="en"', "", "no lang", id="no language"),
        pytest.param("Hours – accredit", "– accredit", "title", id="no title of its own"),
        pytest.param("<h1>Hours</h1>", "<h2>Hours</h2>", "h1", id="no h1"),
        pytest.param("<h1>Hours</h1>", "<h1>Hours</h1><h1>More</h1>", "2 h1", id="two h1"),
        pytest.param('<label for="a">A</label>', "", "no label", id="an input without a label"),
        pytest.param('<label for="a">A</label>', '<label for="a"></label>', "no label", id="a label without words"),
        pytest.param('id="main"', 'id="a"', "2 times", id="an id used twice"),
        pytest.param("<h1>", '<h1 style="color:red">', "style attribute", id="an inline style"),
        pytest.param("<h1>", '<h1 onclick="x()">', "onclick", id="an inline handler"),
        pytest.param("<main", "<script>x()</script><main", "inline script", id="an inline script"),
        pytest.param("</head>", "<style>p{}</style></head>", "inline style", id="an inline style sheet"),
        pytest.param(' alt=""', "", "no alt", id="a picture without words"),
        pytest.param('<a href="/">Home</a>', '<a href="/"></a>', "no words", id="a link without words"),
        pytest.param('<a href="/">', '<a href="#gone">', "not there", id="a link to nowhere on the page"),
        pytest.param('<a href="/">', '<a href="javascript:x()">', "script in href", id="a script in a link"),
        pytest.param("<caption>All</caption>", "", "caption", id="a table without a caption"),
        pytest.param(' scope="col"', "", "scope", id="a header without scope"),
        pytest.param("<button>Save</button>", "<button></button>", "button without words", id="a silent button"),
        pytest.param(
            '<input type="hidden" name="csrf_token" value="x">', "", "csrf_token", id="a form that can be forged"
        ),
        pytest.param('method="post"', 'method="get"', "into the address", id="a token in the address"),
        pytest.param("</h1>", "", "does not parse", id="an unclosed element"),
        pytest.param(' aria-hidden="true"', "", "svg", id="a nameless drawing"),
        pytest.param("<button>", '<button aria-describedby="gone">', "not there", id="a description that is not there"),
    ],
)
def test_a_spoilt_page_is_caught(good: str, spoilt: str, fault: str) -> None:
    assert good in GOOD
    found = lint(GOOD.replace(good, spoilt, 1))
    assert any(fault in sentence for sentence in found), found
