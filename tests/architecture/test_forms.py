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

VERSION = re.compile(r"\b(form|assign_form|names|address)\.version\b|\"version\": ")
MAKES_ONLY = {
    # what is new: nothing known is changed, and the register refuses a second one
    "request.html",  # what was asked never changes, and the register refuses a second decision
    *("attach_person.html", "contract_form.html", "group_form.html", "organisation_form.html", "user_form.html"),
    "territory_form.html",
}
CHANGES_NOTHING_SHARED = {
    # one's own session, password, agreement, engagement or device; or a search
    *("engagement.html", "second_factor.html", "factor_add.html"),
    "choose_caf.html",
    *("invitation.html", "address_to_prove.html"),  # answered by one person, once
    *("account_closed.html", "choose_password.html", "consent.html", "device_code.html", "device_confirm.html"),
    *("forgotten_password.html", "form_post.html", "login.html", "logout_confirm.html", "lost_identifier.html"),
    *("organisation.html", "_header.html", "_search_form.html", "search.html", "results.html", "event.html"),
    "demo_extranet.html",
    "client.html",  # asks the addresses of an application
    # the macros themselves: who uses them gives the version
    *("confirm.html", "forms.html"),
}
TRIED_AGAIN = "retry-account"  # repeats a refused command; the register refuses it when nobody waits for it any more
ASKS_ABOUT_ONESELF = {"portal_pages.py", "session_pages.py", "factor_pages.py", "app.py"}  # one's own things


@promise("admin:older-form-undoes-nothing")
def test_every_form_that_changes_something_known_carries_the_version_that_it_showed() -> None:
    excused = MAKES_ONLY | CHANGES_NOTHING_SHARED
    missing = [
        f"{path.relative_to(ROOT)}: {form[:80]}"
        for path in TEMPLATES
        for form in [*FORM.findall(path.read_text()), *re.findall(r"forms\.post_button\([^\n]*", path.read_text())]
        if path.name not in excused and TRIED_AGAIN not in form and not VERSION.search(form)
    ]
    assert missing == []


@promise("admin:older-form-undoes-nothing")
def test_every_page_that_asks_before_changing_something_known_carries_its_version() -> None:
    calls = [
        (path, call)
        for folder in ("libs", "services")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if ".venv" not in path.parts
        for call in re.findall(r"return render_confirm\(.*?\n    +\)\n", path.read_text(), re.DOTALL)
    ]
    assert len(calls) >= 5
    missing = [
        str(path.relative_to(ROOT))
        for path, call in calls
        if path.name not in ASKS_ABOUT_ONESELF and not VERSION.search(call)
    ]
    assert missing == []


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


def test_every_day_that_is_typed_is_read_by_the_one_field() -> None:
    """A plain date field takes the years 26 and 9999, which then overflow or are silently dropped."""
    plain = [
        str(path.relative_to(ROOT))
        for folder in ("libs", "services", "deploy")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "site-packages" not in path.parts
        and path.name != "fields.py"
        and re.search(r"\bDateField\b", path.read_text())
    ]
    assert plain == []
