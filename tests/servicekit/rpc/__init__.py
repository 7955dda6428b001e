"""Tests of gRPC between services, over real mutual TLS on the loopback."""
