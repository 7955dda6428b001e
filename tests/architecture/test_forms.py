"""Every form of every page carries the token against forgery and the value by which a second sending is known."""

import re

from tests.architecture.tree import ROOT
from tests.promises import promise

FORM = re.compile(r"<form\b[^>]*method=\"post\".*?</form>", re.IGNORECASE | re.DOTALL)
TEMPLATES = [
    path
    for folder in ("libs", "services", "deploy")
    for path in sorted((ROOT / folder).rglob("*.html"))
    if "site-packages" not in path.parts
]
ELSEWHERE = {
    "form_post.html",  # goes to another site, which has its own (OAuth 2.0 Form Post Response Mode)
    "_header.html",  # signing out: twice is as good as once
}


@promise("pages:twice-is-once")
def test_every_form_that_is_posted_carries_its_hidden_fields() -> None:
    forms = [(path, form) for path in TEMPLATES for form in FORM.findall(path.read_text())]
    assert len(forms) >= 20
    missing = [
        f"{path.relative_to(ROOT)}: {form[:60]}"
        for path, form in forms
        if path.name not in ELSEWHERE and "csrf_field()" not in form
    ]
    assert missing == []


def test_the_hidden_fields_are_written_in_one_place() -> None:
    by_hand = [
        str(path.relative_to(ROOT))
        for path in TEMPLATES
        if re.search(r'name="(csrf_token|once_token)"', path.read_text())
        and path.name not in {"forms.html", *ELSEWHERE}
    ]
    assert by_hand == []
