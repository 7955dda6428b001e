"""The plan `oidcc-frontchannel-rp-initiated-logout`: a frame of the last page tells the client in the browser."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, urlsplit

from tests.auth.builders import ISSUER
from tests.auth.conformance.suite import Suite
from tests.auth.conformance.test_oidcc_rp_initiated_logout import LOGOUT_STATE, end_session, is_signed_in
from tests.promises import promise

FRONT = "http://localhost:8490/frontchannel_logout"


@promise("oidf:oidcc-frontchannel-logout-discovery-endpoint-verification")
def test_oidcc_frontchannel_logout_discovery_endpoint_verification(plain: Suite) -> None:
    metadata = plain.browser.get("/.well-known/openid-configuration").json
    assert metadata["frontchannel_logout_supported"] is True
    assert metadata["frontchannel_logout_session_supported"] is True
    assert metadata["end_session_endpoint"].startswith(ISSUER)


@promise("oidf:oidcc-frontchannel-rp-initiated-logout")
def test_oidcc_frontchannel_rp_initiated_logout(plain: Suite) -> None:
    suite = plain.other(replace(plain.client, frontchannel_logout_uri=FRONT, frontchannel_logout_session_required=True))
    suite.provider.add(suite.client)
    tokens = suite.flow()
    page = end_session(suite, tokens.answer["id_token"])
    assert page.status_code == 200
    frames = [urlsplit(unescape(source)) for source in re.findall(r'<iframe[^>]* src="([^"]+)"', page.text)]
    assert [f"{frame.scheme}://{frame.netloc}{frame.path}" for frame in frames] == [FRONT]
    assert parse_qs(frames[0].query) == {"iss": [ISSUER], "sid": [tokens.identity["sid"]]}
    assert "frame-src http://localhost:8490" in page.headers["Content-Security-Policy"]

    onwards = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page.text)
    assert onwards is not None
    address, _, query = unescape(onwards.group(1)).partition("?")
    assert address == suite.client.post_logout_redirect_uris[0]
    assert parse_qs(query) == {"state": [LOGOUT_STATE]}
    assert not is_signed_in(suite)
