"""Organisations: each is the issuer of its credentials. Recognition, roles and what a role may do."""
