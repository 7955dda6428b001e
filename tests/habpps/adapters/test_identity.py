"""Who asks is taken from the verified token and confirmed by the register, before any page."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import g

from habpps.adapters.web.app import WebParts, identify_author, pages_app
from habpps.domain.authorship import Author
from habpps.settings import HabppsSettings
from habpps.use_cases.identify_administrator import IdentifyAdministrator
from servicekit.tokens import TokenOrganisation, VerifiedAccessToken
from servicekit.web import Professional
from tests.habpps.adapters.conftest import Habpps
from tests.habpps.builders import SIRET
from tests.plain import reads_plainly
from tests.promises import promise


def professional(habpps: Habpps, author: Author, details: tuple[Mapping[str, Any], ...]) -> Professional:
    now = habpps.clock.now()
    organisation = TokenOrganisation(id=author.organisation_id, siret=SIRET, name="Commune de Nanterre", caf=author.caf)
    token = VerifiedAccessToken(
        subject=author.account_id,
        client_id="habpps",
        session_id="sid-1",
        scopes=frozenset({"openid", "habpps"}),
        organisation=organisation,
        authorization_details=details,
        issued_at=now,
        expires_at=now + timedelta(minutes=5),
        auth_time_at=now,
        acr="1",
        amr=("pwd",),
        rights_revision=8,
        token_id="jti-1",
    )
    return Professional(
        account_id=author.account_id,
        display_name=author.display_name,
        organisation=organisation,
        session_id="sid-1",
        access_token="token",
        token=token,
        last_login_at=None,
    )


def role(author: Author, name: str) -> dict[str, str]:
    organisation_id = author.organisation_id
    return {
        "type": "administration",
        "extranet": "habpps",
        "role": name,
        "caf": author.caf,
        "organisation": organisation_id,
    }


@promise("partner:role-of-the-register")
@pytest.mark.parametrize(
    ("claimed", "status"), [("partner_administrator", 200), ("caf_administrator", 403), ("caf_auditor", 403)]
)
def test_only_a_role_that_the_register_confirms_opens_habpps(
    on_sqlite: Habpps, tmp_path: Path, claimed: str, status: int
) -> None:
    commune = on_sqlite.all.ready()
    asking = professional(on_sqlite, commune.partner, (role(commune.partner, claimed),))
    identify = IdentifyAdministrator(on_sqlite.work, on_sqlite.clock)
    settings = HabppsSettings(data_directory=tmp_path)
    app = pages_app(WebParts(settings, on_sqlite.database, on_sqlite.all.acts, identify, on_sqlite.clock))

    def sign_in() -> None:
        g.professional = asking

    app.before_request(sign_in)
    app.before_request(identify_author)
    answer = reads_plainly(app.test_client()).get("/groupes")
    assert answer.status_code == status
    assert ("Crèches" in answer.text) is (status == 200)
    if status == 403:
        assert 'data-reason="ROLE_NOT_CONFIRMED"' in answer.text
        assert on_sqlite.sink.wait_for("habpps.administration.refused").reason == "ROLE_NOT_CONFIRMED"


def test_nobody_signed_in_sees_no_page(on_sqlite: Habpps, tmp_path: Path) -> None:
    identify = IdentifyAdministrator(on_sqlite.work, on_sqlite.clock)
    settings = HabppsSettings(data_directory=tmp_path)
    app = pages_app(WebParts(settings, on_sqlite.database, on_sqlite.all.acts, identify, on_sqlite.clock))
    app.before_request(identify_author)
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in {"caf", "habilitations", "organisations", "partner", "users"}:
            path = rule.rule.replace("<int:revision>", "1").replace("<step>", "suspendre")
            for name in rule.arguments:
                path = path.replace(f"<{name}>", "x")
            method = "GET" if "GET" in (rule.methods or ()) else "POST"
            app.config["WTF_CSRF_ENABLED"] = False
            answer = reads_plainly(app.test_client()).open(path, method=method)
            assert answer.status_code in (401, 404), path


def test_a_form_without_its_token_is_refused(on_sqlite: Habpps, tmp_path: Path) -> None:
    commune = on_sqlite.all.ready()
    identify = IdentifyAdministrator(on_sqlite.work, on_sqlite.clock)
    settings = HabppsSettings(data_directory=tmp_path)
    app = pages_app(WebParts(settings, on_sqlite.database, on_sqlite.all.acts, identify, on_sqlite.clock))

    def sign_in() -> None:
        g.author = commune.partner

    app.before_request(sign_in)
    answer = reads_plainly(app.test_client()).post("/groupes/nouveau", data={"name": "Autre", "profile": "T1"})
    assert answer.status_code == 400
    assert len(on_sqlite.all.look(lambda store: store.groups.of(commune.id))) == 1
