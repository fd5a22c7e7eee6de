"""Two records of one young person become one, because a person says so: nothing here finds out by itself.

Not here: the likely duplicates that a class list is asked about while it comes in (`people.importing`).
"""
