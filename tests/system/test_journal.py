"""Nothing leaves without its record, and a changed byte is found: with real processes and a real database file."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import pysqlite3
import pytest

from onebox.cast import RIVEBELLE
from onebox.layout import Layout
from onebox.preparation import example_dossier
from onebox.programs import service_environment
from partenaire.cdap.v1 import consultation_pb2, consultation_pb2_grpc
from tests.bench.__main__ import mutual_channel
from tests.bench.sign_in import sign_in
from tests.promises import promise
from tests.system.onebox_process import OneboxProcess, free_first_port

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneboxProcess]:
    """A demo of its own: these tests stop services and change files."""
    process = OneboxProcess(Layout(tmp_path_factory.mktemp("journal"), free_first_port()), dossiers=50)
    process.start()
    yield process
    process.interrupt()


def consult(demo: OneboxProcess) -> consultation_pb2.ConsultDossierResponse:
    """The directrice consults over gRPC, as partner software would."""
    with sign_in(demo.layout, RIVEBELLE.users[1], "cdap") as person:
        token = person.access_token()
    dossier = example_dossier(demo.layout)
    request = consultation_pb2.ConsultDossierRequest(
        caf=dossier.caf,
        matricule=dossier.matricule,
        name=dossier.name,
        purpose="calcul_participation_familiale_eaje",
        person_informed=True,
    )
    with mutual_channel(demo.layout, demo.layout.rpc_address("cdap")) as channel:
        stub = consultation_pb2_grpc.ConsultationStub(channel)
        answer: consultation_pb2.ConsultDossierResponse = stub.ConsultDossier(
            request, metadata=(("authorization", f"Bearer {token}"),), timeout=10
        )
    return answer


def verify(layout: Layout, data_directory: Path) -> subprocess.CompletedProcess[str]:
    """`audit verify` on a folder."""
    environment = service_environment(layout, "audit", "") | {"AUDIT_DATA_DIRECTORY": str(data_directory)}
    return subprocess.run(
        [sys.executable, "-m", "audit", "verify"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@promise("record:tamper-evident")
def test_one_changed_byte_in_the_database_is_found_and_named(demo: OneboxProcess, tmp_path: Path) -> None:
    event_id = consult(demo).event_id
    copy = tmp_path / "audit"
    shutil.copytree(demo.layout.data("audit"), copy)
    intact = verify(demo.layout, copy)
    assert intact.returncode == 0, intact.stdout + intact.stderr
    connection = pysqlite3.connect(copy / "audit.sqlite3")
    entry, rowid = connection.execute(
        "select entry, rowid from entry where instr(cast(entry as text), ?)", (event_id,)
    ).fetchone()
    changed = bytes(entry).replace(b'"granted"', b'"grantee"')
    assert changed != bytes(entry)
    connection.execute("update entry set entry = ? where rowid = ?", (changed, rowid))
    connection.commit()
    connection.close()
    tampered = verify(demo.layout, copy)
    assert tampered.returncode == 1
    assert event_id in tampered.stdout + tampered.stderr


@promise("record:before-the-answer")
def test_without_the_journal_the_consultation_is_refused_and_nothing_is_shown(demo: OneboxProcess) -> None:
    assert consult(demo).dossier
    worker = demo.child_pid("audit")
    with sign_in(demo.layout, RIVEBELLE.users[1], "cdap") as person:
        token = person.access_token()
    os.kill(int(worker), signal.SIGSTOP)
    try:
        dossier = example_dossier(demo.layout)
        request = consultation_pb2.ConsultDossierRequest(
            caf=dossier.caf,
            matricule=dossier.matricule,
            name=dossier.name,
            purpose="calcul_participation_familiale_eaje",
            person_informed=True,
        )
        with mutual_channel(demo.layout, demo.layout.rpc_address("cdap")) as channel:
            stub = consultation_pb2_grpc.ConsultationStub(channel)
            with pytest.raises(grpc.RpcError) as refused:
                stub.ConsultDossier(request, metadata=(("authorization", f"Bearer {token}"),), timeout=10)
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    finally:
        os.kill(int(worker), signal.SIGCONT)


def test_a_caller_without_a_certificate_of_the_list_is_refused(demo: OneboxProcess) -> None:
    tls = demo.layout.tls("habpps")
    credentials = grpc.ssl_channel_credentials(
        (tls / "ca.pem").read_bytes(), (tls / "service-key.pem").read_bytes(), (tls / "service.pem").read_bytes()
    )
    with grpc.secure_channel(demo.layout.rpc_address("cdap"), credentials) as channel:
        stub = consultation_pb2_grpc.ConsultationStub(channel)
        with pytest.raises(grpc.RpcError) as refused:
            stub.ConsultDossier(consultation_pb2.ConsultDossierRequest(), timeout=10)
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
