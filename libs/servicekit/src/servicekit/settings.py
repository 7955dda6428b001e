"""The settings every service has. Each service subclasses `ServiceSettings` and gives its prefix:

    class AuthSettings(ServiceSettings):
        model_config = SettingsConfigDict(env_prefix="AUTH_")
        service: str = "auth"

Values come from the environment (AUTH_WEB_PORT=8400), then from the file given by `--config` (same lines), then from
the defaults written here. Secrets are `SecretStr` and are masked by `check-config`. A service whose pages sign
people in at the issuer subclasses `RelyingPartySettings`.
"""

import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from textwrap import wrap
from typing import Annotated, Literal, Self, TypeVar, cast
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from servicekit.errors import StartError

MASK = "********"
SHORTEST_SECRET = 32
"""Characters of a client secret: auth takes no shorter one."""
_PLACEHOLDERS = frozenset({MASK, "None", "(empty)"})
_OTHERS_MAY_READ = stat.S_IRGRP | stat.S_IROTH | stat.S_IWGRP | stat.S_IWOTH
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class SettingsError(StartError):
    """A setting is missing or wrong. The text names it and is fit to be printed as it is."""


def https_unless_loopback(url: str) -> str:
    """The address without its last slash; https is required unless the host is this machine (RFC 8252 §8.3).

    Raises:
        ValueError: not an absolute http(s) address, or http to another machine.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment:
        raise ValueError("an absolute http(s) address is needed, without query or fragment")
    if parts.scheme == "http" and host not in LOOPBACK_HOSTS and not host.endswith(".localhost"):
        raise ValueError("https is required unless the host is localhost")
    return url.rstrip("/")


def _url_or_nothing(url: str) -> str:
    return https_unless_loopback(url) if url else ""


PublicUrl = Annotated[str, AfterValidator(https_unless_loopback)]
OptionalUrl = Annotated[str, AfterValidator(_url_or_nothing)]
Port = Annotated[int, Field(ge=0, le=65535)]
Threads = Annotated[int, Field(ge=1, le=256)]


class ServiceSettings(BaseSettings):
    """What a process needs to know before it can start. Unknown lines in the `--config` file are refused."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    service: str = Field(
        pattern=r"^[a-z][a-z0-9-]*$", description="Name of the service: in certificates, logs and callers.toml."
    )
    environment: str = Field(
        default="production",
        pattern=r"^[a-z][a-z0-9-]*$",
        description="Name of the environment. A certificate of another environment is refused; `demo` and `test` allow "
        "known passwords and addresses of this machine.",
    )
    data_directory: Path = Field(
        default=Path("data"), description="Folder this service alone writes to: database, locks."
    )
    database_url: str = Field(
        default="",
        description="sqlite:///path or postgresql://… of this service's own database. Default: SQLite in the data "
        "folder.",
    )
    contact_name: str = Field(
        default="", max_length=200, description="Who answers people, said on the help page and in mails."
    )
    contact_email: str = Field(default="", max_length=254, description="Their mail address.")
    contact_phone: str = Field(default="", max_length=40, description="Their telephone number.")
    contact_hours: str = Field(default="", max_length=200, description="When they answer, in French.")
    publisher: str = Field(
        default="", max_length=500, description="Publisher of the service with address and director of publication."
    )
    hosting: str = Field(default="", max_length=500, description="Who hosts it, with address and telephone number.")
    data_protection_officer: str = Field(
        default="", max_length=500, description="How the data protection officer is reached (GDPR article 13)."
    )
    accessibility_plan_url: OptionalUrl = Field(
        default="", description="Address of the multi-year accessibility plan (law 2005-102 article 47)."
    )
    public_url: PublicUrl = Field(
        default="http://localhost:8400", description="Address people type. https unless the host is this machine."
    )
    web_host: str = Field(
        default="127.0.0.1", description="Address the pages listen on; a proxy in front of it speaks TLS."
    )
    web_port: Port = Field(default=8400, description="TCP port of the pages.")
    web_threads: Threads = Field(
        default=8,
        description="Pages answered at the same time. 4 to 16: more only helps while threads wait on others.",
    )
    web_machine_threads: Threads = Field(
        default=8,
        description="Requests of programs (tokens, introspection) answered at the same time, apart from the pages.",
    )
    web_queue: int = Field(
        default=256,
        ge=1,
        le=10_000,
        description="Requests of one kind (pages, programs, passwords) that may wait for a thread; the next gets 503.",
    )
    web_queue_seconds: float = Field(
        default=10.0, gt=0, le=120, description="Longest wait for a thread, in seconds; a later one gets 503."
    )
    web_connections: int = Field(
        default=1000,
        ge=8,
        le=100_000,
        description="Open connections. One more ends the one that has sent no whole request for the longest.",
    )
    web_connections_per_address: int = Field(
        default=500,
        ge=4,
        le=100_000,
        description="Open connections of one network address, in the same way. Behind a proxy all come from its "
        "address: not less than the connections it keeps.",
    )
    web_head_kib: int = Field(
        default=32, ge=4, le=1024, description="Largest request line with headers, in KiB; more gets 431."
    )
    web_body_kib: int = Field(
        default=1024,
        ge=64,
        le=102_400,
        description="Largest body of a request, in KiB, counted as it is read; more gets 413.",
    )
    web_head_seconds: float = Field(
        default=10.0, gt=0, le=120, description="Time for a request line with its headers, in seconds; then 408."
    )
    web_body_seconds: float = Field(
        default=60.0, gt=0, le=3600, description="Time for a whole body, in seconds; then 408."
    )
    web_slowest_bytes_per_second: int = Field(
        default=1024,
        ge=1,
        description="Slowest rate, in bytes per second, at which a client may send a body or take an answer, once ten "
        "seconds have passed.",
    )
    web_idle_seconds: float = Field(
        default=60.0,
        gt=0,
        le=3600,
        description="How long a connection may stay open between two requests, in seconds. More than the proxy keeps "
        "its own.",
    )
    web_held_mib: int = Field(
        default=64,
        ge=8,
        le=10_240,
        description="Memory for bodies that arrive and answers not yet taken, all connections together, in MiB.",
    )
    metrics_host: str = Field(default="127.0.0.1", description="Address of the metrics; no TLS.")
    metrics_port: Port = Field(default=0, description="TCP port of the metrics (GET /metrics). 0: they are not shown.")
    rpc_host: str = Field(default="127.0.0.1", description="Address gRPC listens on, always with mTLS.")
    rpc_port: Port = Field(default=9400, description="TCP port of gRPC.")
    rpc_threads: Threads = Field(
        default=4,
        description="Unary gRPC calls answered at the same time. 4 unless handlers wait on others (audit: 32).",
    )
    rpc_stream_threads: int = Field(
        default=8, ge=0, le=256, description="More threads for long streams: each open stream holds one until it ends."
    )
    tls_directory: Path = Field(
        default=Path("tls"),
        description="Folder of ca.pem, service.pem and service-key.pem; read again when they change.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe line written."
    )
    core: str = Field(
        default="auto",
        pattern=r"^(auto|off|[0-9]{1,4})$",
        description="Processor core the worker stays on: auto (the least taken one, where two or more may be used), "
        "off, or a number. One interpreter gains nothing from a second core and loses by wandering.",
    )
    core_table: Path | None = Field(
        default=None,
        description="Folder where workers agree on cores. Default: in /dev/shm; containers share one, or wander.",
    )
    clock_skew_seconds: float = Field(
        default=5.0,
        ge=0,
        le=60,
        description="Seconds by which the clock of the issuer may be ahead of this one: a token issued later than that "
        "is refused. Keep the clocks together (NTP) rather than raising it.",
    )
    audit_address: str = Field(
        default="", description="host:port of the audit service. Empty: this service has no journal."
    )
    audit_wait_ms: int = Field(
        default=150,
        ge=10,
        le=5_000,
        description="Longest wait for audit to acknowledge an act, in milliseconds; a strict act is refused after it. "
        "A person waits for it too: raise it on a slow machine only.",
    )

    @model_validator(mode="after")
    def _database_in_data_directory(self) -> Self:
        if not self.database_url:
            path = self.data_directory.absolute() / f"{self.service}.sqlite3"
            object.__setattr__(self, "database_url", f"sqlite:///{path}")
        return self

    def what_is_missing(self, *, web: bool) -> str | None:
        """One sentence about a setting without which this process could start and serve nobody; None when it can.

        `web`: whether pages are served.
        """
        del web
        return None

    @property
    def clock_skew(self) -> timedelta:
        """As a duration."""
        return timedelta(seconds=self.clock_skew_seconds)

    @classmethod
    def environment_prefix(cls) -> str:
        """What the names of this service's environment variables begin with, for example `AUTH_`."""
        return cls.model_config.get("env_prefix", "")


