"""Tests of auth: ground."""
