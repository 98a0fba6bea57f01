"""Use cases: what each command does. They see the outside only as Protocols (``world``).

Each takes the world, or the part of it that it needs, as its first argument.
"""