class RelyingPartySettings(ServiceSettings):
    """Settings of a service whose pages sign people in at auth."""

    issuer: PublicUrl = Field(
        default="http://localhost:8400", description="Issuer of the tokens: the public address of auth."
    )
    internal_issuer: str = Field(
        default="",
        description="Address of auth seen from this machine when it differs from the issuer. Empty: the issuer.",
    )
    client_id: str = Field(default="", description="Identifier of this relying party at auth. Empty: the service.")
    client_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Secret of this relying party at auth, 32 characters or more. Needed to serve the pages.",
    )
    resource: str = Field(
        default="",
        description="Audience of the access tokens accepted (RFC 8707). Empty: the public address of the service.",
    )
    portal_url: OptionalUrl = Field(
        default="", description="Address of the portal Mon compte partenaire. Empty: the issuer, which shows it."
    )

    @model_validator(mode="after")
    def _client_of_the_service(self) -> Self:
        if not self.client_id:
            object.__setattr__(self, "client_id", self.service)
        return self

    @property
    def audience(self) -> str:
        """What access tokens for this service carry as `aud`."""
        return self.resource or self.public_url

    @property
    def portal(self) -> str:
        """Address of the portal."""
        return self.portal_url or self.issuer

    def what_is_missing(self, *, web: bool) -> str | None:
        """See `ServiceSettings.what_is_missing`: without the secret of its client nobody signs in."""
        name, length = f"{self.environment_prefix()}CLIENT_SECRET", len(self.client_secret.get_secret_value())
        if web and length < SHORTEST_SECRET:
            found = "is empty" if not length else f"has {length} characters"
            return f"{name} {found}: nobody could sign in; auth knows its {SHORTEST_SECRET} characters or more."
        return super().what_is_missing(web=web)


