"""How long sessions stay open in a real relying party after a suspension: `python -m tests.bench.suspension`.

    python -m tests.bench.suspension [ROUNDS [PEOPLE]]    PEOPLE: in 500 more partners of the same Caf, each in a group

An administrator of the Caf suspends the contract at the pages of Habpps; the clock runs from the moment the form is
sent until the extranet no longer knows the session of each person. Then the contract is opened again, and the people
enter again by the session that they still have at the provider.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from onebox.cast import CAF_ADMINISTRATOR, RIVEBELLE
from onebox.layout import Layout
from onebox.programs import service_environment
from tests.bench.memory import resident_megabytes
from tests.bench.population import write_register
from tests.system.onebox_process import OneboxProcess, free_first_port
from tests.system.openid_client.person import Surfer

EXTRANET = "mon-enfant"
PEOPLE = RIVEBELLE.users[1:3]
CAF, ORGANISATIONS = "921", 500
_LIMIT_S = 30.0
_LOOK_EVERY_S = 0.02
_NOWHERE = "http://nowhere.invalid"


@dataclass
class Suspensions:
    """The administrator and the people, signed in."""

    layout: Layout

    def __post_init__(self) -> None:
        self.claire = Surfer(CAF_ADMINISTRATOR)
        self.claire.visit(f"{self.layout.url('habpps')}/organismes", until=_NOWHERE)
        self.people = [Surfer(person) for person in PEOPLE]
        self.contract = self._contract()

    def close(self) -> None:
        """Closes the browsers."""
        for surfer in (self.claire, *self.people):
            surfer.close()

    def round(self) -> tuple[list[float], str]:
        """One suspension: seconds until each session in the extranet has ended, and what Habpps said of it."""
        self.enter()
        began = time.monotonic()
        said = self._act("suspendre")
        gone = [self._wait_until_gone(surfer) - began for surfer in self.people]
        page = self.claire.read(said).text
        self._act("reactiver")
        return gone, page

    def enter(self) -> None:
        """Everybody opens the extranet, signing in at most once in all rounds."""
        for surfer in self.people:
            surfer.visit(f"{self.layout.url(EXTRANET)}/", until=_NOWHERE)
            assert self.is_inside(surfer), surfer.last_page

    def is_inside(self, surfer: Surfer) -> bool:
        """Whether the extranet shows its page instead of sending to the provider."""
        return surfer.read(f"{self.layout.url(EXTRANET)}/").status_code == 200

    def _wait_until_gone(self, surfer: Surfer) -> float:
        deadline, pause = time.monotonic() + _LIMIT_S, threading.Event()
        while self.is_inside(surfer):
            assert time.monotonic() < deadline, "the extranet still knows the session"
            pause.wait(_LOOK_EVERY_S)
        return time.monotonic()

    def _contract(self) -> str:
        habpps = self.layout.url("habpps")
        listed = self.claire.read(f"{habpps}/organismes?q=Rivebelle").text
        organisation = re.search(r'href="(/organismes/[0-9a-f-]{36})"', listed)
        assert organisation is not None
        page = self.claire.read(f"{habpps}{organisation[1]}").text
        contract = re.search(rf'id="contract-{EXTRANET}".*?/contrats/([0-9a-f-]{{36}})/', page, re.DOTALL)
        assert contract is not None
        return contract[1]

    def _act(self, step: str) -> str:
        """Sends the form of a step; gives the address of the page that says when it is in force everywhere."""
        address = f"{self.layout.url('habpps')}/contrats/{self.contract}/{step}"
        form = self.claire.read(address).text
        hidden = {
            name: found[1]
            for name in ("csrf_token", "once_token", "version")
            if (found := re.search(rf'name="{name}"[^>]*value="([^"]+)"', form))
        }
        answer = self.claire.send(address, {**hidden, "reason": "Mesure"})
        assert answer.status_code == 303, answer.text
        return str(httpx.URL(address).join(answer.headers["location"]))


def percentile(values: list[float], share: float) -> float:
    """The value that so many are not above."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def main(rounds: int = 50, people: int = 0) -> None:
    """Prints the figures."""
    with tempfile.TemporaryDirectory() as folder:
        demo = OneboxProcess(Layout(Path(folder) / "demo", free_first_port()), dossiers=50)
        demo.start()
        if people:
            demo.interrupt()
            print(f"{people} people imported in {_fill(demo.layout, people):.1f} s")
            print(f"started again in {demo.start():.1f} s, events delivered in {_delivered(demo.layout):.1f} s")
        suspensions = Suspensions(demo.layout)
        try:
            seconds = [one for _ in range(rounds) for one in suspensions.round()[0]]
            memory = {name: resident_megabytes(demo.child_pid(name)) for name in ("auth", "habpps", "cdap")}
        finally:
            suspensions.close()
            demo.interrupt()
    shown = "  ".join(f"p{share:g} {percentile(seconds, share / 100):.3f} s" for share in (50, 95, 99))
    print(f"{rounds} suspensions, {len(seconds)} sessions in {EXTRANET}: {shown}  most {max(seconds):.3f} s")
    print("memory, MB: " + "  ".join(f"{name} {size:.0f}" for name, size in memory.items()))


def _delivered(layout: Layout) -> float:
    """Waits until audit has every event of the import; the seconds it took."""
    began, pause = time.monotonic(), threading.Event()
    url = f"http://127.0.0.1:{layout.metrics_port('habpps')}/metrics"
    while not re.search(r"^partenaire_queue_waiting{[^}]*outbox[^}]*} 0.0$", httpx.get(url).text, re.MULTILINE):
        pause.wait(0.2)
    return time.monotonic() - began


def _fill(layout: Layout, people: int) -> float:
    """Imports people into the register while the demo is down; the seconds that the command took."""
    file = layout.directory / "register.json"
    write_register(file, CAF, people, ORGANISATIONS)
    began = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "habpps", "import-organisations", str(file)],
        env={**os.environ, **service_environment(layout, "habpps", "")},
        check=True,
    )
    return time.monotonic() - began


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
