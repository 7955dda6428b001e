"""Decisions of cdap, exported by audit, are decided again on the change log of a real register."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from habpps.domain.states import ContractEvent, HabilitationEvent
from habpps.replay_command import read_export, replayed
from habpps.use_cases.change_habilitation import ChangeHabilitation
from habpps.use_cases.change_service_contract import ChangeServiceContract
from habpps.use_cases.extend_territory import ExtendTerritory
from habpps.use_cases.ports import FeedReader
from rights.decision import Question, decide, open_extranets
from rights.field_table import FieldTable
from rights.record import record_of
from rights.replay import ReplayReport
from rights.snapshot import Snapshot
from servicekit.errors import StartError
from tests.habpps.adapters.conftest import Habpps
from tests.habpps.builders import TODAY, Commune
from tests.promises import promise

TABLE = FieldTable("2026-11-01", {"T1": {"matricule": "full"}, "T2": {"matricule": "full"}})


def decided(feed: FeedReader, account: str, commune: Commune, token: Any) -> dict[str, Any]:
    """A line of the export: what cdap decides on the rights of this moment, for the dossiers of two Cafs."""
    state, facts = feed.snapshot()
    entries = ((fact.key, fact.value) for fact in facts)
    snapshot = Snapshot.load(entries, revision=state.revision, epoch=state.epoch)
    question = Question(
        account_id=account,
        organisation_id=commune.id,
        extranet="cdap",
        profile="T2",
        purpose="calcul_participation_familiale_eaje",
        territory="751" if state.revision % 2 else "921",
        token_details=token,
        today=TODAY,
        age=timedelta(seconds=1),
        session_ended=False,
        session_age=timedelta(seconds=1),
    )
    record = record_of(question, decide(snapshot, question, TABLE), snapshot, TABLE)
    event = {"service": "cdap", "event_id": f"at-{state.revision}", "rights_revision": state.revision}
    return {"event": {**event, "actor_id": account}, "payload": {"rights_decision": record}}


def lived(habpps: Habpps) -> list[dict[str, Any]]:
    """Acts, with a decision after each; then the anchors, as the outbox of habpps tells them."""
    everything = habpps.all
    commune = everything.ready()
    account = everything.look(lambda store: store.users.get(commune.user_id)).account_id
    state, facts = everything.feed.snapshot()
    snapshot = Snapshot.load(((one.key, one.value) for one in facts), revision=state.revision, epoch=state.epoch)
    token = open_extranets(snapshot, account, commune.id, TODAY)[0].authorization_details
    wide = [{**detail, "territories": ["921", "751"]} for detail in token]
    lines = [decided(everything.feed, account, commune, wide)]
    for author, act in (
        (everything.caf, ExtendTerritory(commune.contract_id, "751", TODAY, None, "demande")),
        (everything.caf, ChangeServiceContract(commune.contract_id, ContractEvent.SUSPEND, "contrôle")),
        (everything.caf, ChangeServiceContract(commune.contract_id, ContractEvent.REACTIVATE, "contrôle")),
        (commune.partner, ChangeHabilitation(commune.habilitation_id, HabilitationEvent.WITHDRAW, "fin")),
    ):
        everything.acts.perform(author, act)
        lines.append(decided(everything.feed, account, commune, wide))
    return lines + anchors(habpps)


def anchors(habpps: Habpps) -> list[dict[str, Any]]:
    """What the events of habpps say of the revisions, as audit got them."""
    habpps.sink.wait_for("habpps.habilitation.withdrawn")
    return [
        {
            "event": {"service": "habpps", "event_id": sent.event_id, "rights_revision": sent.rights_revision},
            "payload": json.loads(sent.payload),
        }
        for sent in habpps.sink.events
    ]


def replay(habpps: Habpps, folder: Path, lines: list[dict[str, Any]]) -> ReplayReport:
    path = folder / "decisions.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return replayed(read_export(path), [TABLE], habpps.all.feed)


@promise("journal:decisions-decided-again")
def test_decisions_come_out_as_they_were_recorded(habpps: Habpps, tmp_path: Path) -> None:
    lines = lived(habpps)
    answers = {line["payload"]["rights_decision"]["answer"]["granted"] for line in lines[:5]}
    assert answers == {True, False}
    assert replay(habpps, tmp_path, lines) == ReplayReport(5, ())


@promise("journal:decisions-decided-again")
@pytest.mark.parametrize("name", ["revision", "person", "answer", "anchor", "anchor twice"])
def test_a_line_that_was_tampered_with_is_a_problem(habpps: Habpps, tmp_path: Path, name: str) -> None:
    lines = lived(habpps)
    event, payload = lines[2]["event"], lines[2]["payload"]
    if name == "revision":
        event["rights_revision"] -= 1
    elif name == "person":
        event["actor_id"] = "somebody else"
    elif name == "answer":
        payload["rights_decision"]["answer"] = {"granted": True}
    else:
        told = next(one for one in lines[5:] if one["event"]["rights_revision"] == event["rights_revision"])
        forged = {**told, "payload": {**told["payload"], "rights_digest": "00" * 32}}
        lines[lines.index(told)] = forged
        lines += [told] if name == "anchor twice" else []
    assert replay(habpps, tmp_path, lines).problems


def test_a_file_that_is_no_export_says_so(tmp_path: Path) -> None:
    for content in ("", "[]\n", "{}\n", "no json\n"):
        path = tmp_path / "odd.jsonl"
        path.write_text(content)
        if content:
            with pytest.raises(StartError):
                read_export(path)
    with pytest.raises(StartError):
        read_export(tmp_path / "missing.jsonl")
