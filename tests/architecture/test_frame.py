"""The frame of the pages: the way back to the home page, and colours that tell the services apart and can be read."""

import ast
import re
from pathlib import Path

import pytest

from onebox.demo_extranet.sites import SITES
from servicekit.web import create_app
from tests.architecture.tree import ROOT, own_python
from tests.promises import promise
from tests.servicekit.web.conftest import PartySettings

TEMPLATES = [
    path
    for folder in ("libs", "services", "deploy")
    for path in sorted((ROOT / folder).rglob("*.html"))
    if "site-packages" not in path.parts and re.search(r"{% extends ", path.read_text())
]
HOME = {"portal.html", "habpps/home.html", "habpps/organisations.html", "audit/home.html", "cdap/search.html"}
HOME_OF_THE_DEMO = {"demo_extranet.html", "inbox.html"}
OF_SIGNING_IN_OR_OUT = {
    *("login.html", "forgotten_password.html", "forgotten_password_sent.html", "lost_identifier.html"),
    *("lost_identifier_sent.html", "account_closed.html", "organisation.html", "not_me_done.html"),
    *("engagement_declined.html", "second_factor.html"),
    *("not_me_unknown.html", "logged_out.html", "logout_confirm.html", "servicekit/signed_out.html"),
    *("servicekit/session_ended.html", "servicekit/stale_form.html", "servicekit/login_failed.html"),
}
ON_THE_WAY_OF_AN_APPLICATION = {"consent.html", "form_post.html", "device_confirm.html", "device_done.html"}
ERRORS = {"servicekit/error.html", "oidc_error.html", "closed_extranet.html"}
CONFIRMATIONS = {"habpps/propagation.html"}
WITHOUT = HOME | HOME_OF_THE_DEMO | OF_SIGNING_IN_OR_OUT | ON_THE_WAY_OF_AN_APPLICATION | ERRORS | CONFIRMATIONS


def _name(path: str) -> str:
    return path.rpartition("/templates/")[2]


def _is_template(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith(".html")


@promise("pages:way-home")
def test_every_page_below_a_home_page_shows_the_way_there() -> None:
    without = {_name(str(path)) for path in TEMPLATES if "{% set trail = " not in path.read_text()}
    assert len(TEMPLATES) > 50
    assert without == WITHOUT, "either the page sets `trail`, or it is one of those that lie on no way"


CSS = (ROOT / "libs/servicekit/src/servicekit/web/static/servicekit.css").read_text()
_LIGHT, _, _REST = CSS.partition("@media (prefers-color-scheme: dark)")
GROUNDS = {"light": _LIGHT, "dark": _REST.partition("/* Ground */")[0]}
ACCENTS = ("", "teal", "plum", "slate", "amber", "olive", "rose")


def _colours(ground: str, accent: str) -> dict[str, str]:
    """The variables in force: those of the root, then those of the accent."""
    text = GROUNDS[ground]
    found: dict[str, str] = {}
    for selector in (r":root", rf"\.accent-{accent}") if accent else (r":root",):
        block = re.search(selector + r" {(.*?)}", text, re.DOTALL)
        assert block, f"{ground}: no colours of {selector}"
        found |= dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block.group(1)))
    return found


def _luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("accent", ACCENTS)
def test_an_accent_can_be_read_on_every_ground_and_under_its_button(accent: str, ground: str) -> None:
    colours = _colours(ground, accent)
    pairs = [(brand, on) for brand in ("brand", "brand-strong") for on in ("paper", "ground", "brand-tint", "on-brand")]
    pairs += [(ink, "brand-tint") for ink in ("ink", "ink-soft")]
    poor = {pair: ratio for pair in pairs if (ratio := _contrast(colours[pair[0]], colours[pair[1]])) < 4.5}
    assert poor == {}


@promise("pages:rooms-apart")
def test_no_two_services_or_demo_extranets_have_the_same_accent() -> None:
    used = {name: site.accent for name, site in SITES.items()}
    for service in ("auth", "habpps", "cdap", "audit"):
        (app,) = (ROOT / "services" / service).rglob("adapters/web/app.py")
        text = app.read_text()
        used[service] = (re.findall(r"accent=\"([a-z]*)\"", text) or [""])[0]
    assert set(used.values()) <= set(ACCENTS)
    assert len(set(used.values())) == len(used), used


def test_no_view_gives_a_page_a_name_that_the_frame_has(tmp_path: Path) -> None:
    """It would stand in the header and in the footer instead."""
    app = create_app("tests.servicekit.web", service_label="Portes", settings=PartySettings(tmp_path))
    with app.test_request_context("/"):
        context: dict[str, object] = {}
        app.update_template_context(context)
    frame = set(context) - {"g", "request", "session"}
    assert "service_label" in frame
    given = {
        (str(path), keyword.arg)
        for path in own_python()
        if path.parts[0] in {"libs", "services", "deploy"}
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and any(_is_template(argument) for argument in node.args)
        for keyword in node.keywords
    }
    assert len(given) > 50, "the sources are read as they are written"
    assert {one for one in given if one[1] in frame} == set()
