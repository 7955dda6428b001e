"""Services start in any order, one may die and come back, and nothing that was recorded is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import grpc
import pytest

from onebox.cast import RIVEBELLE
from onebox.layout import SERVICES, Layout
from onebox.preparation import example_dossier, prepare
from onebox.programs import demo_programs
from onebox.supervisor import Program, Supervisor
from partenaire.cdap.v1 import consultation_pb2, consultation_pb2_grpc
from tests.bench.__main__ import mutual_channel
from tests.bench.sign_in import SignInError, sign_in
from tests.system.onebox_process import free_first_port
from tests.system.test_journal import verify

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


_PATIENCE_S = 20.0


@dataclass
class Installation:
    """The four services, started and stopped one by one."""

    layout: Layout
    supervisor: Supervisor
    programs: dict[str, Program]

    def start(self, *names: str) -> None:
        """Starts services in this order and waits until all that run are healthy."""
        for name in names:
            self.supervisor.start(self.programs[name])
        self.supervisor.wait_until_healthy()

    def kill(self, name: str) -> None:
        """kill -9."""
        child = next(child for child in self.supervisor.running if child.program.name == name)
        child.process.kill()
        child.process.wait(30)
        self.supervisor.running.remove(child)

    def token(self) -> str:
        """An access token of the directrice for cdap. Signs in again while auth has no fresh rights."""
        deadline, pause = time.monotonic() + _PATIENCE_S, threading.Event()
        while True:
            try:
                with sign_in(self.layout, RIVEBELLE.users[1], "cdap") as person:
                    return person.access_token()
            except SignInError:
                if time.monotonic() > deadline:
                    raise
            pause.wait(0.2)

    def consult(self) -> str:
        """One consultation by the directrice; returns its event. Tries again while a service reconnects."""
        token, deadline, pause = self.token(), time.monotonic() + _PATIENCE_S, threading.Event()
        while True:
            try:
                return self.consult_once(token)
            except grpc.RpcError as refused:
                if refused.code() is not grpc.StatusCode.UNAVAILABLE or time.monotonic() > deadline:
                    raise
            pause.wait(0.2)

    def consult_once(self, token: str) -> str:
        """One consultation; returns its event.

        Raises:
            grpc.RpcError: it was refused.
        """
        dossier = example_dossier(self.layout)
        request = consultation_pb2.ConsultDossierRequest(
            caf=dossier.caf,
            matricule=dossier.matricule,
            name=dossier.name,
            purpose="calcul_participation_familiale_eaje",
            person_informed=True,
        )
        with mutual_channel(self.layout, self.layout.rpc_address("cdap")) as channel:
            stub = consultation_pb2_grpc.ConsultationStub(channel)
            metadata = (("authorization", f"Bearer {token}"),)
            return str(stub.ConsultDossier(request, metadata=metadata, timeout=10).event_id)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    """A folder with databases, keys and dossiers."""
    layout = Layout(tmp_path_factory.mktemp("resilience"), free_first_port())
    prepare(layout, dossiers=50, tell=lambda _sentence: None)
    return layout


@pytest.fixture
def installation(prepared: Layout) -> Iterator[Installation]:
    """An installation in which nothing runs yet."""
    programs = {program.name: program for program in demo_programs(prepared)}
    made = Installation(prepared, Supervisor(), programs)
    yield made
    made.supervisor.stop_all()


def test_services_start_in_any_order_and_each_can_die_and_come_back(installation: Installation) -> None:
    installation.start("cdap", "auth", "habpps", "audit")
    events = [installation.consult()]
    for name in ("habpps", "audit", "auth", "cdap"):
        installation.kill(name)
        installation.start(name)
        events.append(installation.consult())
    assert len(set(events)) == 5
    codes = installation.supervisor.stop_all()
    assert codes == dict.fromkeys(SERVICES, 0)
    report = verify(installation.layout, installation.layout.data("audit"))
    assert report.returncode == 0, report.stdout + report.stderr


def test_without_habpps_consultations_are_refused_after_the_freshness_limit(installation: Installation) -> None:
    installation.start("audit", "habpps", "auth", "cdap")
    token = installation.token()
    assert installation.supervisor.stop("habpps") == 0
    refused = first_refusal(installation, token)
    assert "RIGHTS_STALE" in str(refused.trailing_metadata())


def first_refusal(installation: Installation, token: str) -> grpc.RpcError:
    """Asks until the rights are too old: the limit is five seconds, the test waits longer."""
    pause, deadline = threading.Event(), time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        try:
            installation.consult_once(token)
        except grpc.RpcError as refusal:
            if "RIGHTS_STALE" in str(refusal.trailing_metadata()):
                return refusal
        pause.wait(0.2)
    raise AssertionError(f"no consultation was refused for stale rights in {_PATIENCE_S} s")