S = TypeVar("S", bound=ServiceSettings)


def load_settings(settings_class: type[S], config: Path | None = None) -> S:
    """The settings from the environment and, when given, from the file `config` (lines `AUTH_WEB_PORT=8400`).

    Raises:
        SettingsError: the file cannot be read, or a setting is missing, unknown or wrong; never shows the value.
    """
    if config is not None:
        _check_file(config)
    try:
        settings = cast(Callable[..., S], settings_class)(_env_file=config, _env_file_encoding="utf-8-sig")
    except ValidationError as error:
        prefix = settings_class.environment_prefix()
        raise SettingsError("; ".join(_sentences(error, prefix))) from None
    _refuse_placeholders(settings)
    if config is not None and _holds_secret(settings, config):
        _require_private(config)
    return settings


def _check_file(config: Path) -> None:
    if not config.is_file():
        raise SettingsError(f"The configuration file {config} does not exist.")
    try:
        text = config.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(f"The configuration file {config} is not UTF-8; save it again as UTF-8 text.") from None
    except OSError as error:
        raise SettingsError(f"The configuration file {config} cannot be read: {error.strerror}.") from error
    if "\0" in text:
        raise SettingsError(f"The configuration file {config} holds a NUL character; it is not a text file.")


def _refuse_placeholders(settings: ServiceSettings) -> None:
    """What `check-config` prints in the place of a value is none: a masked secret read back would be one of eight
    stars."""
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        if value is not None and (text in _PLACEHOLDERS or MASK in text):
            variable = f"{settings.environment_prefix()}{name}".upper()
            raise SettingsError(
                f"{variable}: this was printed in the place of a value; give the value, or remove the line."
            )


def _holds_secret(settings: ServiceSettings, config: Path) -> bool:
    text = config.read_text(encoding="utf-8-sig")
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        secret = value.get_secret_value() if isinstance(value, SecretStr) else _password_of(value)
        if secret and secret in text:
            return True
    return False


def _password_of(value: object) -> str:
    text = str(value)
    return (urlsplit(text).password or "") if "://" in text else ""


def _require_private(config: Path) -> None:
    mode = stat.S_IMODE(config.stat().st_mode)
    if mode & _OTHERS_MAY_READ:
        raise SettingsError(
            f"The configuration file {config} holds a secret and others may read it ({mode:04o}): chmod 600 {config}"
        )


def template(settings_class: type[ServiceSettings]) -> Iterator[str]:
    """The lines of a commented file of settings: read as it is, it says what the defaults say."""
    prefix = settings_class.environment_prefix()
    for name, field in settings_class.model_fields.items():
        inherited = ServiceSettings.model_fields.get(name, field)
        yield from (f"# {line}" for line in wrap(field.description or inherited.description or "", 110))
        default = "" if field.is_required() else _masked(field.get_default(call_default_factory=False))
        yield f"#{prefix}{name}".upper() + f"={default}"
        yield ""


def describe(settings: ServiceSettings) -> Iterator[tuple[str, str, str]]:
    """(variable, value with secrets masked, description) of each setting, in the order of their declaration."""
    prefix = settings.environment_prefix()
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        inherited = ServiceSettings.model_fields.get(name, field)
        yield f"{prefix}{name}".upper(), _masked(value), field.description or inherited.description or ""


def _masked(value: object) -> str:
    if isinstance(value, SecretStr):
        return MASK if value.get_secret_value() else ""
    if value is None:
        return ""
    text = str(value)
    if password := _password_of(value):
        return text.replace(f":{password}@", f":{MASK}@")
    return text


def _sentences(error: ValidationError, prefix: str) -> Iterator[str]:
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        name = "_".join(str(part) for part in problem["loc"]) or "settings"
        if problem["type"] == "extra_forbidden":
            yield f"{name.upper()}: there is no setting of this name"
        else:
            yield f"{prefix}{name}".upper() + f": {problem['msg'].removeprefix('Value error, ')}"
