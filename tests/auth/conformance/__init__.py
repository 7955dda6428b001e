"""What the certification of OpenID Connect asks of the provider, module by module."""
