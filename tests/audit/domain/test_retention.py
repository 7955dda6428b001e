"""How long each type of event is kept, and which of the producers' types are of which class."""

from datetime import UTC, datetime

import pytest

from audit.domain.event import OWN_SERVICE
from audit.domain.retention import MONTHS_KEPT, Retention, ends_at
from audit.domain.shard import parts_of, shard_of
from audit.domain.vocabulary import vocabulary_of
from partnerkit.event_words import words_of
from servicekit.event_words import CONNECTION, EVIDENCE, TYPE, Word
from tests.promises import promise

SERVICES = ("auth", "habpps", "cdap", "audit")


@promise("journal:what-is-said-of-people-has-a-term")
def test_every_type_of_every_producer_has_a_class_with_its_term() -> None:
    known = vocabulary_of((service, word) for service in SERVICES for word in words_of(service))
    classes = {code: known.retention(code) for _, kind, code in known.words if kind == TYPE}
    of_signing_in = {code for code, retention in classes.items() if retention is Retention.CONNECTION}
    assert {"auth.session.opened", "auth.login.refused", "auth.token.issued", "auth.mail.sent"} <= of_signing_in
    assert all(code.startswith("auth.") for code in of_signing_in)
    for code in ("cdap.dossier.consulted", "habpps.habilitation.granted", "auth.account.created", "auth.consent.given"):
        assert classes[code] is Retention.ACCESS
    kept = {code for code, retention in classes.items() if retention is Retention.EVIDENCE}
    assert kept == {
        "audit.journal.accepted",
        "audit.payload.redacted",
        "audit.key.destroyed",
        "audit.clock.confirmed",
    }
    assert MONTHS_KEPT == {Retention.CONNECTION: 12, Retention.ACCESS: 36, Retention.EVIDENCE: None}


def test_an_unknown_type_is_kept_for_the_longer_term_and_no_producer_keeps_anything_for_ever() -> None:
    told = [
        ("cdap", Word(kind=TYPE, code="cdap.door.opened", french="P", english="D", form=EVIDENCE)),
        ("cdap", Word(kind=TYPE, code="auth.door.opened", french="P", english="D", form=CONNECTION)),
        (OWN_SERVICE, Word(kind=TYPE, code="audit.door.opened", french="P", english="D", form=EVIDENCE)),
    ]
    known = vocabulary_of(told)
    assert known.retention("cdap.never.heard") is Retention.ACCESS
    assert known.retention("cdap.door.opened") is Retention.ACCESS
    assert known.retention("auth.door.opened") is Retention.ACCESS, "cdap says nothing of the types of auth"
    assert known.retention("audit.door.opened") is Retention.EVIDENCE


@pytest.mark.parametrize(
    ("month", "retention", "end"),
    [
        ("2026-11", Retention.CONNECTION, datetime(2027, 12, 1, tzinfo=UTC)),
        ("2026-12", Retention.CONNECTION, datetime(2028, 1, 1, tzinfo=UTC)),
        ("2026-11", Retention.ACCESS, datetime(2029, 12, 1, tzinfo=UTC)),
        ("2026-01", Retention.ACCESS, datetime(2029, 2, 1, tzinfo=UTC)),
        ("2026-11", Retention.EVIDENCE, None),
    ],
)
def test_the_last_event_of_a_month_is_kept_for_the_whole_term(
    month: str, retention: Retention, end: datetime | None
) -> None:
    assert ends_at(month, retention) == end


def test_a_shard_is_a_month_and_a_class() -> None:
    at_us = int(datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC).timestamp()) * 1_000_000
    assert shard_of(at_us, Retention.ACCESS) == "2026-11.access"
    assert parts_of("2026-11.connection") == ("2026-11", Retention.CONNECTION)
    for wrong in ("2026-11", "2026-13.access", "2026-11.forever", "2026-11.", "../2026-11.access"):
        with pytest.raises(ValueError, match=r"month and class|Retention"):
            parts_of(wrong)
