"""Keys with which an organisation's own programs reach its records, and what those programs asked for once already.

What a program may ask for, and how it is answered, is at the edge (`accredit.web.api.v1`).
"""
