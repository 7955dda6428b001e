"""Apache as a child process of a test: in front of an extranet (mod_auth_openidc) and of auth (client certificates)."""
