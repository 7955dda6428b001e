"""Every setting of cdap, with its unit, default and reason."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from servicekit.settings import Port, PublicUrl, RelyingPartySettings, Threads


class CdapSettings(RelyingPartySettings):
    """Settings of cdap; environment variables begin with CDAP_."""

    model_config = SettingsConfigDict(env_prefix="CDAP_")

    service: str = "cdap"
    public_url: PublicUrl = Field("http://localhost:8402", description="Address people type to reach CDAP.")
    web_port: Port = Field(8402, description="TCP port of the pages.")
    rpc_port: Port = Field(9402, description="TCP port of gRPC (consultation by partner software).")
    rpc_threads: Threads = Field(
        32,
        description="Consultations answered at the same time. Each waits for the disk and for audit, and those that "
        "wait together share one fsync and one call: with 4, half as many per second.",
    )
    auth_address: str = Field("localhost:9400", description="host:port of auth (gRPC): feed of ended sessions.")
    habpps_address: str = Field("localhost:9401", description="host:port of habpps (gRPC): rights feed.")
    audit_address: str = Field("localhost:9403", description="host:port of audit (gRPC): the journal.")
    field_table: str = Field(
        "", description="Path of the profile and field table (TOML). Empty: the table that comes with cdap."
    )
    import_set_aside_percent: float = Field(
        1.0,
        ge=0,
        le=100,
        description="Largest share of the records of a file, in percent, that an import may set aside. With more, the "
        "file is refused whole: then it is the file that is wrong, and not some records of it.",
    )
