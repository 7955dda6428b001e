"""The client under test, once with answers in the query and once by form post."""

from __future__ import annotations

import pytest

from tests.auth.builders import Provider
from tests.auth.conformance.suite import Suite, a_suite_client

_PLANS = {
    "basic": (None, "client_secret_basic", "RS256"),
    "form_post": ("form_post", "client_secret_basic", "ES256"),
}


@pytest.fixture(params=sorted(_PLANS))
def suite(request: pytest.FixtureRequest, provider: Provider) -> Suite:
    """A confidential client of the `interoperable` profile."""
    mode, method, algorithm = _PLANS[request.param]
    client = a_suite_client(token_endpoint_auth_method=method, id_token_signed_response_alg=algorithm)
    provider.add(client)
    return Suite(provider, client, mode)


@pytest.fixture
def plain(provider: Provider) -> Suite:
    """The same client for the plans that are run once."""
    client = a_suite_client(id_token_signed_response_alg="RS256")
    provider.add(client)
    return Suite(provider, client)
