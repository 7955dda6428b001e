"""`make bench`: the whole demo runs, and its hot paths are measured against floors of the same run."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import grpc

from onebox.cast import RIVEBELLE
from onebox.layout import PARTNER_SOFTWARE, SERVICES, Layout
from onebox.preparation import example_dossier
from partenaire.cdap.v1 import consultation_pb2, consultation_pb2_grpc
from tests.architecture.tree import ROOT
from tests.bench import collection_pause
from tests.bench.measure import Act, interleaved, table
from tests.bench.memory import resident_megabytes
from tests.bench.sign_in import SignedIn, sign_in
from tests.system.onebox_process import OneboxProcess, free_first_port

_THREADS = 16
_CODES = 3000


def main() -> None:
    """Prints every figure."""
    collection_pause.main()
    with tempfile.TemporaryDirectory() as folder:
        demo = OneboxProcess(Layout(Path(folder) / "demo", free_first_port()), dossiers=10_000)
        try:
            print(f"first start, preparation included     {demo.start():6.1f} s", flush=True)
            demo.interrupt()
            print(f"second start                          {demo.start():6.1f} s", flush=True)
            for service in SERVICES:
                print(f"memory of {service:<28}{resident_megabytes(demo.child_pid(service)):6.0f} MB")
            consultations(demo.layout)
            code_exchanges(demo.layout)
        finally:
            demo.interrupt()


def consultations(layout: Layout) -> None:
    """Consultations over gRPC with their durable record, against a no-op echo."""
    with sign_in(layout, RIVEBELLE.users[1], "cdap") as person:
        token = person.access_token()
    dossier = example_dossier(layout)
    request = consultation_pb2.ConsultDossierRequest(
        caf=dossier.caf,
        matricule=dossier.matricule,
        name=dossier.name,
        profile="T2",
        purpose="calcul_participation_familiale_eaje",
        person_informed=True,
    )
    metadata = (("authorization", f"Bearer {token}"),)
    with echo(layout) as echo_address:
        contestants = {}
        for name, address in (
            ("no-op gRPC echo (floor)", echo_address),
            ("consultation, durable audit", layout.rpc_address("cdap")),
        ):
            stub = consultation_pb2_grpc.ConsultationStub(mutual_channel(layout, address))
            stub.ConsultDossier(request, metadata=metadata, timeout=5)
            contestants[name] = [_consultation(stub, request, metadata)] * _THREADS
        print(f"\nConsultations over gRPC, mTLS, {_THREADS} callers")
        print(table(interleaved(contestants), "no-op gRPC echo (floor)"))


def _consultation(
    stub: consultation_pb2_grpc.ConsultationStub,
    request: consultation_pb2.ConsultDossierRequest,
    metadata: tuple[tuple[str, str], ...],
) -> Act:
    def act() -> None:
        stub.ConsultDossier(request, metadata=metadata, timeout=5)

    return act


def code_exchanges(layout: Layout) -> None:
    """Authorization codes exchanged for three tokens, against the discovery document of the same process."""
    person = sign_in(layout, RIVEBELLE.users[1], "cdap")
    codes = [person.code() for _ in range(_CODES)]
    floor = "discovery document, same server (floor)"
    contestants: dict[str, list[Act]] = {
        floor: [_fetch(layout) for _ in range(_THREADS)],
        "code exchange: 2 signatures, durable": [_exchange(person, partial(_next, codes)) for _ in range(_THREADS)],
    }
    print(f"\n/token over HTTP, {_THREADS} callers")
    print(table(interleaved(contestants, rounds=3, seconds=0.5), floor))


def _next(codes: list[str]) -> str:
    if not codes:
        raise RuntimeError("more codes were exchanged than had been asked for: raise _CODES")
    return codes.pop()


def _fetch(layout: Layout) -> Act:
    connection = HTTPConnection("localhost", layout.web_port("auth"))

    def act() -> None:
        connection.request("GET", "/.well-known/openid-configuration")
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"discovery answered {answer.status}")

    return act


def _exchange(person: SignedIn, next_code: Callable[[], str]) -> Act:
    connection = HTTPConnection("localhost", person.layout.web_port("auth"))
    secret = person.secret

    def act() -> None:
        form = person.exchange_form(next_code()) | {"client_id": person.client_id, "client_secret": secret}
        connection.request("POST", "/token", urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"/token answered {answer.status} {body[:200]!r}")

    return act


def mutual_channel(layout: Layout, address: str) -> grpc.Channel:
    """A channel with the certificate of partner software."""
    tls = layout.tls(PARTNER_SOFTWARE)
    credentials = grpc.ssl_channel_credentials(
        (tls / "ca.pem").read_bytes(), (tls / "service-key.pem").read_bytes(), (tls / "service.pem").read_bytes()
    )
    return grpc.secure_channel(address, credentials)


@contextmanager
def echo(layout: Layout) -> Iterator[str]:
    """The floor, running in its own process. Yields its address."""
    port = layout.first_port + 59
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.echo_server", str(layout.tls("cdap")), str(port)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield f"localhost:{port}"
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


if __name__ == "__main__":
    began = time.monotonic()
    main()
    print(f"\nmeasured in {time.monotonic() - began:.0f} s")
