"""Programmes and their versions: what a young person trains in, practises and can be awarded.

A version never changes, so awards outlive templates.
"""
