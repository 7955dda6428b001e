"""The kinds of errors and what every one of them must say."""

from datetime import timedelta

import pytest

from servicekit import errors
from servicekit.errors import InvalidInputError, NotFoundError, ServiceError, StartError, TooManyRequestsError


class DossierUnknownError(NotFoundError):
    """As a service defines its own."""

    reason = "DOSSIER_UNKNOWN"


def test_the_tree_in_the_text_names_every_kind() -> None:
    drawn = errors.__doc__ or ""
    for kind in ServiceError.__subclasses__():
        if kind.__module__ == errors.__name__:
            assert f"── {kind.__name__}" in drawn


def test_a_kind_of_a_service_brings_its_reason() -> None:
    error = DossierUnknownError("no dossier under this number")
    assert (str(error), error.reason, error.details) == ("no dossier under this number", "DOSSIER_UNKNOWN", {})


def test_one_error_may_be_more_precise_than_its_class() -> None:
    assert DossierUnknownError("x", reason="DOSSIER_ARCHIVED").reason == "DOSSIER_ARCHIVED"
    assert DossierUnknownError.reason == "DOSSIER_UNKNOWN"


@pytest.mark.parametrize("reason", [None, "", "lower", "With Space", "A__B", "_A", "A_", "É"])
def test_an_error_without_a_stable_reason_cannot_be_raised(reason: str | None) -> None:
    with pytest.raises(ValueError, match="needs a reason in UPPER_SNAKE"):
        NotFoundError("x", reason=reason)


def test_fields_and_the_time_to_wait_are_kept() -> None:
    assert InvalidInputError("x", reason="INVALID", fields={"siret": "SIRET_KEY"}).fields == {"siret": "SIRET_KEY"}
    wait = timedelta(seconds=3)
    assert TooManyRequestsError("x", reason="LIMIT", retry_after=wait).retry_after == wait


def test_a_process_that_cannot_start_is_not_a_refusal_to_a_caller() -> None:
    assert not issubclass(StartError, ServiceError)
