"""Pages and OpenID Connect endpoints."""
