"""The processes of the demo and the settings each of them gets."""

from __future__ import annotations

from onebox.demonstration import client_secrets
from onebox.layout import DEMO_EXTRANETS, ENVIRONMENT, SERVICES, Layout
from onebox.supervisor import Program


def service_environment(layout: Layout, service: str, secret: str) -> dict[str, str]:
    """Settings of one of the four services, as environment variables."""
    settings = {
        "ENVIRONMENT": ENVIRONMENT,
        "DATA_DIRECTORY": str(layout.data(service)),
        "PUBLIC_URL": layout.url(service),
        "WEB_PORT": str(layout.web_port(service)),
        "RPC_PORT": str(layout.rpc_port(service)),
        "TLS_DIRECTORY": str(layout.tls(service)),
    }
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
    if service == "habpps":
        settings["PORTAL_URL"] = layout.url("auth")
    if service == "auth":
        settings |= {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(layout.smtp_port)}
    return {f"{service.upper()}_{name}": value for name, value in settings.items()}


def demo_programs(layout: Layout) -> list[Program]:
    """Every process, in the order of the start: those that others wait for come first."""
    secrets = client_secrets(layout)
    programs = [_service(layout, service, secrets.get(service, "")) for service in ("audit", "habpps", "auth", "cdap")]
    programs += [_extranet(layout, name, secrets[name]) for name in DEMO_EXTRANETS]
    ports = ("--smtp-port", str(layout.smtp_port), "--web-port", str(layout.web_port("inbox")))
    programs.insert(0, _program(layout, "inbox", ("onebox.inbox", *ports), {}))
    assert {program.name for program in programs} >= set(SERVICES)
    return programs


def _service(layout: Layout, service: str, secret: str) -> Program:
    return _program(layout, service, (service, "serve"), service_environment(layout, service, secret))


def _extranet(layout: Layout, name: str, secret: str) -> Program:
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
    }
    config.touch(mode=0o600)
    config.write_text("".join(f"DEMO_{key}={value}\n" for key, value in lines.items()))
    return _program(layout, name, ("onebox.demo_extranet", "--config", str(config)), {})


def _program(layout: Layout, name: str, arguments: tuple[str, ...], environment: dict[str, str]) -> Program:
    return Program(name, arguments, environment, layout.log(name), f"{layout.url(name)}/healthz")
