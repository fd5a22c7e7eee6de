"""Enrolments, and breaks: taking a break costs nothing already earned, and no reason is stored."""
