"""Makes the demo's folder ready: certificates, seed files, databases, dossiers. Each step is done once.

A step that has been done leaves its name in `prepared.json`; a start that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from onebox.cast import CAF
from onebox.demonstration import client_secrets, extranet_addresses, write_seeds
from onebox.examples import Example, first_example, has_young_child
from onebox.layout import ENVIRONMENT, PARTNER_SOFTWARE, SERVICES, Layout
from onebox.programs import service_environment
from onebox.supervisor import OneboxError

Tell = Callable[[str], None]

_RENEW_BEFORE = timedelta(days=3)
_SEED = 921


@dataclass
class _Steps:
    """What has been done in this folder, for these ports."""

    path: Path
    done: dict[str, str]

    @classmethod
    def of(cls, layout: Layout) -> _Steps:
        path = layout.directory / "prepared.json"
        return cls(path, json.loads(path.read_text()) if path.exists() else {})

    def once(self, name: str, version: str, step: Callable[[], None]) -> None:
        """Runs the step unless it was done in this version."""
        if self.done.get(name) == version:
            return
        step()
        self.done[name] = version
        temporary = self.path.with_suffix(".new")
        temporary.write_text(json.dumps(self.done, indent=2))
        temporary.replace(self.path)


def prepare(layout: Layout, *, dossiers: int, tell: Tell) -> None:
    """Makes the folder ready.

    Args:
        layout: the folder and the ports.
        dossiers: how many synthetic dossiers to make at the first start.
        tell: says to the person at the keyboard what takes a while.

    Raises:
        OneboxError: a step failed; the text says which, and why.
    """
    steps = _Steps.of(layout)
    if "ports" in steps.done and steps.done["ports"] != str(layout.first_port):
        raise OneboxError(
            f"the folder {layout.directory} was made for the ports from {steps.done['ports']}; "
            "start with these (--first-port) or choose another folder (--data-directory)."
        )
    if not steps.done:
        tell(f"First start: preparing {layout.directory} …")
    steps.once("ports", str(layout.first_port), lambda: None)
    _certificates(layout)
    steps.once("seeds", "1", lambda: write_seeds(layout))
    steps.once(
        "databases", _migrations_version(), lambda: _in_parallel(layout, [(name, ("migrate",)) for name in SERVICES])
    )
    steps.once("registers", "1", lambda: _registers(layout, tell))
    steps.once("dossiers", "1", lambda: _dossiers(layout, dossiers, tell))


def example_dossier(layout: Layout) -> Example:
    """A dossier of Caf 921 that profile T2 may see: the welcome proposes it."""
    return Example(**json.loads((layout.seeds / "example.json").read_text()))


def _certificates(layout: Layout) -> None:
    authority = layout.directory / "tls"
    stale = [name for name in (*SERVICES, PARTNER_SOFTWARE) if not _is_fresh(layout.tls(name) / "service.pem")]
    if not stale and (authority / "ca.pem").exists():
        return
    from servicekit.rpc.certificates import issue, write_authority  # imports gRPC: half a second, at the first start

    if not (authority / "ca.pem").exists():
        write_authority(authority)
    for name in stale:
        issue(authority, name, ENVIRONMENT)


def _is_fresh(certificate: Path) -> bool:
    if not certificate.exists():
        return False
    from cryptography import x509

    ends_at = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    return ends_at - datetime.now(UTC) > _RENEW_BEFORE


def _migrations_version() -> str:
    """Names every migration of every service: a new one makes the step run again."""
    import audit
    import auth
    import cdap
    import habpps

    names: list[str] = []
    for package in (auth, habpps, cdap, audit):
        files = Path(str(package.__file__)).parent.rglob("adapters/database/migrations/versions/[0-9]*.py")
        names += sorted(f"{package.__name__}/{path.stem}" for path in files)
    return " ".join(names)


def _registers(layout: Layout, tell: Tell) -> None:
    tell("  registering clients, accounts, extranets and organisations …")
    urls = [word for address in extranet_addresses(layout) for word in ("--url", address)]
    import habpps

    extranets = Path(str(habpps.__file__)).parent / "data" / "extranets.toml"
    habpps_commands = [
        ("import-extranets", str(extranets), *urls),
        ("import-extranets", str(layout.seeds / "extranets.toml")),
        ("import-organisations", str(layout.seeds / "organisations.json")),
    ]
    auth_commands = [
        ("import-clients", str(layout.seeds / "clients.json")),
        ("import-accounts", str(layout.seeds / "accounts.json")),
    ]
    with ThreadPoolExecutor(2) as pool:
        chains = [
            pool.submit(_in_order, layout, "habpps", habpps_commands),
            pool.submit(_in_order, layout, "auth", auth_commands),
        ]
        for chain in chains:
            chain.result()


def _dossiers(layout: Layout, count: int, tell: Tell) -> None:
    tell(f"  making and importing {count} synthetic dossiers …")
    file = layout.seeds / "dossiers.jsonl"
    from onebox.dossiers.generator import write_dossiers  # the names of Faker: a second, at the first start

    write_dossiers(file, _SEED, count, datetime.now(UTC).date().replace(day=1))
    _run(layout, "cdap", ("import", str(file)))
    year = datetime.now(UTC).year
    example = first_example(file, lambda dossier: has_young_child(dossier, CAF, year))
    (layout.seeds / "example.json").write_text(json.dumps(asdict(example), ensure_ascii=False))


def _in_parallel(layout: Layout, commands: Sequence[tuple[str, tuple[str, ...]]]) -> None:
    with ThreadPoolExecutor(max(2, os.cpu_count() or 2)) as pool:
        for result in [pool.submit(_run, layout, service, arguments) for service, arguments in commands]:
            result.result()


def _in_order(layout: Layout, service: str, commands: Sequence[tuple[str, ...]]) -> None:
    for arguments in commands:
        _run(layout, service, arguments)


def _run(layout: Layout, service: str, arguments: Sequence[str]) -> None:
    """Runs a command of a service.

    Raises:
        OneboxError: it failed; carries what it said.
    """
    secrets = client_secrets(layout)
    environment = {**os.environ, **service_environment(layout, service, secrets.get(service, ""))}
    layout.data(service).mkdir(parents=True, exist_ok=True, mode=0o700)
    result = subprocess.run(  # noqa: S603 - our own interpreter and module names
        [sys.executable, "-m", service, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        said = (result.stderr or result.stdout).strip()[-2000:]
        raise OneboxError(f"the step `{service} {arguments[0]}` failed: {said}")
