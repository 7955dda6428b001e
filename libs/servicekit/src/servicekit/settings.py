"""The settings every service has. Each service subclasses `ServiceSettings` and gives its prefix:

    class AuthSettings(ServiceSettings):
        model_config = SettingsConfigDict(env_prefix="AUTH_")
        service: str = "auth"

Values come from the environment (AUTH_WEB_PORT=8400), then from the file given by `--config` (same lines), then from
the defaults written here. Secrets are `SecretStr` and are masked by `check-config`.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar, cast
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from servicekit.errors import StartError

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


PublicUrl = Annotated[str, AfterValidator(https_unless_loopback)]
Port = Annotated[int, Field(ge=0, le=65535)]
Threads = Annotated[int, Field(ge=1, le=256)]


class ServiceSettings(BaseSettings):
    """What a process needs to know before it can start. Unknown lines in the `--config` file are refused."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    service: str = Field(
        pattern=r"^[a-z][a-z0-9-]*$", description="Name of the service: in certificates, logs and callers.toml."
    )
    environment: str = Field(
        default="demo",
        pattern=r"^[a-z][a-z0-9-]*$",
        description="Name of the environment. A certificate of another environment is refused.",
    )
    data_directory: Path = Field(
        default=Path("data"), description="Folder this service alone writes to: database, locks."
    )
    database_url: str = Field(
        default="",
        description="sqlite:///path or postgresql://… of this service's own database. Default: SQLite in the data "
        "folder.",
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
        description="Requests answered at the same time. 4 to 16: more only helps while threads wait on others.",
    )
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
    pin_to_core: bool = Field(
        default=False, description="Keep the worker on one free core: about twice the calls per second of a free one."
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

    @classmethod
    def environment_prefix(cls) -> str:
        """What the names of this service's environment variables begin with, for example `AUTH_`."""
        return cls.model_config.get("env_prefix", "")


S = TypeVar("S", bound=ServiceSettings)


def load_settings(settings_class: type[S], config: Path | None = None) -> S:
    """The settings from the environment and, when given, from the file `config` (lines `AUTH_WEB_PORT=8400`).

    Raises:
        SettingsError: the file cannot be read, or a setting is missing, unknown or wrong; never shows the value.
    """
    if config is not None and not config.is_file():
        raise SettingsError(f"The configuration file {config} does not exist.")
    try:
        return cast(Callable[..., S], settings_class)(_env_file=config)
    except ValidationError as error:
        prefix = settings_class.environment_prefix()
        raise SettingsError("; ".join(_sentences(error, prefix))) from None


def describe(settings: ServiceSettings) -> Iterator[tuple[str, str, str]]:
    """(variable, value with secrets masked, description) of each setting, in the order of their declaration."""
    prefix = settings.environment_prefix()
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        inherited = ServiceSettings.model_fields.get(name, field)
        yield f"{prefix}{name}".upper(), _masked(value), field.description or inherited.description or ""


def _masked(value: object) -> str:
    if isinstance(value, SecretStr):
        return "********" if value.get_secret_value() else "(empty)"
    text = str(value)
    if "://" in text and (password := urlsplit(text).password):
        return text.replace(f":{password}@", ":********@")
    return text


def _sentences(error: ValidationError, prefix: str) -> Iterator[str]:
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        name = "_".join(str(part) for part in problem["loc"]) or "settings"
        if problem["type"] == "extra_forbidden":
            yield f"{name.upper()}: there is no setting of this name"
        else:
            yield f"{prefix}{name}".upper() + f": {problem['msg'].removeprefix('Value error, ')}"
