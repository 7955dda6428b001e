"""Every setting of habpps, with its unit, default and reason."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from servicekit.settings import Port, PublicUrl, ServiceSettings, Threads


class HabppsSettings(ServiceSettings):
    """Settings of habpps; environment variables begin with HABPPS_."""

    model_config = SettingsConfigDict(env_prefix="HABPPS_")

    service: str = "habpps"
    public_url: PublicUrl = Field("http://localhost:8401", description="Address people type to reach Habpps.")
    web_port: Port = Field(8401, description="TCP port of the pages.")
    rpc_port: Port = Field(9401, description="TCP port of gRPC (rights feed).")
    rpc_threads: Threads = Field(
        8, description="Unary gRPC calls answered at the same time. Two are held while pages wait for replicas."
    )
    rpc_stream_threads: int = Field(
        32, ge=1, le=256, description="Open streams of the rights feed: two per replica at most, with room to spare."
    )
    auth_address: str = Field("localhost:9400", description="host:port of the account service of auth (gRPC).")
    issuer: PublicUrl = Field("http://localhost:8400", description="Issuer of the tokens: the public address of auth.")
    internal_issuer: str = Field(
        "", description="Address of auth seen from this machine when it differs from the issuer. Empty: the issuer."
    )
    client_id: str = Field("habpps", description="Identifier of this relying party at auth.")
    client_secret: str = Field("", description="Secret of this relying party at auth. Keep it out of files in git.")
    portal_url: PublicUrl = Field("http://localhost:8400", description="Address of the portal Mon compte partenaire.")
    propagation_wait_ms: int = Field(
        3_000,
        ge=0,
        le=10_000,
        description="Milliseconds a page waits for the replicas after an act that closes something. They need less "
        "than a second when all is well.",
    )
