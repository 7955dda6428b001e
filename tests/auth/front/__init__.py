"""Tests of auth: front."""
