"""The bytes of entries are the same as those of the JSON of the standard library, whatever the texts."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.domain.event import canonical_json

TEXTS = st.text(max_size=20)  # every character but surrogates
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 64) - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_canonical_json_is_sorted_compact_utf_8(value: dict[str, object]) -> None:
    expected = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert canonical_json(value) == expected


@pytest.mark.parametrize("value", ["\ud800", 1 << 64])
def test_what_has_no_single_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json({"value": value})
