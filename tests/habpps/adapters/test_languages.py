"""Every French sentence of the pages has its English one."""

from pathlib import Path

from habpps.adapters.web import app
from tests.habpps.adapters.conftest import Pages
from tests.promises import promise
from tests.servicekit.web.catalogue_check import untranslated


def test_the_english_catalogue_is_complete() -> None:
    assert untranslated(Path(app.__file__).parent) == []


@promise("professional:two-languages")
def test_pages_are_shown_in_english_to_those_who_ask(pages: Pages) -> None:
    pages.habpps.all.organisation()
    answer = pages.client.get("/organismes", headers={"Accept-Language": "en"})
    assert "Partner organisations" in answer.text
