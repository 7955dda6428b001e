"""Payloads are short, sealed under keys of their own, and open only as what they were."""

import hashlib
import threading
from dataclasses import replace
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.adapters.files.payload_cipher import AesGcmPayloadCipher
from audit.adapters.files.payload_compression import compressed, expanded
from audit.domain.entry import payload_document
from audit.domain.shard import ShardKey
from audit.use_cases.ports import SealedPayload
from tests.audit.builders import NOON_US, FakeProducer

KEY, OTHER = ShardKey("2026-11.access", b"k" * 32), ShardKey("2026-11.connection", b"k" * 32)
SALT = bytes(range(16))
CIPHER = AesGcmPayloadCipher()
DICTIONARY = "35336a00"


@given(st.binary(max_size=40_000))
def test_every_document_comes_back(document: bytes) -> None:
    assert expanded(compressed(document)) == document
    assert CIPHER.open(KEY, "id", CIPHER.seal(KEY, "id", SALT, document)) == (SALT, document)


def test_a_consultation_takes_less_than_half_of_its_length() -> None:
    document = payload_document(FakeProducer().event(), NOON_US)
    sealed = CIPHER.seal(KEY, "id", SALT, document)
    assert len(sealed.data) < len(document) / 2


def test_two_seals_of_the_same_document_share_neither_key_nor_bytes() -> None:
    one, other = (CIPHER.seal(KEY, "id", SALT, b"{}") for _ in range(2))
    assert one.wrapped_key != other.wrapped_key
    assert one.data != other.data
    assert CIPHER.open(KEY, "id", replace(one, wrapped_key=other.wrapped_key)) is None


SEALED = CIPHER.seal(KEY, "id", SALT, b'{"event":{},"payload":{}}')


@pytest.mark.parametrize("part", ["wrapped_key", "data"])
def test_no_byte_can_change(part: str) -> None:
    whole: bytes = getattr(SEALED, part)
    for at in range(len(whole)):
        changed = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        assert CIPHER.open(KEY, "id", replace(SEALED, **{part: changed})) is None
    for cut in (b"", whole[:-1], whole[:5]):
        assert CIPHER.open(KEY, "id", replace(SEALED, **{part: cut})) is None


def test_it_opens_for_its_event_and_under_its_shard_only() -> None:
    assert CIPHER.open(KEY, "id", SEALED) is not None
    assert CIPHER.open(KEY, "another", SEALED) is None
    assert CIPHER.open(OTHER, "id", SEALED) is None


@pytest.mark.parametrize("data", [b"", b"\x02" + compressed(b"{}")[1:], b"\x01", b"\x01not compressed"])
def test_what_was_not_compressed_so_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="compressed"):
        expanded(data)


def test_threads_do_not_disturb_one_another() -> None:
    wrong: list[bytes] = []

    def work(document: bytes) -> None:
        for _ in range(300):
            opened = CIPHER.open(KEY, "id", CIPHER.seal(KEY, "id", SALT, document))
            if opened != (SALT, document):
                wrong.append(document)

    threads = [threading.Thread(target=work, args=(bytes([number]) * 999,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_dictionary_in_use_is_never_changed() -> None:
    data = files("audit").joinpath("data", "payload.1.zdict").read_bytes()
    assert hashlib.sha256(data).hexdigest().startswith(DICTIONARY), "payloads written with it can be read no more"


def test_a_payload_says_nothing_without_its_key() -> None:
    assert isinstance(SEALED, SealedPayload)
    assert b"event" not in SEALED.data + SEALED.wrapped_key
