"""Pages read without their French typography, so that tests are written with what a keyboard has."""

from typing import Any, TypeVar

from werkzeug.test import Client

C = TypeVar("C", bound=Client)


def plain(text: str) -> str:
    """`text` with straight apostrophes and ordinary spaces."""
    return text.replace("’", "'").replace("\u00a0", " ").replace("\u202f", " ")


def reads_plainly(client: C) -> C:
    """`client`, whose answers give `plain` text; their bytes (`data`) stay what a browser gets."""

    class PlainResponse(client.response_wrapper):  # type: ignore[misc, name-defined] # made for each client
        def get_data(self, as_text: bool = False) -> Any:
            found = super().get_data(as_text=as_text)
            return plain(found) if as_text else found

    client.response_wrapper = PlainResponse
    return client
