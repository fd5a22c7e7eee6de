"""Programmes, and their versions: what a young person trains in, practises, and can be awarded. Awards outlive templates."""
