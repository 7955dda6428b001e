"""What openid-client (npm) needs to meet auth: its package, the scenarios it runs, the person at the browser."""
