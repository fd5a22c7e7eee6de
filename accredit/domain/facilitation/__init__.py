"""Training of the adults who run a programme and supervise: who attended which part of it, and the record of that.

It is a record of attendance and states no level. Nothing in it is about a young person. How the record is signed is in
`credentials.attendance`.
"""
