"""The token endpoint against node-oidc-provider and against floors: `make bench-auth`."""
