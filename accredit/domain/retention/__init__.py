"""How long records stay, and how one person's record goes: legal holds, the schedule, erasure.

Not here: what a young person asks for and where (their pages), and copies outside the database (`cli` restores them).
"""
