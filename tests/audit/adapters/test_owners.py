"""Every event has an owner, and an auditor reads only the events of one: through no page, count, proof or name else."""

import ast
import dataclasses
import re
from pathlib import Path

import pytest

from audit.domain.event import Act
from servicekit.audit_events import AuditEvent
from servicekit.identifiers import new_id
from tests.architecture.tree import ROOT, own_python
from tests.audit.adapters.auditor_pages import Pages, text_of
from tests.audit.builders import FakeProducer
from tests.audit.event_types import types_in
from tests.promises import promise

PRODUCERS = ("auth", "habpps", "cdap")
TYPES = sorted({name for service in PRODUCERS for name in types_in(service)})
OTHERS = {"751": "Zoé Paris", "national": "Nadine Partout"}
EVENT_LINK = re.compile(r"/evenements/([0-9a-f-]{36})")


def made_in(path: Path) -> list[tuple[int, set[str | None]]]:
    """(line, keywords) of each event that the file builds."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    named = [one for one in calls if isinstance(one.func, ast.Name) and one.func.id in ("AuditEvent", "Act")]
    return [(one.lineno, {keyword.arg for keyword in one.keywords}) for one in named]


@promise("audit:every-event-has-an-owner")
def test_nobody_can_build_an_event_without_saying_whose_it_is() -> None:
    for made in (AuditEvent, Act):
        owner = next(field for field in dataclasses.fields(made) if field.name == "owner")
        assert owner.default is dataclasses.MISSING
        assert owner.default_factory is dataclasses.MISSING
    sources = [path for path in own_python() if path.parts[0] in ("services", "libs")]
    found = {path: made_in(ROOT / path) for path in sources}
    assert sum(len(calls) for calls in found.values()) >= 10, "the sources are read as they are written"
    without = [f"{path}:{line}" for path, calls in found.items() for line, names in calls if "owner" not in names]
    assert without == []


def tell(pages: Pages) -> dict[str, list[str]]:
    """Each type that exists, once for each owner; gives the ids by owner."""
    told: dict[str, list[str]] = {}
    for owner, name in {"921": "Inès Durand", **OTHERS}.items():
        for service in PRODUCERS:
            producer = FakeProducer(service)
            mine = [name for name in TYPES if name.startswith(f"{service}.")]
            events = [_event(producer, type_name, owner, name) for type_name in mine]
            pages.journal.append(*events)
            told.setdefault(owner, []).extend(event.act.event_id for event in events)
    pages.journal.core.use_cases.publish()
    return told


def _event(producer: FakeProducer, type_name: str, owner: str, name: str):  # type: ignore[no-untyped-def]
    account = f"account-of-{owner}"
    return producer.event(
        type=type_name,
        owner=owner,
        actor_id=account,
        organisation_id=f"organisation-of-{owner}",
        subject=f"account:{account}",
        payload={"username": f"user-{owner}", "name": name, "label": f"Mairie {owner}", "territory": owner},
    )


def everything_shown(pages: Pages, **form: str) -> str:
    """All pages of results of a search, one after the other."""
    address, page = pages.results(**form)
    shown = page
    while (following := re.search(r'id="page-next" rel="next" href="([^"]+)"', page)) is not None:
        page = text_of(pages.browser.get(following[1]))
        shown += page
    assert address
    return shown


@promise("audit:auditor-reads-one-owner")
@pytest.mark.parametrize("owner", ["921", "national"])
def test_an_auditor_sees_only_the_events_of_one_owner_whatever_the_type(pages: Pages, owner: str) -> None:
    told = tell(pages)
    pages.sign_in_for(owner)
    foreign = {event_id for other, ids in told.items() if other != owner for event_id in ids}
    mine = set(told[owner])
    shown = everything_shown(pages, everything="y")
    assert mine <= set(EVENT_LINK.findall(shown))
    assert foreign.isdisjoint(EVENT_LINK.findall(shown))
    for other in set(told) - {owner}:
        assert "ne connaît personne" in text_of(pages.search(asked=f"user-{other}"))
        assert "ne connaît personne" in text_of(pages.search(asked=f"Mairie {other}"))
        for criteria in ({"actor_id": f"account-of-{other}"}, {"subject": f"account:account-of-{other}"}):
            assert foreign.isdisjoint(EVENT_LINK.findall(everything_shown(pages, **criteria)))
    names = [name for other, name in {"921": "Inès Durand", **OTHERS}.items() if other != owner]
    assert not any(name in shown for name in names)


def test_the_page_of_a_foreign_event_is_as_unknown_as_one_that_never_was(pages: Pages) -> None:
    told = tell(pages)
    pages.sign_in_for("921")
    address, _ = pages.results()
    for event_id in (*told["751"], *told["national"], new_id()):
        answer = pages.browser.get(f"{address}/evenements/{event_id}")
        assert answer.status_code == 404
        assert "Événement introuvable" in text_of(answer)
        assert pages.browser.post(f"{address}/evenements/{event_id}/suite", data={"by": "actor_id"}).status_code == 404


def test_a_name_that_only_foreign_events_tell_is_not_shown(pages: Pages) -> None:
    pages.journal.append(
        FakeProducer("auth").event(
            type="auth.account.created", owner="751", subject="account:x", payload={"username": "u-1", "name": "Zoé"}
        )
    )
    pages.journal.append(FakeProducer("cdap").event(owner="921", actor_id="x"))
    pages.sign_in_for("921")
    page = everything_shown(pages, actor_id="x")
    assert "Zoé" not in page
    assert "u-1" not in page


def test_the_home_page_counts_only_the_events_of_the_owner(pages: Pages) -> None:
    pages.journal.append(*FakeProducer("cdap").events(7, owner="751"))
    pages.journal.append(*FakeProducer("auth").events(3, owner="921"))
    counts = {owner: pages.journal.core.use_cases.state(owner).days[-1].count for owner in ("921", "751", "national")}
    assert counts == {"921": 3, "751": 7, "national": 0}


def test_the_types_offered_are_those_of_the_owner(pages: Pages) -> None:
    pages.journal.append(*FakeProducer("cdap").events(1, owner="751", type="cdap.consultation.suspicious"))
    pages.sign_in_for("921")
    assert "Consultation à examiner" not in text_of(pages.browser.get("/recherche"))
    pages.sign_in_for("751")
    assert "Consultation à examiner" in text_of(pages.browser.get("/recherche"))


def test_a_search_does_not_follow_its_auditor_to_another_caf(pages: Pages) -> None:
    pages.sign_in_for("921")
    address, _ = pages.results()
    pages.sign_in_for("751")
    assert pages.browser.get(address).status_code == 404
