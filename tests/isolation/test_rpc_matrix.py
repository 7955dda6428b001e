"""Who may call what over gRPC: every method of every proto and every certificate, tried at the four running servers."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import FileDescriptor, MethodDescriptor
from google.protobuf.message_factory import GetMessageClass

import partenaire
from servicekit.rpc.certificates import issue, write_authority
from tests.isolation.cast import PROFESSIONAL
from tests.isolation.stage import World
from tests.promises import promise

TABLE = Path(__file__).with_name("rpc.txt")
CALLERS = ("nobody", "stranger", "elsewhere", "auth", "habpps", "cdap", "audit", "partner-software")
LONGEST_S = 3.0
_ABSENT = ("no", "no", *["absent"] * 6)
_SHORTEST = {"Watch", "FollowEnding"}
"""Methods that wait for something to happen: no answer in time is one."""


@dataclass(frozen=True)
class Row:
    """What each caller gets."""

    service: str
    method: str
    with_token: bool
    outcomes: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.service}/{self.method}{'+' if self.with_token else ''}"


def rows() -> Iterator[Row]:
    """Those of the table; a heading in brackets names the service."""
    service = ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if line.startswith("["):
            service = line.strip("[] ")
        elif words and not line.startswith("#"):
            assert len(words) == 1 + len(CALLERS), line
            yield Row(service, words[0].rstrip("+"), words[0].endswith("+"), tuple(words[1:]))


ROWS = tuple(rows())


def methods() -> dict[tuple[str, str], MethodDescriptor]:
    """By service and name: those of every proto that is generated."""
    folder = Path(next(iter(partenaire.__path__)))
    found: dict[tuple[str, str], MethodDescriptor] = {}
    for path in folder.rglob("*_pb2.py"):
        module = importlib.import_module(".".join(("partenaire", *path.relative_to(folder).with_suffix("").parts)))
        descriptor: FileDescriptor = module.DESCRIPTOR
        for service in descriptor.services_by_name.values():
            found |= {(service.full_name, method.name): method for method in service.methods}
    return found


METHODS = methods()


@pytest.fixture(scope="module")
def channels(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, str], grpc.Channel]]:
    """By caller and service called."""
    folder = tmp_path_factory.mktemp("callers")
    ours = world.house["auth"].settings.tls_directory.parent
    write_authority(folder / "another")
    certificates: dict[str, Path | None] = {
        name: issue(ours, name, "test", into=folder / name) for name in CALLERS if name not in CALLERS[:3]
    }
    certificates["nobody"] = None
    certificates["stranger"] = issue(folder / "another", "cdap", "test", into=folder / "stranger")
    certificates["elsewhere"] = issue(ours, "cdap", "production", into=folder / "elsewhere")
    roots = (ours / "ca.pem").read_bytes()
    with ExitStack() as stack:
        opened = {}
        for caller, certificate in certificates.items():
            for service, whole in world.house.items():
                key, chain = (None, None) if certificate is None else _pair(certificate)
                credentials = grpc.ssl_channel_credentials(roots, key, chain)
                port = whole.settings.rpc_port
                opened[caller, service] = stack.enter_context(grpc.secure_channel(f"localhost:{port}", credentials))
        yield opened


def _pair(folder: Path) -> tuple[bytes, bytes]:
    return (folder / "service-key.pem").read_bytes(), (folder / "service.pem").read_bytes()


@promise("isolation:every-method-and-caller")
def test_every_method_has_a_row_and_every_row_a_method() -> None:
    known = {(row.service, row.method) for row in ROWS}
    assert sorted(METHODS.keys() - known) == [], f"write a row for each caller into {TABLE.name}"
    assert sorted(known - METHODS.keys()) == [], f"rows of {TABLE.name} whose method is gone"
    assert len(ROWS) == len({str(row) for row in ROWS}), "a row twice"


@promise("isolation:every-method-and-caller")
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_each_caller_gets_what_the_table_says(
    world: World, channels: dict[tuple[str, str], grpc.Channel], row: Row
) -> None:
    service = row.service.split(".")[1]
    token = world.professional_token if row.with_token else ""
    expected = row.outcomes if _is_served(world, row.service) else _ABSENT
    found = tuple(_call(channels[caller, service], METHODS[row.service, row.method], token) for caller in CALLERS)
    assert dict(zip(CALLERS, found, strict=True)) == dict(zip(CALLERS, expected, strict=True))


def _is_served(world: World, service: str) -> bool:
    """A proto may be there before its servicer is."""
    servers = [whole.process.rpc for whole in world.house.values()]
    return any(server is not None and service in server._names for server in servers)


def _call(channel: grpc.Channel, method: MethodDescriptor, token: str) -> str:
    """Ask for something that exists, and say in the words of the table what became of it."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    serialize = GetMessageClass(method.input_type).SerializeToString
    metadata = [("authorization", f"Bearer {token}")] if token else []
    patience = 0.5 if method.name in _SHORTEST else LONGEST_S
    kind = channel.unary_stream if method.server_streaming else channel.unary_unary
    call: Any = kind(path, request_serializer=serialize, response_deserializer=None)
    try:
        answer = call(_question(method), timeout=patience, metadata=metadata)
        if method.server_streaming:
            next(answer, None)
            answer.cancel()
    except grpc.RpcError as error:
        return _word(error, path)
    return "in"


def _question(method: MethodDescriptor) -> Any:
    """About a person who exists, where the method is about one."""
    known = {"account_id": PROFESSIONAL.account_id}
    return GetMessageClass(method.input_type)(
        **{name: value for name, value in known.items() if name in method.input_type.fields_by_name}
    )


def _word(error: Any, path: str) -> str:
    code, details = error.code(), error.details() or ""
    if code is grpc.StatusCode.UNAVAILABLE:
        return "no"
    if code is grpc.StatusCode.PERMISSION_DENIED:
        return "denied" if f"may not call {path}" in details else "in"
    if code is grpc.StatusCode.UNAUTHENTICATED:
        return "unknown" if "certificate names no service" in details else "token"
    return "absent" if code is grpc.StatusCode.UNIMPLEMENTED else "in"
