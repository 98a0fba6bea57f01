"""Finds numbers that cannot be right, in a record and in other people's tables (``docs/audit.md``).

Pure: no I/O.
"""
