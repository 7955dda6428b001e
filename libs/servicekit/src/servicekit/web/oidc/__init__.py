"""The relying party's side of OpenID Connect, one file per thing: provider, attempts, tokens of the provider."""
