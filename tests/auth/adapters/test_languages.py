"""Every French sentence of the pages has its English."""

from __future__ import annotations

from pathlib import Path

import auth.adapters.web
from tests.servicekit.web.catalogue_check import untranslated, unused

PACKAGE = Path(auth.adapters.web.__file__).parent


def test_the_english_catalogue_is_complete() -> None:
    assert untranslated(PACKAGE) == []
    assert unused(PACKAGE) == []
