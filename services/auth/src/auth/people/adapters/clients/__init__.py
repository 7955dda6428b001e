"""Mail, back-channel logout and the rights feed."""
