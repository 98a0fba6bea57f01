"""A record in the formats that other tools read. Pure.

`files.py` makes all of them; each other module knows one format.
"""
