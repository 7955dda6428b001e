"""Accounts, passwords, sessions and mails: who somebody is, and until when."""
