"""`python -m audit export-decisions`: recorded decisions in clear, for who decides them again."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

from tests.audit.adapters.test_command import run_command
from tests.audit.builders import FakeProducer, MovingClock, journal


def test_decisions_and_anchors_are_written_for_their_owner_alone_and_what_is_erased_is_counted(tmp_path: Path) -> None:
    with journal(tmp_path, f"sqlite:///{tmp_path / 'audit.sqlite3'}", MovingClock(datetime.now(UTC))) as opened:
        now_us = int(opened.clock.now().timestamp()) * 1_000_000
        cdap = FakeProducer()
        decided = {"territory": "921", "rights_decision": {"answer": {"granted": True}}}
        anchored = {"territory": "921", "rights_digest": "ab", "rights_epoch": 1}
        receipts = opened.append(
            *cdap.events(2, occurred_at_us=now_us, payload=decided),
            *cdap.events(1, occurred_at_us=now_us, payload=anchored),
            *cdap.events(3, occurred_at_us=now_us),
        )
        opened.core.use_cases.publish()
    told = ("redact", receipts[1].event_id, "--by", "A", "--reason", "an error", "--agreed-by", "B")
    assert run_command(tmp_path, *told).returncode == 0
    path = tmp_path / "decisions.jsonl"
    done = run_command(tmp_path, "export-decisions", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "2 events written; the content of 1 others is erased.\n"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["event"]["event_id"] for line in lines] == [receipts[0].event_id, receipts[2].event_id]
    assert lines[0]["payload"]["rights_decision"] == {"answer": {"granted": True}}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
