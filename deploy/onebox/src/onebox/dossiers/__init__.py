"""Synthetic dossiers: coherent households that exist nowhere, drawn from a seed."""
