"""Doubt as data: every doubt that the lab can have about a host or a number, once. Pure.

``host`` and ``trial`` say when there is one, ``registry`` has them all by their codes.
"""
