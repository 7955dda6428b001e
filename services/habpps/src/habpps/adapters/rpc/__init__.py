"""The gRPC services of habpps."""
