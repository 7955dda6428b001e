"""Two clients of the FAPI 2.0 profile at a provider on fakes."""

from __future__ import annotations

import pytest

from tests.auth.builders import AuthBrowser, Provider
from tests.auth.conformance_fapi.builders import FapiClient, first_client, second_client


@pytest.fixture
def omega(provider: Provider, browser: AuthBrowser) -> FapiClient:
    """The first client; the person is signed in."""
    return first_client(provider, browser)


@pytest.fixture
def sigma(provider: Provider, browser: AuthBrowser) -> FapiClient:
    """A second client, with keys of its own."""
    return second_client(provider, browser)
