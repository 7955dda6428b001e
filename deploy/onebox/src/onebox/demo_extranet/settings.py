"""Settings of a demo extranet: DEMO_SERVICE=mon-enfant, DEMO_ISSUER=…"""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from servicekit.settings import PublicUrl, ServiceSettings


class DemoExtranetSettings(ServiceSettings):
    """`service` chooses the site: mon-enfant, omega or ql-web."""

    model_config = SettingsConfigDict(env_prefix="DEMO_")

    issuer: PublicUrl = Field("http://localhost:8400", description="Address of auth, exactly as in its tokens.")
    internal_issuer: str = Field(
        default="", description="Where this process reaches auth, when that is another address."
    )
    client_id: str = Field(default="", description="Name of this client at auth; the name of the service when empty.")
    client_secret: SecretStr = Field(description="Secret of this client at auth.")
    resource: str = Field(description="URI of this extranet at auth: the audience of its access tokens.")
    scope: str = Field(default="", description='Scopes asked; "openid profile" and the name of the service when empty.')
