"""The people of an organisation: staff and their roles, young people, claim slips; and the accounts that sign in.

Never anything about a person who was supported.
"""
