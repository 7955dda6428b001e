"""The addresses of a client are tried from here, and each result is said in words."""

from dataclasses import replace
from typing import Any

import pytest

from auth.clients.use_cases.try_client import MOST_ADDRESSES, Part, TrialOutcome, TryClient
from servicekit.errors import DependencyUnavailableError
from tests.auth.builders import a_client
from tests.promises import promise

KEYS, LOGOUT = "https://logiciel.example/jwks", "https://logiciel.example/deconnexion"


class World:
    """What answers at addresses: a status, an object, or a reason why nothing is fetched."""

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Any] = answers
        self.asked: list[str] = []

    def at(self, address: str) -> Any:
        self.asked.append(address)
        answer = self.answers.get(address, "FETCH_FAILED")
        if isinstance(answer, str):
            raise DependencyUnavailableError("not fetched", reason=answer)
        return answer


@promise("extranet:connection-is-tried")
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (200, TrialOutcome.ANSWERS),
        (302, TrialOutcome.ANSWERS),
        (400, TrialOutcome.ANSWERS),
        (405, TrialOutcome.ANSWERS),
        (404, TrialOutcome.NOT_FOUND),
        (500, TrialOutcome.FAULT),
        (503, TrialOutcome.FAULT),
        ("FETCH_FAILED", TrialOutcome.SILENT),
        ("FETCH_FORBIDDEN_ADDRESS", TrialOutcome.FORBIDDEN),
        ("FETCH_BAD_ADDRESS", TrialOutcome.FORBIDDEN),
    ],
)
@pytest.mark.parametrize("part", [Part.RETURN, Part.LOGOUT])
def test_an_address_answers_or_the_reason_is_told(part: Part, answer: Any, outcome: TrialOutcome) -> None:
    client = replace(a_client(), redirect_uris=("https://logiciel.example/retour",), backchannel_logout_uri=LOGOUT)
    world = World(**{"https://logiciel.example/retour": answer, LOGOUT: answer})
    trials = TryClient(world.at, world.at)(client)
    assert [trial.outcome for trial in trials if trial.part is part] == [outcome]


@promise("extranet:connection-is-tried")
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"keys": [{"kty": "EC"}]}, TrialOutcome.ANSWERS),
        ({"keys": []}, TrialOutcome.NO_KEYS),
        ({"error": "none"}, TrialOutcome.NO_KEYS),
        ("FETCH_BAD_ANSWER", TrialOutcome.NO_KEYS),
        ("FETCH_TOO_LARGE", TrialOutcome.NO_KEYS),
        ("FETCH_FAILED", TrialOutcome.SILENT),
    ],
)
def test_the_keys_can_be_read_or_not(answer: Any, outcome: TrialOutcome) -> None:
    world = World(**{KEYS: answer})
    client = replace(a_client(), redirect_uris=(), backchannel_logout_uri=None, jwks_uri=KEYS)
    (trial,) = TryClient(world.at, world.at)(replace(client, post_logout_redirect_uris=()))
    assert (trial.part, trial.outcome) == (Part.KEYS, outcome)


def test_an_address_on_the_device_is_not_asked_and_many_addresses_are_bounded() -> None:
    world = World()
    native = replace(a_client(), application_type="native", redirect_uris=("fr.caf.app:/retour", "http://127.0.0.1/r"))
    trials = TryClient(world.at, world.at)(native)
    assert {trial.outcome for trial in trials if trial.part is Part.RETURN} == {TrialOutcome.ON_THE_DEVICE}
    many = replace(a_client(), redirect_uris=tuple(f"https://logiciel.example/{number}" for number in range(40)))
    assert len(TryClient(world.at, world.at)(many)) == MOST_ADDRESSES
