"""Payloads made shorter before they are encrypted: zstandard (RFC 8878) with a dictionary of what events repeat.

The first byte names the dictionary. A dictionary in use is never changed or removed: what was written with it could not
be read any more. `tests.bench.payload_dictionary` trained it. Compressed or not, a payload's length tells something of
it to whoever has the database.
"""

import threading
from functools import lru_cache
from importlib.resources import files

import zstandard

_VERSION = b"\x01"
_DICTIONARY = "payload.1.zdict"
_LEVEL = 1
_LARGEST = 64 * 1024
_of_thread = threading.local()
"""Compressors are not for several threads at once."""


def compressed(document: bytes) -> bytes:
    """The document in fewer bytes."""
    compressor: zstandard.ZstdCompressor | None = getattr(_of_thread, "compressor", None)
    if compressor is None:
        compressor = _of_thread.compressor = zstandard.ZstdCompressor(
            dict_data=_dictionary(), level=_LEVEL, write_checksum=False, write_dict_id=False
        )
    return _VERSION + compressor.compress(document)


def expanded(data: bytes) -> bytes:
    """The document again.

    Raises:
        ValueError: of another version, or not what `compressed` gives.
    """
    if data[:1] != _VERSION:
        raise ValueError("not compressed by a dictionary that this program knows")
    decompressor: zstandard.ZstdDecompressor | None = getattr(_of_thread, "decompressor", None)
    if decompressor is None:
        decompressor = _of_thread.decompressor = zstandard.ZstdDecompressor(dict_data=_dictionary())
    try:
        return decompressor.decompress(data[1:], max_output_size=_LARGEST)
    except zstandard.ZstdError as error:
        raise ValueError("not what was compressed") from error


@lru_cache(maxsize=1)
def _dictionary() -> zstandard.ZstdCompressionDict:
    data = files("audit").joinpath("data", _DICTIONARY).read_bytes()
    dictionary = zstandard.ZstdCompressionDict(data, dict_type=zstandard.DICT_TYPE_FULLDICT)
    dictionary.precompute_compress(level=_LEVEL)
    return dictionary
