"""A client shows that it holds a key (RFC 9449): the proof is for this request, made just now, and never seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

from auth.ground.domain.errors import DpopRefusedError, ServerNonceNeededError
from auth.ground.use_cases.shelves import HasSeenTokens
from auth.protocol.domain.proofs import LONGEST_AGE, LONGEST_AHEAD, DpopProof, check_proof, check_token_hash
from auth.protocol.use_cases.ports import DpopNonces, DpopProofs
from auth.protocol.use_cases.stores import SeenTokens
from servicekit.audit_events import RecordedWork
from servicekit.clock import Clock
from servicekit.identifiers import hash_secret

_REMEMBERED = LONGEST_AGE + LONGEST_AHEAD + timedelta(seconds=5)


class Store(HasSeenTokens[SeenTokens], Protocol):
    """What `CheckDpop` sees of a transaction."""


class CheckDpop:
    """Gives the thumbprint of the key."""

    def __init__(self, work: RecordedWork[Store], proofs: DpopProofs, nonces: DpopNonces, clock: Clock) -> None:
        """`nonces`: those we give (RFC 9449 §8)."""
        self._work = work
        self._proofs = proofs
        self._nonces = nonces
        self._clock = clock

    def current_nonce(self) -> str:
        """For the header `DPoP-Nonce` of an answer."""
        return self._nonces.current()

    def __call__(
        self,
        unverified_proof: str,
        method: str,
        uri: str,
        *,
        access_token: str | None = None,
        nonce_required: bool = False,
    ) -> str:
        """The thumbprint of the key shown, for a request `method` to `uri`, with `access_token` when it carries one.

        Raises:
            DpopRefusedError: the proof does not hold, or was seen before.
            ServerNonceNeededError: the proof must carry our nonce: the client asks again with it.
            DependencyUnavailableError: the proof cannot be noted.
        """
        proof = self._proofs.read(unverified_proof)
        check_proof(proof, method=method, uri=uri, now=self._clock.now())
        if access_token is not None:
            check_token_hash(proof, access_token)
        is_good = not nonce_required if proof.nonce is None else self._nonces.is_good(proof.nonce)
        if not is_good:
            raise ServerNonceNeededError("the proof needs the nonce of this server")
        self._note(proof)
        return proof.thumbprint

    def _note(self, proof: DpopProof) -> None:
        key = hash_secret(f"dpop\0{proof.thumbprint}\0{proof.jti}")
        ends_at = datetime.fromtimestamp(proof.issued_at, UTC) + _REMEMBERED
        if not self._work.write(lambda repos: repos.seen_tokens.add(key, ends_at)):
            raise DpopRefusedError("the DPoP proof was used before", reason="DPOP_REPLAYED")
