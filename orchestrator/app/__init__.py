"""Use cases: what each command does. They know what is outside as Protocols alone (``world``).

Each takes the world, or the part of it that it needs, as its first argument.
"""
