"""The relying parties: what they are, who declares them, what they may be."""
