"""Whatever arrives, every parser gives its value or its documented error, and no endpoint a 500."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auth.clients.domain.client_registration import KNOWN_KEYS, BadClientError, address_problem, parse_client
from auth.ground.domain.errors import (
    CertificateRefusedError,
    ClientRefusedError,
    RequestRefusedError,
    SessionEndedError,
)
from auth.keys.adapters.crypto.own_tokens import OwnTokens
from auth.protocol.adapters.crypto.client_certificates import read_certificate
from auth.protocol.adapters.web.plain_requests import Certificates, parse_form, read_basic, read_call
from auth.protocol.domain.authorization_details import BadDetailsError, narrow, read_details
from auth.protocol.domain.requested_claims import read_claims
from auth.protocol.domain.user_codes import ALPHABET, normalise_user_code, shown_user_code
from servicekit.web.headers import origin_of
from tests.auth.builders import ISSUER, AuthBrowser, Provider, sent_back
from tests.auth.conformance.capable_clients import (
    CALLS,
    REQUEST,
    a_capable_client,
    a_signing_client,
    assertion,
    request_object,
    send,
    send_signed,
)

TEXT = st.text(max_size=30) | st.text(alphabet="aé \x00\x7f\ud800\udfff\ufffd", max_size=4)
"""With halves of characters (lone surrogates): JSON can write them."""
WIRE = st.text(max_size=40) | st.text(alphabet='https:/[]@#?.%a1&=+ "\\\x00é', max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
HEADER = st.text(alphabet=st.characters(max_codepoint=255), max_size=60)
FORM = "application/x-www-form-urlencoded"


def objects(names: Any, values: Any = JSON) -> Any:
    """Objects whose members have the names that the parser knows, and others."""
    return st.dictionaries(st.sampled_from(sorted(names)) | TEXT, values, max_size=6)


def refusal(kind: type[Exception], call: Callable[[], object]) -> str:
    """The text of the documented error, or nothing: it goes to the client, so it never holds what was sent."""
    try:
        call()
    except kind as error:
        return str(error)
    return ""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Provider, AuthBrowser]:
    """One provider for all examples, with somebody signed in."""
    provider = Provider(tmp_path_factory.mktemp("parsers"))
    provider.add(a_capable_client(profile="interoperable"), a_signing_client())
    browser = provider.browser()
    browser.sign_in()
    return provider, browser


@given(st.binary(max_size=300) | WIRE.map(str.encode))
def test_a_form_is_read_or_refused(body: bytes) -> None:
    try:
        lists = parse_form(body)
    except RequestRefusedError:
        return
    assert all(values and all(isinstance(value, str) for value in values) for values in lists.values())


@given(st.binary(max_size=300) | WIRE.map(str.encode) | st.text(alphabet="ab&=+%41;", max_size=30).map(str.encode))
def test_a_form_is_read_as_the_standard_library_reads_it(body: bytes) -> None:
    expected: dict[str, list[str]] = {}
    for name, value in parse_qsl(body.decode("utf-8", "replace")):  # one without a value counts as left out
        expected.setdefault(name, []).append(value)

    try:
        assert parse_form(body) == expected
    except RequestRefusedError:
        assert body.count(b"&") >= 100


def test_a_hundred_parameters_are_read_and_one_more_is_refused() -> None:
    assert len(parse_form(b"&".join(b"p%d=1" % number for number in range(100)))) == 100

    with pytest.raises(RequestRefusedError):
        parse_form(b"&".join(b"p%d=1" % number for number in range(101)))


@example(body=b"", length="²", content_type=FORM, authorization="", certificate="")
@given(
    body=st.binary(max_size=200),
    length=st.integers(-5, 300).map(str) | WIRE,
    content_type=st.just(FORM) | HEADER,
    authorization=HEADER | HEADER.map("Basic ".__add__),
    certificate=HEADER | HEADER.map(":".__add__),
)
def test_a_call_is_read_or_refused(
    body: bytes, length: str, content_type: str, authorization: str, certificate: str
) -> None:
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": length,
        "HTTP_AUTHORIZATION": authorization,
        "HTTP_CLIENT_CERT": certificate,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(body),
    }
    try:
        read_call(environ, f"{ISSUER}/token", Certificates("Client-Cert", ["127.0.0.1"], read_certificate))
    except (RequestRefusedError, CertificateRefusedError):
        return


@given(HEADER, st.sampled_from(["", "127.0.0.1", "192.0.2.1"]))
def test_a_certificate_is_believed_of_the_proxy_alone(value: str, sender: str) -> None:
    certificates = Certificates("Client-Cert", ["127.0.0.1"], read_certificate)
    try:
        found = certificates.of({"HTTP_CLIENT_CERT": value, "REMOTE_ADDR": sender})
    except CertificateRefusedError:
        assert sender == "127.0.0.1"
        return
    assert found is None


@given(HEADER | st.binary(max_size=60).map(lambda pair: f"Basic {base64.b64encode(pair).decode()}"))
def test_a_basic_header_gives_two_texts_or_nothing(header: str) -> None:
    pair = read_basic(header)
    assert pair is None or [type(part) for part in pair] == [str, str]


@given(objects({"userinfo", "id_token"}, objects({"sub", "acr", "name"}, objects({"value", "values", "essential"}))))
def test_requested_claims_are_read_or_refused(content: Mapping[str, Any]) -> None:
    try:
        claims = read_claims(json.dumps(content))
    except ValueError:
        return
    assert claims.subject is None or isinstance(claims.subject, str)
    assert all(isinstance(value, str) for value in claims.essential_acr)
    json.dumps(sorted(claims.userinfo)).encode()


@given(WIRE | st.integers(1, 5000).map("[".__mul__) | st.integers(1, 4000).map("9".__mul__) | JSON.map(json.dumps))
def test_any_text_is_claims_and_details_or_neither(text: str) -> None:
    assert refusal(ValueError, lambda: read_claims(text)).isascii()
    assert refusal(BadDetailsError, lambda: read_details(text, "cdap")).isascii()


DETAIL = objects({"type", "extranet", "service_contract", "profiles", "territories", "purposes"})


@given(st.lists(DETAIL.map(lambda detail: {**detail, "type": "service_contract"}), min_size=1, max_size=3))
def test_details_only_ever_narrow(content: list[dict[str, Any]]) -> None:
    granted = ({"type": "service_contract", "service_contract": "sc-cdap", "profiles": ["T1", "T2"]},)
    try:
        wished = read_details(json.dumps(content), "cdap")
    except BadDetailsError:
        return
    for detail in narrow(granted, wished):
        assert set(detail.get("profiles", ())) <= {"T1", "T2"}
        assert set(detail) >= set(granted[0])


@example(value=5)
@given(JSON | WIRE | st.lists(WIRE, max_size=3) | st.dictionaries(st.just("keys"), st.lists(JSON)))
def test_a_client_is_read_or_refused_whatever_one_key_holds(value: Any) -> None:
    good = {
        "client_id": "x",
        "owner": "national",
        "name": "X",
        "scope": "openid",
        "redirect_uris": ["https://x.example/"],
    }
    for key in (*KNOWN_KEYS, "a key that nobody knows"):
        refusal(BadClientError, partial(parse_client, {**good, key: value}, "a hash"))


@given(objects(KNOWN_KEYS, JSON | WIRE | st.lists(WIRE, max_size=3)))
def test_a_client_of_any_keys_is_read_or_refused(value: dict[str, Any]) -> None:
    refusal(BadClientError, lambda: parse_client(value, "a hash"))


@given(WIRE | WIRE.map("https://".__add__) | st.text(alphabet="a1:[]%;*|_-@", max_size=12).map("https://".__add__))
@example(address="https://a%20b/")
@example(address="https://a.example:123456/")
def test_an_address_that_can_be_registered_is_one_that_a_page_can_lead_to(address: str) -> None:
    if address_problem(address) is None:
        assert origin_of(address)
        assert urlsplit(address).port != 0


@given(st.text(max_size=80))
def test_a_user_code_is_what_is_left_of_what_was_typed(typed: str) -> None:
    code = normalise_user_code(typed)
    assert set(code) <= set(ALPHABET)
    assert normalise_user_code(shown_user_code(code).lower()) == code


@given(text=WIRE | st.text(alphabet="ey.J0A", max_size=60))
def test_any_text_is_a_token_of_ours_or_is_not(world: tuple[Provider, AuthBrowser], text: str) -> None:
    own = OwnTokens(world[0].keys, ISSUER, world[0].clock)
    assert own.id_token_hint(text) is None
    with pytest.raises(SessionEndedError):
        own.access_token(text)


CLAIMS = objects({"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "scope", "redirect_uri", "claims"})


@given(changes=CLAIMS)
def test_a_signed_request_is_read_or_refused(world: tuple[Provider, AuthBrowser], changes: dict[str, Any]) -> None:
    provider, browser = world
    signed = request_object(provider, **changes)
    client = provider.clients.known("signer")
    assert client is not None
    assert refusal(RequestRefusedError, lambda: provider.protocol.read_request_object(client, signed)).isascii()
    assert browser.get("/authorize", client_id="signer", request=signed).status_code < 500


@given(changes=CLAIMS)
def test_an_assertion_is_believed_or_refused(world: tuple[Provider, AuthBrowser], changes: dict[str, Any]) -> None:
    provider, browser = world
    signed = assertion(provider, **changes)
    client = provider.clients.known("signer")
    assert client is not None
    authenticate = provider.protocol.authenticate.authenticate.by_assertion
    assert refusal(ClientRefusedError, lambda: authenticate(client, signed, f"{ISSUER}/token")).isascii()
    assert send_signed(browser, "/token", signed, CALLS["/token"]).status_code in (200, 400, 401)


@given(path=st.sampled_from([*CALLS, "/userinfo"]), body=st.binary(max_size=300), header=HEADER, proof=HEADER)
def test_no_bytes_break_an_endpoint_for_clients(
    world: tuple[Provider, AuthBrowser], path: str, body: bytes, header: str, proof: str
) -> None:
    headers = {name: value for name, value in (("Authorization", header), ("DPoP", proof)) if value}
    environ = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    answer = world[1].client.post(path, data=body, content_type=FORM, environ_overrides=environ, base_url=ISSUER)
    assert 400 <= answer.status_code < 500


@given(path=st.sampled_from(sorted(CALLS)), name=st.sampled_from(sorted(REQUEST)) | WIRE, value=WIRE)
def test_no_parameter_of_a_known_client_breaks_an_endpoint(
    world: tuple[Provider, AuthBrowser], path: str, name: str, value: str
) -> None:
    for grant in ("client_credentials", "authorization_code", "refresh_token"):
        more = {"grant_type": grant, "code": value, "refresh_token": value} if path == "/token" else {}
        answer = send(world[1], path, {**CALLS[path], **more, name: value})
        assert answer.status_code < 500, answer.text


PARAMETERS = (
    *(*REQUEST, "state", "nonce", "prompt", "max_age", "claims", "authorization_details", "dpop_jkt", "id_token_hint"),
    *("acr_values", "ui_locales", "display", "login_hint", "request", "request_uri", "resource", "response_mode"),
    "suite",
)


@given(name=st.sampled_from(PARAMETERS), value=WIRE | TEXT.map(json.dumps), method=st.sampled_from(["GET", "POST"]))
def test_no_parameter_breaks_the_authorization_endpoint(
    world: tuple[Provider, AuthBrowser], name: str, value: str, method: str
) -> None:
    query = {"client_id": "omega", **REQUEST, "prompt": "none", name: value}
    answer = world[1].client.open("/authorize", method=method, base_url=ISSUER, **_sent(method, query))
    assert answer.status_code in (200, 303, 400)


@example(content={"userinfo": {"\ud800": None}})
@given(content=st.dictionaries(st.sampled_from(["userinfo", "id_token"]), st.dictionaries(TEXT, st.none(), max_size=2)))
def test_claims_of_any_name_lead_to_tokens(world: tuple[Provider, AuthBrowser], content: dict[str, Any]) -> None:
    browser = world[1]
    back = sent_back(browser.authorize("omega", 8411, claims=json.dumps(content)))
    if "code" not in back:
        assert back["error"] == "invalid_request"
        return
    answer = browser.exchange(back["code"], "omega", 8411)
    assert answer.status_code == 200, answer.text
    bearer = {"Authorization": f"Bearer {answer.json['access_token']}"}
    assert browser.client.get("/userinfo", headers=bearer, base_url=ISSUER).status_code == 200


@given(
    path=st.sampled_from(["/logout", "/login", "/consent", "/organisation", "/device"]),
    name=st.sampled_from(["id_token_hint", "client_id", "post_logout_redirect_uri", "state", "suite", "user_code"]),
    value=WIRE,
)
def test_no_parameter_breaks_a_page(world: tuple[Provider, AuthBrowser], path: str, name: str, value: str) -> None:
    answer = world[1].get(path, **{name: value})
    assert answer.status_code < 500


def _sent(method: str, query: Mapping[str, str]) -> dict[str, Any]:
    return {"query_string": query} if method == "GET" else {"data": query}
