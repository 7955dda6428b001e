"""What a client posts is read in one place, and shown nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import auth.protocol.adapters.web
from auth.ground.domain.errors import RequestRefusedError
from auth.protocol.adapters.web.token_form import REPEATABLE, TokenForm

WEB = Path(str(auth.protocol.adapters.web.__file__)).parent


def test_every_parameter_is_read_and_an_absent_one_is_empty() -> None:
    sent = {name: [f"the {name}"] for name in TokenForm._fields}
    read = TokenForm.of({**sent, "unknown": ["passed over"]})
    assert read._asdict() == {
        name: (f"the {name}",) if name in REPEATABLE else f"the {name}" for name in TokenForm._fields
    }
    assert not any(TokenForm.of({}))


def test_a_form_in_a_log_or_a_traceback_shows_names_and_no_value() -> None:
    shown = repr(TokenForm.of({name: [f"secret-{name}"] for name in TokenForm._fields}))
    assert "secret-" not in shown
    assert "client_secret" in shown


@pytest.mark.parametrize("named", [("https://other.example",), ("https://here.example", "https://other.example")])
def test_a_resource_that_is_not_granted_is_refused(named: tuple[str, ...]) -> None:
    TokenForm.of({}).require_resource("https://here.example")
    TokenForm.of({"resource": named[:0]}).require_resource("https://here.example")
    with pytest.raises(RequestRefusedError) as refused:
        TokenForm.of({"resource": named}).require_resource("https://here.example")
    assert refused.value.code == "invalid_target"


def test_no_grant_and_no_endpoint_for_clients_reaches_into_the_raw_form() -> None:
    raw = re.compile(r"request\.form\b|payload\.data\b")
    clients = [*WEB.glob("grants/*.py"), *(path for path in WEB.glob("*.py") if "ClientEndpoint" in path.read_text())]
    assert len(clients) > 10
    assert [path.name for path in clients if raw.search(path.read_text())] == []
