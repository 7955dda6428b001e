"""The process put together: what it opens, the rooms, the threads, and what must be closed."""

from __future__ import annotations

from auth.bootstrap.connections import mail_sender, open_logout_calls
from auth.bootstrap.figures import gauges_of, queues_of
from auth.bootstrap.opened import Opened, open_stores
from auth.bootstrap.rooms import build_rooms
from auth.bootstrap.rpc import open_rpc
from auth.bootstrap.tasks import LostAccess, build_tasks
from auth.bootstrap.web import create_web
from auth.bootstrap.world import World
from auth.clients.domain.subjects import Subjects
from auth.front.adapters.web.app import health_and_lanes
from auth.ground.adapters.clients.guarded_fetch import GuardedFetch
from auth.ground.adapters.clients.tls_trust import TlsTrust
from auth.keys.adapters.crypto.keys import SigningKeys, load_keys
from auth.keys_command import passphrase_of
from auth.people.adapters.background import LogoutWorker
from auth.people.adapters.crypto.passwords import Argon2Passwords, HashingLimits
from auth.people.use_cases.end_lost_access import EndLostAccess
from auth.people.use_cases.tell_clients import TellClients
from auth.settings import AuthSettings
from servicekit.background import each_apart
from servicekit.clock import Clock, SystemClock
from servicekit.errors import StartError
from servicekit.process import Parts, Process
from servicekit.web.secrets import WebSecrets


def build_process(settings: AuthSettings, parts: Parts) -> Process:
    """Make everything, start nothing.

    Raises:
        StartError: what the operator can mend, said in one sentence.
    """
    if not settings.audit_address:
        raise StartError("AUTH_AUDIT_ADDRESS is missing: nobody signs in without an audit record.")
    clock = SystemClock()
    passphrase = passphrase_of(settings)
    keys = load_keys(settings.keys_directory, clock, passphrase=passphrase, policy=settings.key_policy)
    opened = open_stores(settings, clock)
    passwords = Argon2Passwords(HashingLimits(settings.hashing_threads, settings.hashing_queue))
    world, logout = _world(settings, opened, keys, passwords, clock)
    rooms = build_rooms(settings, world)
    rights, work = rooms.people.rights, opened.work
    lost = LostAccess(EndLostAccess(work, rights, clock, logout.wake))
    opened.replica.on_change(lost.thread.wake)
    tasks = build_tasks(settings, opened, mail_sender(settings, work, passwords, clock, rights), clock, logout)
    web = create_web(settings, rooms, lambda: keys.document, opened.database) if parts.web else None
    beside = (lost.thread, *tasks.all())
    return Process(
        web=web,
        rpc=open_rpc(settings, rooms, work, tasks, lost) if parts.rpc else None,
        background=(opened.relay, opened.replica, *beside),
        close=opened.close,
        answers_without=frozenset({opened.relay.name, opened.replica.name}),
        queues=queues_of(opened.database, opened.relay, clock),
        gauges=gauges_of(opened.replica, keys, passwords),
        **health_and_lanes(opened.database, frozenset(task.name for task in beside), web, settings.hashing_threads),
    )


def _world(
    settings: AuthSettings, opened: Opened, keys: SigningKeys, passwords: Argon2Passwords, clock: Clock
) -> tuple[World, LogoutWorker]:
    """With the thread that tells clients of the end of a session, which a page may wait for."""
    trust = TlsTrust(settings.further_authorities_file)
    fetch = GuardedFetch(allow_loopback=settings.reaches_loopback, trust=trust)
    factors = WebSecrets.load(settings.data_directory / "factors", settings.factors_secret.get_secret_value())
    salt = WebSecrets.load(settings.data_directory / "pairwise", settings.pairwise_salt.get_secret_value())
    subjects, calls = Subjects(salt.only_key("pairwise subjects")), open_logout_calls(settings, trust)
    logout = LogoutWorker(TellClients(opened.work, calls, keys, clock, settings.issuer, each_apart, subjects))
    world = World(
        work=opened.work,
        passwords=passwords,
        replica=opened.replica,
        keys=keys,
        clock=clock,
        wait_for_logout=logout.report,
        fetch=fetch.json,
        status_of=fetch.status_of,
        secret=WebSecrets.load(settings.data_directory),
        factors_secret=factors,
        subjects=subjects,
        sectors=fetch,
        answers=opened.answers,
    )
    return world, logout
