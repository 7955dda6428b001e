"""Trains the dictionary of payloads: `python -m tests.bench.payload_dictionary FILE`.

From made-up events of every type that the producers name, with every field that they name: what is common to events
is learnt, nobody's data is. A new dictionary needs a new version in `audit.adapters.files.payload_compression`.
"""

import random
import sys
from pathlib import Path

import zstandard

from audit.domain.entry import payload_document
from audit.domain.event import Act, ProducerPlace, SubmittedEvent, canonical_json
from partnerkit.event_words import words_of
from servicekit.event_words import FIELD, REASON, SUBJECT, TYPE, VALUE
from servicekit.identifiers import new_id

SERVICES = {"auth": 4, "habpps": 3, "cdap": 8, "audit": 2}
"""With how often each of its types is taken."""
SAMPLES_OF_A_TYPE = 6
DICTIONARY_BYTES = 8192
NOW_US = 1_796_000_000_000_000
_US_IN_YEARS = 5 * 365 * 86_400_000_000


def document(draw: random.Random, service: str, event_type: str, codes: dict[str, list[str]]) -> bytes:
    """One event of that type."""
    decision = draw.choice(("granted", "granted", "done", "refused"))
    kind = draw.choice(codes[SUBJECT] or ["account"])
    at_us = NOW_US + draw.randrange(_US_IN_YEARS)
    values = [draw.choice(codes[VALUE] or ["T2"]), new_id(), str(draw.randrange(1000)), f"10.0.{draw.randrange(256)}.7"]
    act = Act(
        event_id=new_id(),
        type=event_type,
        occurred_at_us=at_us,
        decision=decision,
        owner=draw.choice(("921", "751", "national")),
        actor_id=draw.choice((new_id(), new_id(), None)),
        organisation_id=draw.choice((new_id(), new_id(), None)),
        subject=f"dossier:921:{draw.randrange(10**7):07}" if service == "cdap" else f"{kind}:{new_id()}",
        reason=draw.choice(codes[REASON]) if decision == "refused" else None,
        rights_revision=draw.choice((None, draw.randrange(1, 10**6))),
        reference=draw.choice((None, "7K4Q-2M9D")),
        payload=canonical_json({name: draw.choice(values) for name in draw.sample(codes[FIELD], k=9)}),
    )
    place = ProducerPlace(service, new_id(), draw.randrange(10**6), draw.randbytes(32))
    return payload_document(SubmittedEvent(act, place, draw.randbytes(32)), at_us + draw.randrange(10**6))


def main() -> None:
    """Writes the dictionary."""
    draw = random.Random(1)
    samples: list[bytes | bytearray | memoryview] = []
    for service, times in SERVICES.items():
        words = words_of(service)
        codes = {kind: [word.code for word in words if word.kind == kind] for kind in (FIELD, VALUE, SUBJECT, REASON)}
        for word in words:
            if word.kind == TYPE:
                samples += [document(draw, service, word.code, codes) for _ in range(times * SAMPLES_OF_A_TYPE)]
    draw.shuffle(samples)
    trained = zstandard.train_dictionary(DICTIONARY_BYTES, samples)
    Path(sys.argv[1]).write_bytes(trained.as_bytes())
    sys.stdout.write(f"{len(samples)} samples, {len(trained)} bytes\n")


if __name__ == "__main__":
    main()
