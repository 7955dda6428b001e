"""The pages of the auditor, in French first."""
