"""What every process of Mon compte partenaire needs. No business word lives in this package."""
