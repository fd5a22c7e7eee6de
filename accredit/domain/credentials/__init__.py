"""Award → OpenBadgeCredential: build, deliver, revoke; the typed code and the achievement it names."""
