"""The profiles T1 to T9: what a professional may see follows from the profile alone."""

PROFILES: tuple[str, ...] = ("T1", "T2", "T3", "T4", "T5")
RESERVED_PROFILES: tuple[str, ...] = ("T6", "T7", "T8", "T9")


def why_profile_refused(profile: str) -> str | None:
    """Return the reason code of a refusal, or None. T6 to T9 are reserved: nobody may be given one."""
    if profile in PROFILES:
        return None
    return "PROFILE_RESERVED" if profile in RESERVED_PROFILES else "PROFILE_UNKNOWN"
