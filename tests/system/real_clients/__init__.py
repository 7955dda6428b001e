"""Programs of others that sign people in here, configured as docs/integrate-an-extranet.md says."""
