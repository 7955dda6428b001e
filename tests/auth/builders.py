"""A provider for tests: use cases on fakes or on a real database, people of the commune, two clients, a browser."""

from __future__ import annotations

import atexit
import base64
import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from werkzeug.test import Client as Browser
from werkzeug.test import TestResponse

from auth.bootstrap.repositories import AuthWork
from auth.bootstrap.rooms import build_rooms
from auth.bootstrap.web import create_web
from auth.bootstrap.world import World
from auth.clients.domain.client_registration import parse_client
from auth.clients.domain.clients import Client
from auth.clients.domain.subjects import Subjects
from auth.keys.adapters.crypto.keys import SigningKeys, load_keys
from auth.people.adapters.clients.mail_texts import MailTexts
from auth.people.domain.accounts import Account
from auth.people.domain.engagement import Acceptance, Document
from auth.people.domain.sessions import SessionLimits
from auth.people.use_cases.end_lost_access import EndLostAccess
from auth.people.use_cases.follow_ending import FollowEnding
from auth.people.use_cases.forget_old import ForgetOld
from auth.people.use_cases.keep_session import SweepSessions
from auth.people.use_cases.send_mails import SendMails
from auth.people.use_cases.sign_in import SignedIn, SignInRequest
from auth.people.use_cases.tell_clients import LogoutReport, TellClients
from auth.settings import AuthSettings
from rights.facts import Extranet
from servicekit.background import each_apart
from servicekit.errors import DependencyUnavailableError
from servicekit.identifiers import hash_secret
from servicekit.web.secrets import WebSecrets
from tests.auth.answer_fakes import InMemoryAnswers
from tests.auth.fakes import (
    FixedReplica,
    InMemoryLogoutCalls,
    InMemoryMailer,
    InMemoryRepos,
    PlainPasswords,
)
from tests.plain import reads_plainly
from tests.rights.builders import Commune, the_commune
from tests.servicekit.fakes import FixedClock, InMemoryUnitOfWork

ISSUER = "http://localhost:8400"
PASSWORD = "quatre mots sans lien"
SECRET = "a secret of at least thirty-two characters"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-0123"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
FACTORS_SECRET = b"the secret of second steps, for tests only"
DIRECTOR = "account-creche-director"


def a_client(code: str = "cdap", port: int = 8402, **changes: Any) -> Client:
    """A registered extranet."""
    entry = {
        "client_id": code,
        "owner": "national",
        "code": code,
        "name": code.upper(),
        "redirect_uris": [f"http://localhost:{port}/retour"],
        "post_logout_redirect_uris": [f"http://localhost:{port}/deconnecte"],
        "backchannel_logout_uri": f"http://localhost:{port}/backchannel-logout",
        "resource": f"http://localhost:{port}",
        "scope": f"openid profile email {code}",
        "first_party": True,
        **changes,
    }
    return parse_client(entry, hash_secret(SECRET))


def an_account(account_id: str = DIRECTOR, username: str = "cdurand-4821", **changes: Any) -> Account:
    """The director of a crèche, with a password of her own."""
    values: dict[str, Any] = {
        "account_id": account_id,
        "username": username,
        "given_name": "Chloé",
        "family_name": "Durand",
        "email": "chloe.durand@commune.example",
        "created_at": FixedClock().now(),
        "password_hash": PlainPasswords().hash(PASSWORD),
        **changes,
    }
    if values["password_hash"] is not None:
        values.setdefault("password_changed_at", values["created_at"])
    return Account(**values)


