"""Which matricules of a Caf a file has brought: one bit for each of the ten million, 1.25 MB whatever the file."""

from partnerkit.matricule import DIGITS

SEEN_BYTES = 10**DIGITS // 8


class SeenMatricules:
    """A set of matricules."""

    def __init__(self, bits: bytes = b"") -> None:
        """`bits` as `to_bytes` gave them."""
        self._bits = bytearray(bits or SEEN_BYTES)

    def __contains__(self, matricule: str) -> bool:
        place, bit = divmod(int(matricule), 8)
        return bool(self._bits[place] >> bit & 1)

    def add(self, matricule: str) -> None:
        """Remember this one."""
        place, bit = divmod(int(matricule), 8)
        self._bits[place] |= 1 << bit

    def to_bytes(self) -> bytes:
        """For the next process that goes on with the file."""
        return bytes(self._bits)
