"""The demo's mailbox: receives every mail over SMTP, delivers none, shows them on a page.

`python -m onebox.inbox --smtp-port 8425 --web-port 8420`. Mails are kept in memory only, the last few hundred.
"""
