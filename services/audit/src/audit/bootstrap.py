"""Builds the journal: the only module that names concrete classes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from audit.adapters.background import LEADER_LOCK, Leadership, Sequencer, key_expiry
from audit.adapters.database.scan import SqlScanner
from audit.adapters.database.unit_of_work import SqlJournalStore
from audit.adapters.files.note_key import VERIFIER_KEY_FILE, Ed25519NoteVerifier, FileNoteSigner
from audit.adapters.files.payload_cipher import AesGcmPayloadCipher
from audit.adapters.files.shard_keys import FileShardKeys
from audit.domain.event import OWN_SERVICE
from audit.domain.refusals import JournalDamagedError
from audit.figures import gauges_of, requests_of
from audit.guards import OutsideGuard, open_guard
from audit.settings import AuditSettings
from audit.use_cases.accept_restored import AcceptRestoredJournal
from audit.use_cases.append_events import AppendEvents
from audit.use_cases.catalogue import UseCases
from audit.use_cases.check_evidence import CheckEvidence
from audit.use_cases.confirm_clock import ConfirmClock
from audit.use_cases.describe_events import DescribeEvents, ReadVocabulary
from audit.use_cases.erase import RedactPayload
from audit.use_cases.expire_keys import ExpireKeys, destruction_problem
from audit.use_cases.export_results import ExportResults
from audit.use_cases.journal_state import ReadEventTypes, ReadJournalState
from audit.use_cases.prove_inclusion import NewestCheckpoint, ProveInclusion
from audit.use_cases.publish_checkpoint import PublishCheckpoint
from audit.use_cases.read_event import ReadEvent
from audit.use_cases.record_batch import RecordBatch
from audit.use_cases.record_reading import RecordReading
from audit.use_cases.search_events import ReadResults, SearchEvents
from audit.use_cases.tell_missing import TellMissing
from audit.use_cases.understand import Understand
from audit.use_cases.verify_journal import Outside, VerifyJournal
from audit.use_cases.watch_producers import WatchProducers
from partnerkit.event_words import words_of
from servicekit.background import LastingFailureError, Repeating, Rhythm
from servicekit.clock import Clock, SystemClock, start_of_machine
from servicekit.database import Database, check_schema, open_database
from servicekit.database.clean_up import clean_up
from servicekit.database.session_lock import open_lock
from servicekit.health import database_check
from servicekit.identifiers import new_id
from servicekit.logging import get_logger
from servicekit.process import Background, Parts, Process, closing
from servicekit.web.session_tables import forget_ended_sessions, forget_form_answers

if TYPE_CHECKING:
    from servicekit.rpc import RpcServer
    from servicekit.web import ServiceApp

OLDEST_SCHEMA = NEWEST_SCHEMA = "0001"
_WATCH_EVERY = timedelta(seconds=5)

log = get_logger("audit")


class LogAlarms:
    """`Alarms` in the technical log."""

    def raised(self, kind: str, details: dict[str, str | int]) -> None:
        """See `Alarms.raised`."""
        log.error("alarm", kind=kind, **details)


@dataclass(frozen=True)
class Core:
    """The use cases with the sequencer that serves them."""

    use_cases: UseCases
    sequencer: Sequencer
    check_evidence: CheckEvidence
    accept: AcceptRestoredJournal
    outside: OutsideGuard


def build(settings: AuditSettings, parts: Parts) -> Process:
    """The process of the service, made and not started.

    Raises:
        StartError: a key, a certificate, a port or the schema is not as it must be.
        JournalDamagedError: the database is not the one that was signed, or nobody can tell.
    """
    database = open_database(settings.database_url, threads=settings.web_threads + 4)
    check_schema(database, OLDEST_SCHEMA, NEWEST_SCHEMA)
    clock = SystemClock()
    leadership = leadership_of(settings, parts)
    core = build_core(settings, database, clock, leadership.leads)
    core.check_evidence()
    leadership.look()
    store = core.use_cases.publish.store
    cleaning = clean_up(database, clock, forget_form_answers, forget_ended_sessions)
    expire = ExpireKeys(core.accept.record, core.check_evidence.keys, clock, start_of_machine())
    expiring = key_expiry(database, clock, expire)
    background, answers_without = _background(settings, core, (cleaning, expiring), leadership)
    return Process(
        web=_web(settings, database, core, clock) if parts.web else None,
        rpc=_rpc(settings, core) if parts.rpc else None,
        background=background,
        close=closing(database, core.outside),
        answers_without=answers_without | {"retention"},
        health=(("database", database_check(database)), ("retention", lambda: destruction_problem(store))),
        queues=(requests_of(core.sequencer),),
        gauges=gauges_of(settings, store, core.outside.guard, leadership, clock),
    )


def leadership_of(settings: AuditSettings, parts: Parts) -> Leadership:
    """Whether the process writes. One that serves pages alone takes no part: it writes what auditors read, few events,
    in turns with the leader by the lock of the tree, and signs in turns with it by the guard."""
    return Leadership(open_lock(settings.database_url, LEADER_LOCK) if parts.rpc else None)


def build_core(
    settings: AuditSettings, database: Database, clock: Clock, leads: Callable[[], bool] = lambda: True
) -> Core:
    """The use cases over an open database; `leads`: whether this process of several is the one that writes.

    Raises:
        StartError: the checkpoint key is no key.
    """
    store, keys, cipher = SqlJournalStore(database), FileShardKeys(settings.keys), AesGcmPayloadCipher()
    outside, alarms = open_guard(settings), LogAlarms()
    guard, published = outside.guard, outside.published
    vocabulary = own_vocabulary(store)
    record = RecordBatch(store=store, keys=keys, cipher=cipher, vocabulary=vocabulary, clock=clock, epoch=new_id())
    sequencer = Sequencer(record, alarms, leads=leads)
    signer = FileNoteSigner(settings.keys, settings.origin)
    publish = PublishCheckpoint(store, guard, signer, published)
    reading = RecordReading(sequencer, clock)
    results = ReadResults(store, keys, cipher, reading, vocabulary)
    use_cases = UseCases(
        append=AppendEvents(sequencer),
        missing=TellMissing(store),
        prove=ProveInclusion(store),
        checkpoint=NewestCheckpoint(store),
        publish=publish,
        watch=WatchProducers(store, sequencer, alarms, clock),
        search=SearchEvents(reading),
        results=results,
        read_event=ReadEvent(store, results, reading),
        export=ExportResults(results, reading),
        understand=Understand(store, keys, cipher, reading),
        state=ReadJournalState(store, clock),
        types=ReadEventTypes(store),
        describe=DescribeEvents(store, clock, vocabulary.changed),
        vocabulary=vocabulary,
    )
    check = CheckEvidence(store, guard, published, signer.verifier, keys, clock)
    return Core(use_cases, sequencer, check, AcceptRestoredJournal(check, record, publish, clock), outside)


def own_vocabulary(store: SqlJournalStore) -> ReadVocabulary:
    """The words of the producers with the journal's own."""
    return ReadVocabulary(store, [(OWN_SERVICE, word) for word in words_of(OWN_SERVICE)])