@cache
def the_keys() -> SigningKeys:
    """Made once for every provider: an RSA key costs a tenth of a second. Tests of keys make their own."""
    folder = tempfile.mkdtemp(prefix="auth-keys-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return load_keys(Path(folder))


def at_once(is_done: Callable[[], bool], _longest: timedelta) -> bool:
    """Waits for nothing: tests do everything before they ask."""
    return is_done()


@dataclass
class Provider:
    """Everything around the use cases, within reach of the test."""

    folder: Path
    work: Any = field(default_factory=lambda: InMemoryUnitOfWork(InMemoryRepos()))
    clock: FixedClock = field(default_factory=FixedClock)
    commune: Commune = field(default_factory=the_commune)
    passwords: PlainPasswords = field(default_factory=PlainPasswords)
    mailer: InMemoryMailer = field(default_factory=InMemoryMailer)
    calls: InMemoryLogoutCalls = field(default_factory=InMemoryLogoutCalls)
    fetched: dict[str, Any] = field(default_factory=dict)
    answers: InMemoryAnswers = field(default_factory=InMemoryAnswers)
    keys: SigningKeys = field(default_factory=the_keys)
    factors_secret: WebSecrets = field(default_factory=lambda: WebSecrets(FACTORS_SECRET))
    secret: WebSecrets = field(default_factory=lambda: WebSecrets(b"the secret of the pages, for tests only"))

    def __post_init__(self) -> None:
        self.restart(self.secret)
        self.add(an_account(), a_client(), a_client("mon-enfant", 8410))

    def restart(self, secret: WebSecrets) -> None:
        """A process that knows these secrets, on the same stores and keys."""
        self.settings = AuthSettings.model_validate({"data_directory": self.folder, "public_url": ISSUER})
        self.replica = FixedReplica(self.commune.snapshot())
        subjects = Subjects(b"s" * 32)
        self.tell_clients = TellClients(self.work, self.calls, self.keys, self.clock, ISSUER, each_apart, subjects)
        self.world = World(
            work=self.work,
            passwords=self.passwords,
            replica=self.replica,
            keys=self.keys,
            clock=self.clock,
            wait_for_logout=self.deliver,
            fetch=self.fetch,
            status_of=self.status_of,
            secret=secret,
            factors_secret=self.factors_secret,
            subjects=subjects,
            sectors=self,
            answers=self.answers,
        )
        self.build()
        self.lost_access = EndLostAccess(self.work, self.people.rights, self.clock, lambda: None)
        self.follow_ending = FollowEnding(
            self.work, self.people.rights, self.lost_access, self.clock, looking=at_once, telling=at_once
        )
        texts = MailTexts(ISSUER)
        names = self.people.name_helpers.listed
        self.send_mails = SendMails(
            self.work, self.mailer, texts, self.passwords, self.clock, each_apart, helpers=names
        )
        self.sweep_sessions = SweepSessions(self.work, self.clock, SessionLimits(), each_apart)
        self.forget_old = ForgetOld(self.work, self.clock)

    def build(self, engagement: Document | None = None) -> None:
        """The rooms, with this text to accept."""
        self.rooms = build_rooms(self.settings, self.world, engagement)
        self.clients, self.people, self.protocol = self.rooms.clients, self.rooms.people, self.rooms.protocol

    def sweep(self) -> int:
        """What two of the threads do: ends what is over, forgets what is old; how many sessions ended."""
        ended = self.sweep_sessions()
        self.forget_old()
        return ended

    def fetch(self, url: str) -> Any:
        """What is behind the addresses of clients."""
        return self.fetched[url]

    def status_of(self, url: str) -> int:
        """The status that an address answers with; nothing answers where the test has set none."""
        if url not in self.fetched:
            raise DependencyUnavailableError("nothing answers there", reason="FETCH_FAILED")
        return int(self.fetched[url])

    def json_list(self, url: str) -> Sequence[str]:
        """The list behind a sector identifier; nothing answers at an address that the test has not filled."""
        if url not in self.fetched:
            raise DependencyUnavailableError("nothing answers there", reason="FETCH_FAILED")
        listed: Sequence[str] = self.fetched[url]
        return listed

    def add(self, *rows: Account | Client) -> None:
        """Stores accounts, which have accepted the engagement, and clients."""

        def store(repos: Any) -> None:
            for row in rows:
                if isinstance(row, Account):
                    repos.accounts.add(row)
                    repos.acceptances.add(self.acceptance_of(row.account_id))
                else:
                    repos.clients.save(row)

        self.work.write(store)
        for row in rows:
            if isinstance(row, Client):
                self.clients.known.forget(row.client_id)

    def acceptance_of(self, account_id: str) -> Acceptance:
        """Of the engagement, in its version of today."""
        document = self.people.accept_engagement.document
        return Acceptance(account_id, document.name, document.version, self.clock.now())

    def know_extranet(self, code: str, owner: str = "921") -> None:
        """habpps has one more extranet, to which nobody has a right."""
        extranet = Extranet(
            code=code,
            owner=owner,
            label=code.upper(),
            url=f"https://{code}.example/",
            profiles=("T2",),
            purposes=(),
            enabled=True,
            kind="professional",
        )
        self.replica.snapshot = self.commune.snapshot(more=[extranet])

    def change_rights(self, name: str, **changes: Any) -> None:
        """habpps changed a fact and the replica follows."""
        self.commune = self.commune.changed(name, **changes)
        self.replica.snapshot = self.commune.snapshot(revision=43)

    def deliver(self, session_id: str) -> LogoutReport:
        """What the worker does, at once."""
        with ThreadPoolExecutor(2) as pool:
            self.tell_clients(pool)
        return self.tell_clients.report(session_id)

    def read(self, work: Callable[[Any], Any]) -> Any:
        """Looks into the store."""
        return self.work.read(work)

    def event_types(self) -> list[str]:
        """Types of what was recorded, in order."""
        return [event.type for event in self.work.events]

    def sign_in(self, username: str = "cdurand-4821", password: str = PASSWORD, **more: Any) -> SignedIn:
        """As the login page does."""
        return self.people.sign_in(SignInRequest(username=username, password=password, address="192.0.2.1", **more))

    def browser(self, database: object = None, **settings: object) -> AuthBrowser:
        """A new browser, without cookies; with `database`, a form that is sent twice is known."""
        web = create_web(self.settings.model_copy(update=settings), self.rooms, lambda: self.keys.document, database)
        return AuthBrowser(Browser(web))


class AuthBrowser:
    """A browser at the provider; redirects are followed by hand."""

    def __init__(self, client: Browser) -> None:
        self.client = reads_plainly(client)

    def get(self, path: str, **query: str) -> Any:
        return self.client.get(path, query_string=query or None, base_url=ISSUER)

    def post(self, path: str, **form: str) -> Any:
        return self.client.post(path, data=form, base_url=ISSUER)

    def submit(self, page: Any, path: str, **form: str) -> Any:
        """Sends the form of a page, its hidden values included."""
        hidden = dict(re.findall(r'name="([^"]+)" type="hidden" value="([^"]*)"', page.text))
        hidden |= dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        return self.client.post(path, data={**hidden, **form}, base_url=ISSUER)

    def follow(self, answer: TestResponse) -> Any:
        """The page a redirect leads to, here at the provider."""
        assert answer.status_code == 303, answer.text
        location = urlsplit(answer.headers["Location"])
        return self.client.get(location.path, query_string=location.query, base_url=ISSUER)

    def sign_in(self, username: str = "cdurand-4821", password: str = PASSWORD) -> Any:
        return self.submit(self.get("/login", encore="1"), "/login", username=username, password=password)

    def authorize(self, client_id: str = "cdap", port: int = 8402, /, **changes: str | None) -> Any:
        query = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": f"http://localhost:{port}/retour",
            "scope": f"openid profile email {client_id}",
            "state": "the state",
            "nonce": "the nonce",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }
        return self.get("/authorize", **{name: value for name, value in query.items() if value is not None})

    def code(self, client_id: str = "cdap", port: int = 8402, /, **changes: str | None) -> str:
        answer = self.authorize(client_id, port, **changes)
        return sent_back(answer)["code"]

    def token(self, client_id: str = "cdap", secret: str = SECRET, /, **form: str) -> Any:
        basic = base64.b64encode(f"{client_id}:{secret.replace(' ', '+')}".encode()).decode()
        return self.client.post("/token", data=form, headers={"Authorization": f"Basic {basic}"}, base_url=ISSUER)

    def exchange(self, code: str, client_id: str = "cdap", port: int = 8402, /, **changes: str) -> Any:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"http://localhost:{port}/retour",
            "code_verifier": VERIFIER,
            **changes,
        }
        return self.token(client_id, **{name: value for name, value in form.items() if value})


def sent_back(answer: TestResponse) -> dict[str, str]:
    """The parameters with which the browser is sent back to the client."""
    assert answer.status_code == 303, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def work_of(provider: Provider) -> AuthWork:
    """The unit of work, typed."""
    work: AuthWork = provider.work
    return work
