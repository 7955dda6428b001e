"""A browser in words, in the language of the page."""

from __future__ import annotations

from flask_babel import gettext

from auth.people.domain.browsers import browser_of


def browser_in_words(user_agent: str) -> str:
    """For example: Firefox sur Windows."""
    browser, system = browser_of(user_agent)
    if browser and system:
        return str(gettext("%(browser)s sur %(system)s", browser=browser, system=system))
    if system:
        return str(gettext("Navigateur inconnu sur %(system)s", system=system))
    return browser or str(gettext("Navigateur inconnu"))
