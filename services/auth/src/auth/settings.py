"""The settings of auth, beside those every service has."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from auth.keys.domain.signing_keys import KeyPolicy
from partnerkit.email import InvalidEmailError, checked_email
from servicekit.cores import usable_cores
from servicekit.settings import OptionalUrl, ServiceSettings


def _sender(text: str) -> str:
    """ "Name <address>" or an address, which must be one that an envelope takes."""
    try:
        checked_email(parseaddr(text)[1])
    except InvalidEmailError as error:
        raise ValueError("must be an address, or a name and an address: Name <address@host>") from error
    return text


Sender = Annotated[str, AfterValidator(_sender)]


class AuthSettings(ServiceSettings):
    """Environment variables `AUTH_…`."""

    model_config = SettingsConfigDict(env_prefix="AUTH_")

    service: str = "auth"
    habpps_address: str = Field("127.0.0.1:9401", description="host:port of the rights feed of habpps.")
    smtp_host: str = Field("127.0.0.1", description="Mail server.")
    smtp_port: int = Field(8425, ge=1, le=65535, description="TCP port of the mail server.")
    smtp_tls: Literal["none", "starttls", "implicit"] = Field(
        "none", description="Protection of the way to the mail server; none only for one on this machine."
    )
    smtp_username: str = Field("", description="Name at the mail server; empty: no authentication.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password at the mail server.")
    mail_sender: Sender = Field(
        "Mon compte partenaire <mon-compte-partenaire@partenaire.example>", description="From of the mails."
    )
    session_idle_minutes: int = Field(30, ge=1, le=240, description="Minutes without activity that end a session.")
    session_absolute_hours: int = Field(10, ge=1, le=24, description="Hours after which a session ends anyway.")
    access_token_seconds: int = Field(300, ge=30, le=900, description="Seconds an access token lives at most.")
    code_seconds: int = Field(60, ge=10, le=60, description="Seconds an authorization code lives.")
    provisional_password_hours: int = Field(72, ge=1, le=72, description="Hours a provisional password lives.")
    password_minimum_length: int = Field(
        12, ge=8, le=64, description="Characters of a chosen password (CNIL 2022, with restricted attempts: 12)."
    )
    login_attempts: int = Field(
        10,
        ge=3,
        le=10,
        description="Failed sign-ins per account and network, or known browser, in 15 minutes (CNIL: 10).",
    )
    login_attempts_per_address: int = Field(
        50, ge=10, le=10_000, description="Identifiers that may fail in 15 minutes from one network; offices share one."
    )
    rights_fresh_seconds: float = Field(
        5.0, gt=0, le=60, description="Older than that, the replica of the rights authorises nothing."
    )

    mtls_url: OptionalUrl = Field(
        "", description="Second public address, where a proxy asks clients for certificates (RFC 8705 §5). Empty: none."
    )
    client_certificate_header: str = Field(
        "",
        pattern=r"^([A-Za-z][A-Za-z0-9-]*)?$",
        description="Header in which that proxy hands the client's certificate on, e.g. Client-Cert (RFC 9440).",
    )
    trusted_proxies: str = Field(
        "",
        description="Network addresses, separated by commas, of the proxies whose headers are believed: the one for "
        "certificates, and X-Forwarded-For.",
    )
    fetch_from_loopback: bool | None = Field(
        None,
        description="Whether keys of clients may be fetched from this machine; by default in the environments demo and "
        "test only.",
    )
    further_authorities_file: Path | None = Field(
        None,
        description="PEM file of certificate authorities that are trusted beside those of the system when auth calls "
        "clients and the mail server.",
    )
    private_networks: str = Field(
        "",
        description="Private networks (10.1.0.0/16, separated by commas) in which logout tokens may be sent to clients "
        "whose owner is national. Without it only public addresses are asked.",
    )
    factors_secret: SecretStr = Field(
        SecretStr(""),
        description="Secret of 32 characters or more with which the secrets of second steps are sealed. Empty: a file "
        "in the data folder.",
    )
    pairwise_salt: SecretStr = Field(
        SecretStr(""),
        description="Secret of 32 characters or more behind pairwise subjects; it must never change. Empty: a file in "
        "the data folder.",
    )

    hashing_threads: int = Field(
        default=max(1, usable_cores() - 1),
        ge=1,
        le=64,
        description="Passwords hashed at the same time, each a core and 19 MiB for some 20 ms. Default: the cores of "
        "this machine minus one, at least one, so that nothing else waits for a core.",
    )
    hashing_queue: int = Field(
        default=8,
        ge=0,
        le=1_000,
        description="Passwords that may wait for one of these threads; the next is refused with 503. Sign-ins wait "
        "before that in AUTH_WEB_QUEUE.",
    )

    @property
    def database_threads(self) -> int:
        """How many use the database at the same time: each lane of the pages, and streams."""
        return self.web_threads + self.web_machine_threads + self.hashing_threads + 1 + self.rpc_stream_threads

    @property
    def proxies(self) -> frozenset[str]:
        """As addresses."""
        return frozenset(filter(None, (address.strip() for address in self.trusted_proxies.split(","))))

    @property
    def house_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """As networks."""
        return tuple(ip_network(name.strip()) for name in self.private_networks.split(",") if name.strip())

    @field_validator("private_networks")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        for name in filter(None, (name.strip() for name in value.split(","))):
            ip_network(name)  # a ValueError says what is wrong
        return value

    @property
    def reaches_loopback(self) -> bool:
        """Whether addresses of this machine may be fetched."""
        if self.fetch_from_loopback is not None:
            return self.fetch_from_loopback
        return self.environment in {"demo", "test"}

    @property
    def issuer(self) -> str:
        """The OpenID Connect issuer: the public address."""
        return self.public_url

    @property
    def keys_directory(self) -> Path:
        """Where the signing keys are."""
        return self.data_directory / "keys"

    @property
    def session_idle(self) -> timedelta:
        """As a duration."""
        return timedelta(minutes=self.session_idle_minutes)

    @property
    def session_absolute(self) -> timedelta:
        """As a duration."""
        return timedelta(hours=self.session_absolute_hours)

    keys_passphrase: SecretStr = Field(
        SecretStr(""),
        description="Encrypts the signing keys on the disk, 20 characters or more; empty: in clear, 0600.",
    )
    keys_passphrase_file: Path | None = Field(
        None, description="File that holds the passphrase of the signing keys, instead of the setting itself."
    )
    key_life_days: int = Field(
        90, ge=0, le=730, description="Days a signing key signs before the next one does; 0: never replaced by itself."
    )

    @property
    def key_policy(self) -> KeyPolicy:
        """An ID token may come back as a hint as long as its session lives, and an hour more."""
        life = timedelta(days=self.key_life_days) if self.key_life_days else None
        return KeyPolicy(life=life, kept=self.session_absolute + timedelta(hours=1))
