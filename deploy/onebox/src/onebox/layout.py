"""Where everything is: folders, ports, names. Everyone else in onebox asks here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT = "demo"
SERVICES = ("auth", "habpps", "cdap", "audit")
DEMO_EXTRANETS = ("mon-enfant", "omega", "ql-web")
PARTNER_SOFTWARE = "partner-software"

_WEB_OFFSETS = {"auth": 0, "habpps": 1, "cdap": 2, "audit": 3, "mon-enfant": 10, "omega": 11, "ql-web": 12, "inbox": 20}
_RPC_OFFSETS = {"auth": 50, "habpps": 51, "cdap": 52, "audit": 53}
_METRICS_OFFSETS = {"auth": 54, "habpps": 55, "cdap": 56, "audit": 57}
_SMTP_OFFSET = 25


@dataclass(frozen=True)
class Layout:
    """One demo: a folder and a first port.

    Ports are `first_port` (auth's pages) and the next 60; 8400 by default.
    """

    directory: Path
    first_port: int = 8400

    def web_port(self, name: str) -> int:
        """The port of the pages of a service, a demo extranet or the inbox."""
        return self.first_port + _WEB_OFFSETS[name]

    def rpc_port(self, service: str) -> int:
        """The gRPC port of a service."""
        return self.first_port + _RPC_OFFSETS[service]

    def metrics_port(self, service: str) -> int:
        """The port of the metrics of a service."""
        return self.first_port + _METRICS_OFFSETS[service]

    @property
    def smtp_port(self) -> int:
        """The port on which the inbox receives mail."""
        return self.first_port + _SMTP_OFFSET

    def ports(self) -> dict[int, str]:
        """Every port, with what listens there."""
        listening = {self.web_port(name): f"the pages of {name}" for name in _WEB_OFFSETS}
        listening |= {self.rpc_port(service): f"the gRPC server of {service}" for service in SERVICES}
        listening |= {self.metrics_port(service): f"the metrics of {service}" for service in SERVICES}
        listening[self.smtp_port] = "the mail inbox"
        return listening

    def url(self, name: str) -> str:
        """The address of the pages of a service, a demo extranet or the inbox, without a slash at the end."""
        return f"http://localhost:{self.web_port(name)}"

    def rpc_address(self, service: str) -> str:
        """The gRPC address of a service."""
        return f"localhost:{self.rpc_port(service)}"

    def data(self, name: str) -> Path:
        """The data folder of one process."""
        return self.directory / name

    def tls(self, name: str) -> Path:
        """The folder with the certificate authority, certificate and key of one process."""
        return self.directory / "tls" / name

    @property
    def cores(self) -> Path:
        """The folder in which the processes agree on processor cores."""
        return self.directory / "cores"

    @property
    def seeds(self) -> Path:
        """The folder with the files that the services import at the first start."""
        return self.directory / "seeds"

    def log(self, name: str) -> Path:
        """The log of one process, JSON lines."""
        return self.directory / "logs" / f"{name}.log"
