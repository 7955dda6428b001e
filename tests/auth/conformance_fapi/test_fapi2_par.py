"""The modules of the FAPI 2.0 Security Profile plan about pushed requests and PKCE."""

from __future__ import annotations

from datetime import timedelta

import pytest

from auth.clients.domain.client_registration import BadClientError
from tests.auth.builders import PASSWORD, sent_back
from tests.auth.conformance_fapi.builders import FapiClient, a_fapi_client, refusal
from tests.promises import promise


@promise("oidf:fapi2-security-profile-final-par-ensure-reused-request-uri-prior-to-auth-completion-succeeds")
def test_fapi2_par_ensure_reused_request_uri_prior_to_auth_completion_succeeds(omega: FapiClient) -> None:
    """The page is loaded twice, in a browser in which nobody has signed in; the second one is gone through with."""
    request_uri, browser = omega.pushed(), omega.provider.browser()
    browser.follow(browser.get("/authorize", client_id="omega", request_uri=request_uri))
    page = browser.follow(browser.get("/authorize", client_id="omega", request_uri=request_uri))
    answer = browser.submit(page, "/login", username="cdurand-4821", password=PASSWORD)
    assert omega.exchange(sent_back(browser.follow(answer))["code"]).status_code == 200


@promise("oidf:fapi2-security-profile-final-par-attempt-reuse-request_uri", "fapi2:request-uri-used-once")
def test_fapi2_par_attempt_reuse_request_uri(omega: FapiClient) -> None:
    request_uri = omega.pushed()
    assert "code" in sent_back(omega.visit(request_uri))
    page = omega.visit(request_uri)
    assert page.status_code == 400
    assert 'class="oidc-error"' in page.text
    assert "invalid_request_uri" in page.text


@promise("fapi2:request-uri-used-once")
def test_a_page_that_waits_gives_no_second_code_of_the_same_pushed_request(omega: FapiClient) -> None:
    """Two pages of one request were open before the person signed in: only one of them gives a code."""
    request_uri, browser = omega.pushed(), omega.provider.browser()
    pages = [browser.follow(browser.get("/authorize", client_id="omega", request_uri=request_uri)) for _ in range(2)]
    answers = []
    for page in pages:
        signed_in = browser.submit(page, "/login", username="cdurand-4821", password=PASSWORD)
        answers.append(browser.follow(signed_in))
    assert "code" in sent_back(answers[0])
    assert answers[1].status_code == 400
    assert "invalid_request_uri" in answers[1].text


@promise("oidf:fapi2-security-profile-final-par-attempt-to-use-expired-request_uri", "fapi2:request-uri-life")
def test_fapi2_par_attempt_to_use_expired_request_uri(omega: FapiClient) -> None:
    answer = omega.push()
    assert 0 < answer.json["expires_in"] < 600
    omega.provider.clock.advance(timedelta(seconds=answer.json["expires_in"]))
    page = omega.visit(answer.json["request_uri"])
    assert page.status_code == 400
    assert "invalid_request_uri" in page.text


@promise("oidf:fapi2-security-profile-final-par-attempt-to-use-request_uri-for-different-client")
def test_fapi2_par_attempt_to_use_request_uri_for_different_client(omega: FapiClient, sigma: FapiClient) -> None:
    request_uri = omega.pushed()
    page = sigma.visit(request_uri)
    assert page.status_code == 400
    assert "invalid_request_uri" in page.text
    assert "code" in sent_back(omega.visit(request_uri))


@promise("oidf:fapi2-security-profile-final-par-authorization-request-containing-request_uri-form-param")
def test_fapi2_par_authorization_request_containing_request_uri_form_param(omega: FapiClient) -> None:
    assert refusal(omega.push(request_uri=omega.pushed())) == (400, "invalid_request")


@promise("oidf:fapi2-security-profile-final-par-attempt-invalid-http-method")
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_fapi2_par_attempt_invalid_http_method(omega: FapiClient, method: str) -> None:
    form = {**omega.parameters(), **omega.authentication()}
    answer = omega.browser.client.open("/par", method=method, data=form, base_url=omega.base)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"


@promise("oidf:fapi2-security-profile-final-par-without-duplicate-parameters")
def test_fapi2_par_without_duplicate_parameters(omega: FapiClient) -> None:
    """Only `client_id` and `request_uri` go to the authorization endpoint (RFC 9101 §5)."""
    assert "code" in sent_back(omega.visit(omega.pushed()))


@promise("oidf:fapi2-security-profile-final-par-ensure-pkce-required")
def test_fapi2_par_ensure_pkce_required(omega: FapiClient) -> None:
    assert refusal(omega.push(code_challenge=None, code_challenge_method=None)) == (400, "invalid_request")


@promise("oidf:fapi2-security-profile-final-par-plain-pkce-rejected")
@pytest.mark.parametrize("method", ["plain", None, "s256"])
def test_fapi2_par_plain_pkce_rejected(omega: FapiClient, method: str | None) -> None:
    assert refusal(omega.push(code_challenge_method=method)) == (400, "invalid_request")


@promise("oidf:fapi2-security-profile-final-ensure-pkce-code-verifier-required")
def test_fapi2_ensure_pkce_code_verifier_required(omega: FapiClient) -> None:
    assert refusal(omega.exchange(omega.code(), code_verifier=None)) == (400, "invalid_grant")


@promise("oidf:fapi2-security-profile-final-incorrect-pkce-code-verifier-rejected")
def test_fapi2_incorrect_pkce_code_verifier_rejected(omega: FapiClient) -> None:
    wrong = "another-verifier-of-at-least-forty-three-characters"
    assert refusal(omega.exchange(omega.code(), code_verifier=wrong)) == (400, "invalid_grant")


@promise("fapi2:par-authenticated")
def test_a_request_is_pushed_by_an_authenticated_client_only(omega: FapiClient) -> None:
    unproved = omega.post("/par", {**omega.parameters(), "client_id": "omega"})
    assert refusal(unproved) == (401, "invalid_client")


@promise("fapi2:https-redirect-uris")
def test_a_redirect_uri_of_plain_http_is_not_registered(omega: FapiClient) -> None:
    with pytest.raises(BadClientError):
        a_fapi_client(redirect_uris=["http://omega.example/retour"])
    assert a_fapi_client(redirect_uris=["https://omega.example/retour"]).profile == "fapi2"
