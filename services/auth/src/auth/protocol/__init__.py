"""OpenID Connect: authorization, tokens and what they say."""
