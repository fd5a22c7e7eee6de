"""Practice: drop-ins and their registers, supervised hours, skills observed, milestones. Never who was supported."""
