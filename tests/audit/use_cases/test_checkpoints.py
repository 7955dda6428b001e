"""Checkpoints: signed in order, guarded outside the database, never two that contradict one another."""

import pytest

from audit.adapters.files.note_key import Ed25519NoteVerifier
from audit.domain.checkpoint import MalformedNoteError, TreeHead, VerifierKey, note_text, parse_note, signed_note
from audit.domain.proofs import consistency_holds, consistency_path
from audit.domain.refusals import EventUnknownError, JournalDamagedError, NotYetInTreeError
from audit.domain.tiles import TileNodes
from audit.use_cases.check_evidence import EMPTY_TREE
from audit.use_cases.ports import Guarded
from audit.use_cases.prove_inclusion import NewestCheckpoint, ProveInclusion
from tests.audit.builders import FakeProducer
from tests.audit.fakes import FixedSigner
from tests.audit.use_cases.conftest import Stage
from tests.promises import promise


def test_an_empty_journal_is_not_signed(stage: Stage) -> None:
    assert stage.publish() is None
    with pytest.raises(NotYetInTreeError):
        NewestCheckpoint(stage.store)()


def test_a_grown_tree_is_signed_once_and_published(stage: Stage) -> None:
    cdap = FakeProducer()
    stage.append(*cdap.events(5))
    first = stage.publish()
    assert first is not None
    assert stage.publish() is None
    assert stage.guard.guarded == Guarded(first.head, 1)
    assert stage.published.note == first.note
    head, signature = parse_note(first.note, stage.signer.verifier_key)
    verifier = Ed25519NoteVerifier(stage.signer.verifier_key)
    assert head == first.head
    assert verifier.holds(note_text("test.example/journal", head), signature)
    stage.append(*cdap.events(4))
    second = stage.publish()
    assert second is not None
    path = consistency_path(5, 9, TileNodes(stage.store.repositories.tree.tile))
    assert consistency_holds((5, first.head.root), (9, second.head.root), path)


def test_a_process_that_died_between_guard_and_signature_signs_the_same_tree_again(stage: Stage) -> None:
    stage.append(*FakeProducer().events(5))
    begun = TreeHead(5, stage.store.repositories.tree.state().frontier.root())
    stage.guard.guarded = Guarded(EMPTY_TREE, 0, begun)
    stage.append(*FakeProducer().events(2))
    stage.check()
    signed = stage.publish()
    assert signed is not None
    assert signed.head == begun
    assert stage.guard.guarded == Guarded(begun, 1)
    following = stage.publish()
    assert following is not None
    assert following.head.size == 7


def test_a_process_that_died_before_the_guard_was_settled_counts_the_checkpoint_once(stage: Stage) -> None:
    stage.append(*FakeProducer().events(5))
    first = stage.publish()
    assert first is not None
    stage.guard.guarded = Guarded(EMPTY_TREE, 0, first.head)
    stage.check()
    assert stage.publish() == first
    assert stage.guard.guarded == Guarded(first.head, 1)


def test_a_database_smaller_than_the_guard_or_with_another_beginning_is_refused(stage: Stage) -> None:
    stage.append(*FakeProducer().events(5))
    stage.publish()
    stage.check()
    with pytest.raises(JournalDamagedError, match="0 entries but 5"):
        Stage(guard=stage.guard, published=stage.published).check()
    other = Stage(guard=stage.guard, published=stage.published)
    other.append(*FakeProducer().events(6))
    with pytest.raises(JournalDamagedError, match="first 5 entries"):
        other.check()
    with pytest.raises(JournalDamagedError):
        other.publish()


def test_a_guard_that_disappears_while_the_service_runs_stops_the_signing(stage: Stage) -> None:
    stage.append(*FakeProducer().events(5))
    stage.guard.guarded = None
    with pytest.raises(JournalDamagedError, match="the guard is missing"):
        stage.publish()


def test_only_one_of_two_processes_signs_the_same_step(stage: Stage) -> None:
    stage.append(*FakeProducer().events(5))
    stage.guard.is_taken = True
    assert stage.publish() is None
    assert stage.published.note is None


@promise("auditor:proof-of-each-event")
def test_proofs_are_given_for_signed_trees_only(stage: Stage) -> None:
    cdap = FakeProducer()
    early, late = cdap.events(2)
    stage.append(early)
    stage.publish()
    stage.append(late)
    prove = ProveInclusion(stage.store)
    assert prove("cdap", early.act.event_id, 0).tree_size == 1
    with pytest.raises(NotYetInTreeError):
        prove("cdap", late.act.event_id, 0)
    assert prove("cdap", late.act.event_id, 2).index == 1
    with pytest.raises(EventUnknownError):
        prove("auth", early.act.event_id, 0)


def test_a_note_is_read_only_as_it_was_written() -> None:
    signer = FixedSigner()
    head = TreeHead(7, b"r" * 32)
    note = signed_note(signer.verifier_key, head, signer.sign(note_text("test.example/journal", head)))
    assert parse_note(note, signer.verifier_key)[0] == head
    wrong = [note + "\n", note.replace("7", "07", 1), note.replace("—", "-"), "", note.replace("test.", "best.", 1)]
    for text in wrong:
        with pytest.raises(MalformedNoteError):
            parse_note(text, signer.verifier_key)


def test_the_verifier_key_of_the_c2sp_example_is_read_and_written() -> None:
    text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    key = VerifierKey.from_text(text)
    assert key.to_text() == text
    for wrong in ("", "a+b", text.replace("c74f", "c74e"), text[:-4]):
        with pytest.raises(MalformedNoteError):
            VerifierKey.from_text(wrong)
