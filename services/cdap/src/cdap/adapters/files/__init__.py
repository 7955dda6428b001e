"""Files of dossiers, one JSON object per line."""
