"""The texts that come with the service."""
