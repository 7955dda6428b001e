"""Tests of auth: domain."""
