"""Each service names what it writes into the journal, in French and in English, and names nothing else."""

import re
from pathlib import Path

import pytest

from audit.use_cases.understand import ORGANISATIONS_IN, PEOPLE_IN
from partnerkit.event_words import words_of
from partnerkit.reasons import CATALOGUE
from servicekit.event_words import FIELD, REASON, SERVICE, SUBJECT, TYPE, VALUE
from tests.architecture.tree import ROOT, SERVICES
from tests.audit.event_types import keys_written, named_in, types_in
from tests.promises import promise

HOW = "name it in data/journal.toml of the service"


def codes(service: str, kind: str) -> set[str]:
    return {word.code for word in words_of(service) if word.kind == kind}


@promise("journal:producers-name-their-events")
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_names_each_type_of_event_that_it_sends_and_no_other(service: str) -> None:
    sent = {name for name in types_in(service) if name.startswith(f"{service}.")}
    assert len(sent) >= 4, "the sources are read as they are written"
    assert sent - codes(service, TYPE) == set(), HOW
    assert codes(service, TYPE) - sent == set(), "nobody sends these any more"


@promise("journal:producers-name-their-events")
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_names_each_key_that_it_writes_and_no_other(service: str) -> None:
    written = keys_written(service)
    assert len(written) >= 5, "the sources are read as they are written"
    assert written - codes(service, FIELD) == set(), HOW
    assert codes(service, FIELD) - named_in(service) == set(), "nobody writes these any more"


@promise("journal:producers-name-their-events")
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_names_each_kind_of_thing_that_its_events_are_about(service: str) -> None:
    sources = (ROOT / "services" / service / "src").rglob("*.py")
    text = " ".join(path.read_text(encoding="utf-8") for path in sources)
    written = set(re.findall(r'\bsubject\s*=\s*f"([a-z_]+):', text)) | set(
        re.findall(r'\bNote\([^()]*f"([a-z_]+):', text)
    )
    assert written - codes(service, SUBJECT) == set(), HOW


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_service_names_stands_in_its_own_sources_or_in_what_it_decides_by(service: str) -> None:
    known = named_in(service) | {"-"}
    texts = [ROOT / "libs/rights/src/rights", ROOT / "services" / service / "src" / service / "data"]
    paths = [path for folder in texts for path in folder.rglob("*") if path.suffix in (".py", ".toml")]
    further = " ".join(path.read_text(encoding="utf-8") for path in paths if path.name != "journal.toml")
    assert {code for code in codes(service, VALUE) - known if code not in further} == set()
    assert codes(service, SUBJECT) - known == set()
    assert codes(service, SERVICE) == {service}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_tells_every_reason_of_the_catalogue(service: str) -> None:
    assert codes(service, REASON) == set(CATALOGUE)


@promise("journal:producers-name-their-events")
def test_audit_names_no_type_of_another_service() -> None:
    """But those of a consultation, which its pages treat apart, and those that it learns names from."""
    apart = {"cdap.consultation.suspicious", "cdap.dossier.consulted", "cdap.dossier.withheld", *PEOPLE_IN}
    apart |= set(ORGANISATIONS_IN)
    assert {name for name in types_in("audit") if not name.startswith("audit.")} == apart
    others = tuple(f"{service}." for service in SERVICES if service != "audit")
    pages = Path(ROOT / "services/audit/src/audit/adapters")
    told = [path for path in pages.rglob("*.*") if path.suffix in (".py", ".po", ".html")]
    texts = {path.name: path.read_text(encoding="utf-8") for path in told}
    named = {name for service in SERVICES for name in codes(service, TYPE) if name.startswith(others)}
    assert {(path, name) for path, text in texts.items() for name in named if name in text} == set()
