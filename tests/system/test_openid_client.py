"""A certified client, openid-client of npm, does with auth everything that an extranet may want of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from onebox.cast import RIVEBELLE
from onebox.layout import Layout
from tests.architecture.tree import ROOT
from tests.system.apache.server import apache
from tests.system.auth_alone import auth_alone, spare_port
from tests.system.integration_page import HERE, ISSUER, SECRET, block, entry
from tests.system.onebox_process import free_first_port
from tests.system.openid_client.back_channel import listening
from tests.system.openid_client.clients import EXTRANET, RESOURCE, Cast, issue_certificates, new_ed25519_key, new_key
from tests.system.openid_client.node import Scripts, installed_scripts
from tests.system.openid_client.person import Surfer, query

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

_NADIA = RIVEBELLE.users[1]
_OF_THE_PAGE = "openid-client (Node.js)"


@dataclass(frozen=True)
class Stage:
    """auth serves, the clients are registered, node is ready."""

    cast: Cast
    scripts: Scripts

    @property
    def layout(self) -> Layout:
        """The demo's addresses."""
        return self.cast.layout


def addresses(layout: Layout) -> dict[str, str]:
    """What stands in the place of the addresses of the page."""
    return {ISSUER: layout.url("auth"), HERE: f"http://localhost:{spare_port(layout, 1)}"}


