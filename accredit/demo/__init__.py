"""The demonstration: one invented school's year, played through the same operations as the pages.

Everyone in it is invented, and everything it makes says DEMONSTRATION.
"""
