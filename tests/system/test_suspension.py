"""A right that is lost ends the sessions in an extranet that only a back-channel logout reaches."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.bench.suspension import PEOPLE, Suspensions, percentile
from tests.promises import promise
from tests.system.onebox_process import OneboxProcess
from tests.system.openid_client.person import words

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

_ROUNDS = 10
_LIMIT_S = 2.0


@pytest.fixture
def suspensions(onebox: OneboxProcess) -> Iterator[Suspensions]:
    made = Suspensions(onebox.layout)
    yield made
    made.close()


@promise("ending:right-lost", "ending:in-force-everywhere")
def test_a_suspended_contract_closes_the_sessions_in_the_extranet_within_two_seconds_and_habpps_counts_them(
    suspensions: Suspensions,
) -> None:
    rounds = [suspensions.round() for _ in range(_ROUNDS)]
    for _seconds, page in rounds:
        said = words(page)
        assert "Appliqué partout à " in said
        counted = re.search(r"(\d+) sessions ouvertes dans les extranets ont été fermées\.", said)
        assert counted is not None, said
        assert int(counted[1]) >= len(PEOPLE), "other stories may have sessions of their own there"
    seconds = [one for gone, _page in rounds for one in gone]
    assert percentile(seconds, 0.9) < _LIMIT_S, seconds  # a busy machine may be slow once
    for surfer in suspensions.people:
        assert surfer.pages.count("login-submit") == 1, "the session at the provider went on"
