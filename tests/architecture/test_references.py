"""A page that refuses or fails shows one reference, that of the request, and no other number to read out."""

import re

import pytest

from tests.architecture.tree import ROOT, tracked
from tests.promises import promise

BASE = "servicekit/error.html"
SHOWN = '{% include "servicekit/_reference.html" %}'
REFUSING = re.compile(r"error|refused|_closed|closed_|not_found|login_failed")
TEMPLATES = {path: (ROOT / path).read_text(encoding="utf-8") for path in tracked(".html") if "/templates/" in str(path)}
PAGES = sorted(
    str(path)
    for path, text in TEMPLATES.items()
    if "{% extends" in text
    and path.parts[0] != "deploy"
    and (REFUSING.search(path.name) or f'extends "{BASE}"' in text or re.search(r"<article[^>]*data-reason", text))
)


@promise("audit:one-reference")
@pytest.mark.parametrize("page", PAGES)
def test_every_page_that_refuses_shows_exactly_one_reference(page: str) -> None:
    text = next(text for path, text in TEMPLATES.items() if str(path) == page)
    inherited = f'extends "{BASE}"' in text
    shown = text.count(SHOWN) + inherited + len(re.findall(r'id="reference"', text))
    assert shown == 1, "one reference, from servicekit/_reference.html"


def test_the_pages_are_found() -> None:
    names = {page.rpartition("/")[2] for page in PAGES}
    assert {"error.html", "closed_extranet.html", "oidc_error.html", "login_failed.html"} <= names


def test_the_one_reference_is_that_of_the_request() -> None:
    part = next(text for path, text in TEMPLATES.items() if path.name == "_reference.html")
    assert re.findall(r"{{ ([a-z_.]+) }}", part) == ["g.request_id"]