@dataclass(frozen=True)
class Erasing:
    """What erases."""

    expire: ExpireKeys
    confirm: ConfirmClock
    redact: RedactPayload


def build_erasing(settings: AuditSettings, database: Database, clock: Clock) -> Erasing:
    """What erases, over an open database; the service may run meanwhile."""
    store, keys = SqlJournalStore(database), FileShardKeys(settings.keys)
    record = RecordBatch(
        store=store,
        keys=keys,
        cipher=AesGcmPayloadCipher(),
        vocabulary=own_vocabulary(store),
        clock=clock,
        epoch=new_id(),
    )
    start = start_of_machine()
    return Erasing(ExpireKeys(record, keys, clock, start), ConfirmClock(record, start), RedactPayload(record, clock))


def build_verifier(settings: AuditSettings, database: Database, kept: OutsideGuard) -> VerifyJournal:
    """The verifier over an open database; it needs the keys, and makes none.

    Raises:
        StartError: the verifier key cannot be read.
    """
    outside = Outside(
        keys=FileShardKeys(settings.keys),
        verifier=Ed25519NoteVerifier.from_file(settings.keys / VERIFIER_KEY_FILE),
        guard=kept.guard,
        published=kept.published,
    )
    return VerifyJournal(SqlScanner(database).scan, outside, AesGcmPayloadCipher())


def _background(
    settings: AuditSettings, core: Core, claimed: tuple[Repeating, ...], leadership: Leadership
) -> tuple[tuple[Background, ...], frozenset[str]]:
    """The threads of the process, and those whose failures do not keep it from answering."""

    def leading(work: Callable[[], object]) -> Callable[[], object]:
        return lambda: work() if leadership.leads() else None

    watching = (
        repeating("missing-numbers", leading(core.use_cases.watch), Rhythm(_WATCH_EVERY), core.sequencer),
        *claimed,
    )
    rhythm = Rhythm(settings.checkpoint_every, at_end=True)
    signing = repeating("checkpoints", leading(core.use_cases.publish), rhythm, core.sequencer)
    # Leading ends last, and signing before it: what was recorded last is signed too.
    return (leadership, signing, core.sequencer, *watching), frozenset({signing.name, *(one.name for one in watching)})


def repeating(name: str, work: Callable[[], object], rhythm: Rhythm, sequencer: Sequencer) -> Repeating:
    """A repeating thread of the leader that stops all writing, and itself, when its work finds the journal damaged."""
    alarms = LogAlarms()

    def once() -> None:
        try:
            work()
        except JournalDamagedError as error:
            alarms.raised("JOURNAL_DAMAGED", {"problem": str(error)})
            sequencer.refuse_all(str(error))
            raise LastingFailureError(str(error)) from error

    def failed(reason: str, reference: str) -> None:
        alarms.raised("WORK_FAILED", {"work": name, "reason": reason, "reference": reference})

    return Repeating(name, once, rhythm, on_failure=failed, in_every_copy="the copy that leads does it")


def _rpc(settings: AuditSettings, core: Core) -> "RpcServer":
    from audit.adapters.rpc.journal import SERVICE_NAME, JournalServicer
    from partenaire.audit.v1 import journal_pb2, journal_pb2_grpc
    from servicekit.rpc import CallerPolicy, ServerOptions, open_server

    registration = (journal_pb2_grpc.add_JournalServicer_to_server, JournalServicer(core.use_cases), SERVICE_NAME)
    descriptor = journal_pb2.DESCRIPTOR.services_by_name["Journal"]
    with as_file(files("audit.adapters.rpc").joinpath("callers.toml")) as path:
        callers = CallerPolicy.load(path, [descriptor])
    return open_server(ServerOptions.of(settings), services=[registration], callers=callers)


def _web(settings: AuditSettings, database: Database, core: Core, clock: Clock) -> "ServiceApp":
    from audit.adapters.web.app import WebParts, create_web

    return create_web(WebParts(settings, database, core.use_cases, clock))
