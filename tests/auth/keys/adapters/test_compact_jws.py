"""The one reader of signed JWTs: one writing for one content, at every place that reads one."""

import base64
import json
from collections.abc import Callable

import pytest

from auth.keys.adapters.crypto.compact_jws import der_signature, split_token
from servicekit.identifiers import base64url

HEADER, CLAIMS, SIGNATURE = b'{"alg":"ES256"}', b'{"sub":"anne"}', b"\x01" * 64
PARTS = tuple(base64url(part) for part in (HEADER, CLAIMS, SIGNATURE))

WRITTEN_OTHERWISE: dict[str, Callable[[str], str]] = {
    "padding": lambda part: part + "=" * (-len(part) % 4 or 4),
    "a blank": lambda part: f"{part[:4]} {part[4:]}",
    "a line end": lambda part: f"{part}\n",
    "a tabulator before": lambda part: f"\t{part}",
    "a letter of the other alphabet": lambda part: f"+/{part[2:]}",
    "a letter of no alphabet": lambda part: f"*{part[1:]}",
    "a letter too many": lambda part: part + "A" * (5 - len(part) % 4 if len(part) % 4 else 1),
    "another part": lambda part: f"{part}.{part}",
    "beyond ASCII": lambda part: f"é{part[1:]}",
}


def test_a_token_is_taken_apart() -> None:
    token = split_token(".".join(PARTS))
    assert (token.header, token.claims) == (json.loads(HEADER), json.loads(CLAIMS))
    assert (token.signed, token.signature) == (".".join(PARTS[:2]).encode(), SIGNATURE)


@pytest.mark.parametrize("place", range(3), ids=["header", "claims", "signature"])
@pytest.mark.parametrize("write", WRITTEN_OTHERWISE.values(), ids=WRITTEN_OTHERWISE)
def test_a_part_that_is_written_otherwise_is_refused(write: Callable[[str], str], place: int) -> None:
    parts = list(PARTS)
    parts[place] = write(parts[place])
    with pytest.raises(ValueError):
        split_token(".".join(parts))


@pytest.mark.parametrize("length", [1, 2, 4, 5, 64, 65])
def test_of_the_last_letters_that_decode_alike_one_is_taken(length: int) -> None:
    """A signature that somebody rewrites is another text with the same bytes."""
    content = b"\x5a" * length
    right = base64url(content)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    alike = [right[:-1] + letter for letter in letters if _loosely(right[:-1] + letter) == content]
    assert len(alike) > 1
    for text in alike:
        if text == right:
            assert split_token(f"{PARTS[0]}.{PARTS[1]}.{text}").signature == content
        else:
            with pytest.raises(ValueError):
                split_token(f"{PARTS[0]}.{PARTS[1]}.{text}")


@pytest.mark.parametrize("header", [b"[]", b"null", b'"x"', b"{", b'{"crit":[]}', b'{"b64":true}', b"\xff"])
def test_a_header_that_is_no_object_or_asks_for_an_extension_is_refused(header: bytes) -> None:
    with pytest.raises(ValueError):
        split_token(f"{base64url(header)}.{PARTS[1]}.{PARTS[2]}")


@pytest.mark.parametrize("length", [0, 63, 65])
def test_a_signature_of_another_length_is_none(length: int) -> None:
    with pytest.raises(ValueError, match="64"):
        der_signature(b"\x01" * length)


def _loosely(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