def behind_a_proxy(layout: Layout) -> dict[str, str]:
    """auth believes the certificate that a proxy of this machine hands on, and says where the proxy is."""
    return {
        "AUTH_MTLS_URL": f"https://localhost:{spare_port(layout)}",
        "AUTH_CLIENT_CERTIFICATE_HEADER": "Client-Cert",
        "AUTH_TRUSTED_PROXIES": "127.0.0.1",
    }


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One auth for every scenario."""
    folder = tmp_path_factory.mktemp("openid-client")
    layout = Layout(folder / "demo", free_first_port())
    cast = Cast(
        layout, new_key("key-of-the-scenarios"), new_ed25519_key("other-key"), issue_certificates(folder / "tls")
    )
    with ExitStack() as stack:
        scripts = stack.enter_context(installed_scripts())
        registered = [*cast.entries(), entry(_OF_THE_PAGE, addresses(layout))]
        stack.enter_context(auth_alone(layout, registered, behind_a_proxy(layout)))
        yield Stage(cast, scripts)


@pytest.fixture
def certificates_at_the_door(stage: Stage) -> Iterator[Path]:
    """The proxy of `behind_a_proxy`: an Apache that asks for client certificates."""
    layout, tls = stage.layout, stage.cast.certificates.folder
    defined = f'Define UPSTREAM "http://127.0.0.1:{layout.web_port("auth")}"\nDefine CERTIFICATES "{tls}"\n'
    configuration = defined + (ROOT / "tests/system/apache/client_certificates.conf").read_text()
    with apache(spare_port(layout), configuration, modules="ssl headers proxy proxy_http") as folder:
        yield folder


@dataclass(frozen=True)
class Scene:
    """One scenario, one person."""

    stage: Stage
    person: Surfer

    def play(self, scenario: str, client: str, **more: Any) -> dict[str, Any]:
        """Runs the scenario as this client; gives what it found."""
        return self.stage.scripts.run(scenario, self.stage.cast.setup(client, **more), self._answer)

    def _answer(self, said: dict[str, Any]) -> str:
        return self.person.visit(said["open"], said["until"])


@pytest.fixture
def scene(stage: Stage) -> Iterator[Scene]:
    """With a person who has not signed in yet and agrees to everything."""
    person = Surfer(_NADIA)
    yield Scene(stage, person)
    person.close()


def test_code_with_pkce_gives_tokens_that_say_who_and_with_which_rights(scene: Scene) -> None:
    found = scene.play("code_flow", "asking")
    assert scene.person.pages == ["login-submit", "consent-allow"]
    assert found["header"]["alg"] == "ES256"
    assert found["claims"]["sub"] == _NADIA.account_id
    assert not {"given_name", "email", "org"} & found["claims"].keys()
    assert found["access"]["org"]["name"] == RIVEBELLE.name
    assert found["accessHeader"]["typ"] == "at+jwt"
    assert found["access"]["aud"] == RESOURCE
    assert [detail["extranet"] for detail in found["access"]["authorization_details"]] == [EXTRANET]
    assert found["type"] == "bearer"


def test_a_person_who_refuses_is_an_error_that_the_client_understands(stage: Stage) -> None:
    person = Surfer(_NADIA, refuses=True)
    found = Scene(stage, person).play("refusal", "refused")
    person.close()
    assert found["error"] == "access_denied"


@pytest.mark.parametrize("client", ["fapi", "fapi-ed25519"])
def test_fapi_pushes_signs_and_binds_everything(scene: Scene, client: str) -> None:
    found = scene.play("fapi", client)
    assert found["asked"] == ["client_id", "request_uri"]
    assert found["answered"] == ["response"]
    assert found["type"] == "dpop"
    assert set(found["bound"]) == {"jkt"}
    assert found["person"]["sub"] == found["subject"] == _NADIA.account_id
    assert found["stolen"]["status"] == 401
    assert found["renewed"] == "dpop"


def test_a_certificate_authenticates_the_client_and_binds_its_tokens(
    scene: Scene, certificates_at_the_door: Path
) -> None:
    found = scene.play("mutual_tls", "mutual-tls")
    assert found["aliases"]["token_endpoint"].startswith(f"https://localhost:{spare_port(scene.stage.layout)}/")
    assert set(found["bound"]) == {"x5t#S256"}
    assert found["person"]["sub"] == found["subject"]
    assert found["stolen"]["status"] == 401
    assert found["unauthenticated"] == {"status": 401, "error": "invalid_client"}


def test_a_client_that_authenticates_keeps_its_refresh_token_also_when_it_asks_twice_at_once(scene: Scene) -> None:
    found = scene.play("refresh", "plain")
    assert found["different"] == 4
    assert found["sameSession"]
    assert found["narrowed"] == "openid"
    assert found["rotated"] is False


def test_a_token_is_exchanged_for_one_of_another_extranet_and_of_no_other(scene: Scene) -> None:
    cdap = scene.stage.layout.url("cdap")
    wanted = {"resource": cdap, "scope": "cdap"}
    found = scene.play("token_exchange", "exchange", wanted=wanted, foreign="https://elsewhere.invalid")
    assert found["issued"] == "urn:ietf:params:oauth:token-type:access_token"
    assert found["claims"]["sub"] == found["subject"]
    assert found["claims"]["aud"] == cdap
    assert found["claims"]["act"]["sub"] == "exchange"
    assert "refresh" not in found
    assert found["foreign"]["error"] == "invalid_target"


def test_a_device_signs_in_with_the_code_that_a_person_confirms_elsewhere(scene: Scene) -> None:
    found = scene.play("device_flow", "device")
    assert scene.person.pages == ["login-submit", "device-submit", "device-allow"]
    assert found["page"] == f"{scene.stage.layout.url('auth')}/device"
    assert found["claims"]["sub"] == _NADIA.account_id


@pytest.mark.parametrize("client", ["plain", "signed"])
def test_introspection_says_what_a_token_is_worth_plain_and_signed(scene: Scene, client: str) -> None:
    found = scene.play("introspection", client)
    assert found["access"]["active"]
    assert found["access"]["sub"] == found["subject"]
    assert found["access"]["client_id"] == client
    assert found["unknown"] == {"active": False}


def test_a_revoked_refresh_token_renews_nothing_and_its_access_token_is_inactive(scene: Scene) -> None:
    found = scene.play("revocation", "plain")
    assert found["before"]
    assert found["refresh"]["error"] == "invalid_grant"
    assert not found["after"]


def test_the_client_ends_the_session_and_the_browser_comes_back_with_its_state(scene: Scene) -> None:
    found = scene.play("end_session", "plain")
    assert found["sameState"]
    assert found["refresh"]["error"] == "invalid_grant"
    scene.person.pages.clear()
    scene.play("code_flow", "plain")
    assert "login-submit" in scene.person.pages


def test_partner_software_gets_a_token_of_its_own(scene: Scene) -> None:
    found = scene.play("client_credentials", "machine", wanted={"scope": EXTRANET, "resource": RESOURCE})
    assert found["header"]["typ"] == "at+jwt"
    assert found["claims"]["sub"] == found["claims"]["client_id"] == "machine"
    assert found["claims"]["aud"] == RESOURCE
    assert found["identity"] == 0


@pytest.mark.parametrize("client", ["plain", "signed"])
def test_userinfo_says_who_plain_and_signed(scene: Scene, client: str) -> None:
    found = scene.play("userinfo", client)
    assert found["person"]["sub"] == found["subject"]
    assert (found["person"]["email"], found["person"]["given_name"]) == (_NADIA.email, "Nadia")
    assert found["person"]["org"]["name"] == RIVEBELLE.name


def test_an_interoperable_client_does_without_pkce_and_gets_an_rs256_id_token(scene: Scene) -> None:
    found = scene.play("code_flow", "interoperable", pkce=False)
    assert found["header"]["alg"] == "RS256"
    assert found["claims"]["sub"] == _NADIA.account_id


def test_a_certificate_may_take_the_place_of_dpop_in_fapi(scene: Scene, certificates_at_the_door: Path) -> None:
    found = scene.play("pushed", "fapi-mutual-tls")
    assert found["asked"] == ["client_id", "request_uri"]
    assert set(found["bound"]) == {"x5t#S256"}
    assert found["person"]["sub"] == found["subject"]


def test_a_self_signed_certificate_is_known_by_the_registered_key(scene: Scene, certificates_at_the_door: Path) -> None:
    found = scene.play("mutual_tls", "self-signed")
    assert set(found["bound"]) == {"x5t#S256"}
    assert found["unauthenticated"] == {"status": 401, "error": "invalid_client"}


def test_a_public_client_needs_pkce_and_a_key_of_its_own_may_bind_its_tokens(scene: Scene) -> None:
    found = scene.play("pushed", "public", dpop=True)
    assert set(found["bound"]) == {"jkt"}
    assert found["renewed"]
    assert found["person"]["sub"] == found["subject"]


def test_a_client_asks_for_less_than_the_service_contract_gives(scene: Scene) -> None:
    wish = [{"type": "service_contract", "extranet": EXTRANET, "profiles": ["T2"]}]
    found = scene.play("code_flow", "plain", parameters={"authorization_details": json.dumps(wish)})
    assert [detail["profiles"] for detail in found["access"]["authorization_details"]] == [["T2"]]
    assert found["details"] == found["access"]["authorization_details"]


def test_a_logout_token_is_signed_as_the_id_tokens_of_its_client_are(scene: Scene) -> None:
    layout = scene.stage.layout
    with listening(spare_port(layout, 2)) as heard:
        found = scene.play("code_flow", "interoperable")
        scene.person.visit(f"{layout.url('auth')}/logout", "nowhere:")
        header, claims = heard.get(timeout=20)
    assert (header["alg"], header["typ"]) == ("RS256", "logout+jwt")
    assert header["kid"] == found["header"]["kid"]
    assert claims["sid"] == found["claims"]["sid"]


def test_the_answer_of_an_authorization_names_its_issuer(scene: Scene) -> None:
    setup = scene.stage.cast.setup("plain")
    seen: list[str] = []

    def answer(said: dict[str, Any]) -> str:
        seen.append(scene.person.visit(said["open"], said["until"]))
        return seen[-1]

    run: Callable[..., dict[str, Any]] = scene.stage.scripts.run
    run("code_flow", setup, answer)
    assert query(seen[0])["iss"] == scene.stage.layout.url("auth")


def test_the_example_of_the_page_signs_in_and_out_and_hears_the_back_channel(scene: Scene) -> None:
    layout, person = scene.stage.layout, scene.person
    source = block(_OF_THE_PAGE, "js", addresses(layout))
    environment = {"CLIENT_SECRET": SECRET, "PORT": str(spare_port(layout, 1))}
    here = addresses(layout)[HERE]
    with scene.stage.scripts.serve("server.mjs", source, environment) as line:
        assert line == "ready"
        assert person.visit(f"{here}/", "nowhere:") == f"{here}/"
        shown = person.read(f"{here}/").json()
        assert shown["name"] == "Nadia Benali"
        assert shown["org"]["name"] == RIVEBELLE.name
        assert [right["profiles"] for right in shown["rights"]] == [["T2"]]
        person.visit(f"{layout.url('auth')}/logout", "nowhere:")
        assert "est fermé aussi" in person.last_page
        assert person.read(f"{here}/").is_redirect
        person.visit(f"{here}/", "nowhere:")
        assert person.visit(f"{here}/deconnexion", "nowhere:") == f"{here}/deconnecte"
        assert person.read(f"{layout.url('auth')}/").headers["location"].startswith("/login")
