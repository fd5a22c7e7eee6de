"""The verdict: one engine for page, API and command line."""
