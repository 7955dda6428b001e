"""A change log of random acts and decisions taken along it, as habpps, cdap and the journal would keep them."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from rights.decision import decide
from rights.facts import Fact
from rights.record import read_record, record_of
from rights.replay import LoggedChange, LoggedDecision
from rights.snapshot import FactChange, Snapshot, SnapshotChange
from tests.rights.builders import CAF, PARIS, TODAY, the_commune, the_extension, the_question, the_table, the_token

ACCOUNTS = ("account-social-worker", "account-childhood-manager", "account-creche-director", "account-nobody")
STATES = ("active", "suspended", "ended", "withdrawn", "locked", "denounced")
WORLD: tuple[Fact, ...] = (*the_commune().facts(), the_extension())


@dataclass
class Logged:
    """The log, what the journal says of it, and the decisions (JSON, as events hold it)."""

    log: list[LoggedChange] = field(default_factory=list)
    anchors: dict[tuple[int, int], str] = field(default_factory=dict)
    decisions: list[dict[str, Any]] = field(default_factory=list)

    def read(self) -> Iterator[LoggedDecision]:
        """The decisions as a tool reads them."""
        for number, told in enumerate(self.decisions):
            yield LoggedDecision(f"event-{number}", read_record(json.loads(json.dumps(told))))


def lived(decisions: int, seed: int = 1) -> Logged:
    """So many decisions by random people, between random acts; the epoch is bumped on the way."""
    drawn = random.Random(seed)
    logged, snapshot, table = Logged(), Snapshot.empty(epoch=1), the_table()
    changes = [WORLD, *([_changed(drawn)] for _ in range(decisions // 4))]
    tokens = {account: the_token(Snapshot.of(WORLD), account) for account in ACCOUNTS}
    for facts in changes:
        settings = tuple(FactChange.setting(fact) for fact in facts)
        snapshot = snapshot.apply(SnapshotChange(snapshot.revision + 1, snapshot.revision, settings))
        pairs = tuple((one.key, one.value) for one in settings)
        logged.log.append(LoggedChange(snapshot.revision, snapshot.epoch, pairs, snapshot.digest))
        logged.anchors[snapshot.epoch, snapshot.revision] = snapshot.digest.hex()
        for _ in range(4):
            question = _question(drawn, snapshot, tokens)
            logged.decisions.append(record_of(question, decide(snapshot, question, table), snapshot, table))
        if drawn.random() < 0.02:
            entries, epoch = snapshot.entries(), snapshot.epoch + 1
            snapshot = Snapshot.load(entries, revision=snapshot.revision, epoch=epoch)
    return logged


def _changed(drawn: random.Random) -> Fact:
    fact: Any = drawn.choice(WORLD)
    names = [name for name in ("state", "ends_on") if hasattr(fact, name)]
    if not names:
        return fact  # type: ignore[no-any-return]
    if drawn.random() < 0.5 or "ends_on" not in names:
        return replace(fact, state="active" if drawn.random() < 0.6 else drawn.choice(STATES))  # type: ignore[no-any-return]
    return replace(fact, ends_on=drawn.choice([None, TODAY - timedelta(days=1), TODAY]))  # type: ignore[no-any-return]


def _question(drawn: random.Random, snapshot: Snapshot, tokens: dict[str, Any]) -> Any:
    account = drawn.choice(ACCOUNTS)
    return the_question(
        snapshot,
        account_id=account,
        profile=drawn.choice(["T1", "T2", None]),
        purpose=drawn.choice(["creche_fee", "social_support"]),
        territory=drawn.choice([CAF, PARIS]),
        today=TODAY + timedelta(days=drawn.choice([-1, 0, 1])),
        age=drawn.choice([timedelta(seconds=1), timedelta(seconds=1), timedelta(seconds=6), timedelta.max]),
        session_ended=drawn.random() < 0.05,
        token_details=tokens[account],
    )
