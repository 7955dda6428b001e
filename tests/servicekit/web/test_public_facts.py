"""The pages the law asks for: they name who is responsible, or say plainly that nobody has been named."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from servicekit.settings import ServiceSettings
from servicekit.web import create_app
from servicekit.web.public_facts import PublicFacts
from tests.plain import plain
from tests.promises import promise

FACTS = {
    "contact_name": "Caf des Hauts-de-Seine", "contact_email": "partenaires@caf.example", "contact_phone": "01 23",
    "contact_hours": "lundi à vendredi, 9 h à 17 h", "publisher": "Caf des Hauts-de-Seine, directrice : A. Leroy",
    "hosting": "Centre informatique, Lyon", "data_protection_officer": "dpo@caf.example",
    "accessibility_plan_url": "https://caf.example/schema",
}  # fmt: skip


def page(folder: Path, path: str, **facts: str) -> str:
    settings = SimpleNamespace(
        service="essai", environment="test", data_directory=folder, public_url="http://localhost:8400", **facts
    )
    app = create_app("tests.servicekit.web", service_label="Essai", settings=settings)
    return app.test_client().get(path).text


@promise("people:law-pages")
def test_the_accessibility_statement_is_what_the_law_asks_for(tmp_path: Path) -> None:
    text = page(tmp_path, "/accessibilite", **FACTS)
    for words in ("non conforme", "article 47", "Contenus non accessibles", "30 novembre 2026", "Défenseur des droits"):
        assert words in text
    assert "partiellement" not in text
    assert FACTS["contact_email"] in text
    assert FACTS["accessibility_plan_url"] in text


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        ("/aide", ["contact-missing"]),
        ("/accessibilite", ["contact-missing", "accessibility-plan-missing"]),
        ("/mentions-legales", ["contact-missing"]),
    ],
)
@promise("people:law-pages")
def test_what_the_operator_has_not_said_is_said_to_be_missing(tmp_path: Path, path: str, ids: list[str]) -> None:
    text = page(tmp_path, path)
    for missing in ids:
        assert f'id="{missing}"' in text
    if path == "/mentions-legales":
        assert text.count("pas encore indiqué") >= 4


def test_help_and_legal_notice_name_who_answers(tmp_path: Path) -> None:
    help_page = plain(page(tmp_path, "/aide", **FACTS))
    assert all(FACTS[name] in help_page for name in FACTS if name.startswith("contact"))
    legal = plain(page(tmp_path, "/mentions-legales", **FACTS))
    assert all(FACTS[name] in legal for name in ("publisher", "hosting", "data_protection_officer"))


def test_every_public_fact_is_a_setting_of_every_service() -> None:
    assert set(PublicFacts.__dataclass_fields__) <= set(ServiceSettings.model_fields)
