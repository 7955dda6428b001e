"""What has one mechanism has one place: a second one of its own is found here."""

import re

import pytest

from tests.architecture.tree import ROOT, own_python

_KIT = "libs/servicekit/src/servicekit"
ONLY_IN = {
    "base64url is written by servicekit.identifiers and read by joserfc, which is strict": (
        r"\burlsafe_b64(en|de)code\b(?<!import urlsafe_b64decode)|b64decode\((?!.*validate=True)",
        {
            f"{_KIT}/identifiers.py",
            f"{_KIT}/web/secrets.py",  # Fernet takes keys with padding
        },
    ),
    "what was used lately is remembered by cachetools": (r"\bOrderedDict\b|\.popitem\(", set()),
    "what is encrypted for later is sealed by servicekit.web.secrets": (
        r"\b(AESGCM|Fernet|ChaCha20Poly1305)\b",
        {
            f"{_KIT}/web/secrets.py",
            "services/audit/src/audit/adapters/files/payload_cipher.py",  # 36 months, one key a month
        },
    ),
    "digits are those of ASCII wherever int() reads them: it refuses the two of m²": (
        r"(?m)^(?!.*\.isascii\(\)).*\.isdigit\(\)",
        {
            "services/audit/src/audit/domain/asked.py",  # whether a text holds one
            "services/audit/src/audit/use_cases/understand.py",
            "services/auth/src/auth/people/domain/passwords.py",  # unicodedata reads them
        },
    ),
    "clients of http(s) are made by servicekit.outgoing, which closes them": (
        r"(?<![\w.])(httpx|requests|urllib3|aiohttp)\.(Client|AsyncClient|Session|PoolManager|ClientSession|get|post|request)\(",
        {f"{_KIT}/outgoing.py"},
    ),
    "statements are prepared by servicekit.database.prepared": (
        r"\bpositiontup\b|\.compile\(dialect",
        {f"{_KIT}/database/prepared.py"},
    ),
}
READS_STRICTLY = re.compile(r"from joserfc\.util import .*urlsafe_b64decode")


@pytest.mark.parametrize("mechanism", ONLY_IN)
def test_a_mechanism_has_one_place(mechanism: str) -> None:
    pattern, places = ONLY_IN[mechanism]
    found = set()
    for path in own_python():
        if path.parts[0] not in {"libs", "services"}:
            continue
        text = (ROOT / path).read_text(encoding="utf-8")
        if READS_STRICTLY.search(text):
            text = re.sub(r"\burlsafe_b64decode\b", "strictly_decoded", text)
        if re.search(pattern, text):
            found.add(str(path))
    assert found - places == set()
    assert places - found == set(), "no longer there: take it out of this list"
