"""The processes of the demo and the settings each of them gets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from onebox.demonstration import client_secrets
from onebox.layout import DEMO_EXTRANETS, ENVIRONMENT, Layout
from onebox.supervisor import Program
from servicekit.cores import ALLOWED_CORES, usable_cores

START_ORDER = ("audit", "habpps", "auth", "cdap")

PUBLIC_FACTS = {
    "CONTACT_NAME": "Caf de démonstration, service des partenaires",
    "CONTACT_EMAIL": "partenaires@caf-demonstration.example",
    "CONTACT_PHONE": "01 99 00 12 34",
    "CONTACT_HOURS": "Du lundi au vendredi, de 9 h à 12 h et de 14 h à 17 h",
    "PUBLISHER": "Caf de démonstration, 1 rue de l'Exemple, 99000 Exempleville. Direction de la publication : "
    "Dominique Exemple.",
    "ACCESSIBILITY_PLAN_URL": "https://caf-demonstration.example/schema-pluriannuel-accessibilite",
    "HOSTING": "Hébergeur de démonstration, 2 rue de l'Exemple, 99000 Exempleville, téléphone 01 99 00 56 78.",
    "DATA_PROTECTION_OFFICER": "dpo@caf-demonstration.example, ou par courrier à la Caf de démonstration.",
}
"""Who answers, publishes and hosts: invented. The numbers are of those that Arcep keeps for fiction."""


def service_environment(layout: Layout, service: str, secret: str) -> dict[str, str]:
    """Settings of one of the four services, as environment variables."""
    settings = {
        "ENVIRONMENT": ENVIRONMENT,
        "DATA_DIRECTORY": str(layout.data(service)),
        "PUBLIC_URL": layout.url(service),
        "WEB_PORT": str(layout.web_port(service)),
        "RPC_PORT": str(layout.rpc_port(service)),
        "METRICS_PORT": str(layout.metrics_port(service)),
        "TLS_DIRECTORY": str(layout.tls(service)),
        "CORE": core_of(service),
        "CORE_TABLE": str(layout.cores),
    }
    settings |= PUBLIC_FACTS
    if service != "audit":
        settings["AUDIT_ADDRESS"] = layout.rpc_address("audit")
    if service != "auth":
        settings |= {
            "ISSUER": layout.url("auth"),
            "CLIENT_ID": service,
            "CLIENT_SECRET": secret,
        }
    if service in {"auth", "cdap"}:
        settings["HABPPS_ADDRESS"] = layout.rpc_address("habpps")
    if service in {"habpps", "cdap"}:
        settings["AUTH_ADDRESS"] = layout.rpc_address("auth")
    if service == "auth":
        settings |= {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(layout.smtp_port)}
    return {f"{service.upper()}_{name}": value for name, value in settings.items()}


def core_of(service: str) -> str:
    """The setting: a core that is named, since all start at the same moment; audit and cdap, which every consultation
    needs, on different ones."""
    cores = sorted(ALLOWED_CORES)
    return str(cores[START_ORDER.index(service) % len(cores)]) if usable_cores() > 1 else "auto"


def demo_programs(layout: Layout) -> list[Program]:
    """Every process, in the order of the start: those that others wait for come first."""
    secrets = client_secrets(layout)
    programs = [_service(layout, service, secrets.get(service, "")) for service in START_ORDER]
    return [*programs, _companions(layout, secrets)]


def _service(layout: Layout, service: str, secret: str) -> Program:
    environment = service_environment(layout, service, secret)
    return Program(service, (service, "serve"), environment, layout.log(service), (f"{layout.url(service)}/healthz",))


def _companions(layout: Layout, secrets: Mapping[str, str]) -> Program:
    """The inbox and the demo extranets, which share one parent process."""
    arguments = ["onebox.companions", "--smtp-port", str(layout.smtp_port)]
    arguments += ["--inbox-port", str(layout.web_port("inbox")), "--core-table", str(layout.cores)]
    for name in DEMO_EXTRANETS:
        arguments += ["--extranet", str(_extranet_settings(layout, name, secrets[name]))]
    health = tuple(f"{layout.url(name)}/healthz" for name in ("inbox", *DEMO_EXTRANETS))
    return Program("companions", arguments, {}, layout.log("companions"), health)


def _extranet_settings(layout: Layout, name: str, secret: str) -> Path:
    config = layout.seeds / f"{name}.env"
    url = layout.url(name)
    lines = {
        "SERVICE": name,
        "DATA_DIRECTORY": str(layout.data(name)),
        "PUBLIC_URL": url,
        "WEB_PORT": str(layout.web_port(name)),
        "ISSUER": layout.url("auth"),
        "CLIENT_ID": name,
        "CLIENT_SECRET": secret,
        "RESOURCE": url,
        "CORE_TABLE": str(layout.cores),
    }
    config.touch(mode=0o600)
    config.write_text("".join(f"DEMO_{key}={value}\n" for key, value in lines.items()))
    return config
