"""The pages: one package per audience, on the foundation that these modules lay.

No rule of the domain is decided here; views parse, call and answer.
"""
