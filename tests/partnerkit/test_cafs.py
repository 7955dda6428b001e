"""The Cafs by one name, numbers as people read them, and the clock by which the people of a Caf work."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask_babel import Babel

from partnerkit.cafs import all_cafs, caf_label, clock_of, siret_label
from partnerkit.web.readers import speak_to_readers
from servicekit.web.formats import local_day, longdatetime, shortdatetime
from tests.promises import promise

MOMENT = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)


def test_every_caf_has_its_name_and_a_number_of_three_digits() -> None:
    assert caf_label("921") == "Caf des Hauts-de-Seine (921)"
    assert caf_label("951") == "Caf du Val-d’Oise (951)"
    assert caf_label("000") == "Caf (000)"
    assert all(code.isdigit() and len(code) == 3 for code in all_cafs())


def test_a_siret_is_read_in_groups_that_do_not_break() -> None:
    assert siret_label("21920050800014") == "219\u00a0200\u00a0508\u00a000014"
    assert siret_label("2192") == "2192"


@promise("pages:times-are-those-of-the-reader")
@pytest.mark.parametrize(
    ("caf", "time", "name"),
    [
        ("921", "22\u00a0h\u00a030", ""),
        ("", "22\u00a0h\u00a030", ""),
        ("971", "17\u00a0h\u00a030", "heure de Guadeloupe"),
        ("972", "17\u00a0h\u00a030", "heure de Martinique"),
        ("973", "18\u00a0h\u00a030", "heure de Guyane"),
        ("974", "1\u00a0h\u00a030", "heure de La Réunion"),
        ("976", "0\u00a0h\u00a030", "heure de Mayotte"),
    ],
)
def test_times_and_days_are_those_of_the_readers_caf_and_another_clock_is_named(caf: str, time: str, name: str) -> None:
    app = Flask(__name__)
    Babel(app, default_locale="fr")
    speak_to_readers(app, caf=lambda: caf)
    with app.test_request_context("/"):
        for written in (longdatetime(MOMENT), shortdatetime(MOMENT)):
            assert f"à {time}" in written
            assert written.endswith(f"({name})" if name else time)
        assert local_day(MOMENT).day == (24 if caf in {"974", "976"} else 23)


def test_every_overseas_caf_has_its_clock() -> None:
    overseas = [code for code in all_cafs() if code.startswith("97")]
    assert overseas
    assert all(clock_of(code).names for code in overseas)
