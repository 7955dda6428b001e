"""Tests of auth: bootstrap."""
