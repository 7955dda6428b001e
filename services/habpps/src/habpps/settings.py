"""Every setting of habpps, with its unit, default and reason."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from servicekit.settings import Port, PublicUrl, RelyingPartySettings, Threads


class HabppsSettings(RelyingPartySettings):
    """Settings of habpps; environment variables begin with HABPPS_."""

    model_config = SettingsConfigDict(env_prefix="HABPPS_")

    service: str = "habpps"
    public_url: PublicUrl = Field(default="http://localhost:8401", description="Address people type to reach Habpps.")
    web_port: Port = Field(default=8401, description="TCP port of the pages.")
    rpc_port: Port = Field(default=9401, description="TCP port of gRPC (rights feed, administration by programs).")
    rpc_threads: Threads = Field(
        default=8,
        description="Unary gRPC calls answered at the same time. Some are held while callers wait for replicas.",
    )
    rpc_stream_threads: int = Field(
        default=32,
        ge=1,
        le=256,
        description="Open streams of the rights feed: one per replica, with room for those that reconnect.",
    )
    auth_address: str = Field(
        default="localhost:9400", description="host:port of the account service of auth (gRPC, mTLS)."
    )
    reviewed_openings: int = Field(
        default=50,
        ge=0,
        le=100_000,
        description="People to whom one administrator alone may open something in one act, where the Caf has made no "
        "rule of its own. For more, a second administrator of the same side approves, where there is one.",
    )
    program_calls: int = Field(
        default=4,
        ge=1,
        le=256,
        description="Calls of programs that administer, answered at the same time; one more is refused. Fewer than "
        "HABPPS_RPC_THREADS, so that the rights feed is never kept waiting.",
    )
    program_sign_in_minutes: int = Field(
        default=60,
        ge=1,
        le=720,
        description="Minutes after signing in during which a person may act through a program.",
    )
    program_acr_values: str = Field(
        default="",
        description="Levels of a sign-in (acr), separated by spaces, one of which a program needs. Empty: any is "
        "enough, as on the pages.",
    )
    propagation_wait_ms: int = Field(
        default=3_000,
        ge=0,
        le=10_000,
        description="Milliseconds a page waits for the replicas after an act that closes something. They need less "
        "than a second when all is well.",
    )
