"""What the machine chooses from: mostly what people do, seldom what ends everything."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.habpps.machine.acts import EVERYBODY
from tests.habpps.machine.papers import CAF

NUMBERS = st.integers(0, 30)
"""A choice among what there is, whatever there is."""
REASONS = st.sampled_from([*["contrôle"] * 6, ""])
PEOPLE = st.integers(0, len(EVERYBODY) - 1)
AUTHORS = st.sampled_from([CAF, CAF, CAF, 0, 0, 1, 2])
MOSTLY_CAF = st.sampled_from([*[CAF] * 8, 0, 1])
MOSTLY_PARTNER = st.sampled_from([0, 0, 0, 0, 1, 1, 2, 3, CAF])
STEPS_OF_CONVENTION = st.sampled_from(
    [*["suspend", "lift"] * 4, "denounce", "denounce", "sign", "end_notice", "terminate"]
)
"""Most of its ends are the end of everything: seldom."""
TERMS = (
    ("cdap", ("T1", "T2"), None),
    ("cdap", ("T2",), 2),
    ("omega", ("T1", "T3"), 1),
    ("omega", ("T3",), None),
)
DAYS = st.sampled_from([-1, 0, 1]) | st.integers(-400, 400)


GROUP_NAMES = st.sampled_from(["Crèches", "CRÈCHES", "Social", "Logement"])
PROFILES = st.sampled_from(["T1", "T2", "T3"])


def events(table: dict[tuple[str, str], str]) -> st.SearchStrategy[str]:
    return st.sampled_from(sorted({event for _, event in table}))
