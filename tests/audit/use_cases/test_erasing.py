"""What is erased is recorded, cannot be read or found, and leaves every proof as it was."""

import pytest

from audit.domain.proofs import inclusion_holds
from audit.domain.refusals import EventUnknownError, InvalidEventError
from audit.domain.search import SearchQuestion
from audit.use_cases.erase import REDACTED_TYPE, RedactionDecision
from audit.use_cases.prove_inclusion import ProveInclusion
from tests.audit.builders import DIRECTRICE, DOSSIER, FakeProducer
from tests.audit.use_cases.conftest import AUDITOR, Stage
from tests.promises import promise

DECISION = RedactionDecision("A. Responsable", "B. Déléguée", "a name typed in a wrong field")


def found(stage: Stage, **asked: str) -> list[str]:
    search_id = stage.search(AUDITOR, SearchQuestion(case_number="CTRL-1", **asked))  # type: ignore[arg-type]
    return [event.event_id for event in stage.results(AUDITOR, search_id, None).events]


@promise("journal:one-payload-can-be-redacted")
def test_a_redacted_payload_is_gone_recorded_and_not_found_by_persons_any_more(stage: Stage) -> None:
    cdap = FakeProducer()
    gone, kept = (receipt.event_id for receipt in stage.append(*cdap.events(2)))
    stage.publish()
    prove = ProveInclusion(stage.store)
    before = prove("cdap", gone, 0)
    said = stage.redact(gone, DECISION)
    for asked in ({"subject": DOSSIER}, {"actor_id": DIRECTRICE}, {"about": f"account:{DIRECTRICE}"}):
        assert gone not in found(stage, **asked)
        assert kept in found(stage, **asked)
    assert prove("cdap", gone, 2) == before
    assert inclusion_holds(before.leaf_hash, before.index, before.tree_size, before.path, before.root)
    search_id = stage.search(AUDITOR, SearchQuestion(case_number="CTRL-1", type="cdap.dossier.consulted"))
    page = stage.read_event(AUDITOR, search_id, gone)
    assert page.found.opened is None
    assert page.found.erased is not None
    assert page.found.erased.by == "A. Responsable"
    assert page.proof_holds
    act = stage.read_event(AUDITOR, search_id, said)
    assert act.found.type == REDACTED_TYPE
    assert act.found.opened is not None
    told = act.found.opened.payload
    assert (told["redacted_by"], told["agreed_by"], told["redacted_because"], told["event_id"]) == (
        DECISION.by,
        DECISION.agreed_by,
        DECISION.why,
        gone,
    )


@promise("journal:one-payload-can-be-redacted")
@pytest.mark.parametrize(
    ("by", "agreed_by", "why"),
    [
        ("", "B", "why"),
        ("A", "", "why"),
        ("A", "B", ""),
        ("A", "B", " "),
        ("A", "a ", "why"),
        ("A", "B", "x" * 501),
        ("A\n", "B", "why"),
    ],
)
def test_a_redaction_needs_two_persons_and_a_reason(stage: Stage, by: str, agreed_by: str, why: str) -> None:
    (receipt,) = stage.append(FakeProducer().event())
    with pytest.raises(InvalidEventError):
        stage.redact(receipt.event_id, RedactionDecision(by, agreed_by, why))
    assert stage.size == 1
    assert stage.store.repositories.entries.between(0, 1)[0].sealed is not None


def test_what_says_what_became_of_the_journal_is_never_redacted_and_nothing_is_redacted_twice(stage: Stage) -> None:
    (receipt,) = stage.append(FakeProducer().event())
    said = stage.redact(receipt.event_id, DECISION)
    size = stage.size
    for event_id, error in ((said, InvalidEventError), (receipt.event_id, EventUnknownError), ("?", EventUnknownError)):
        with pytest.raises(error):
            stage.redact(event_id, DECISION)
    assert stage.size == size
