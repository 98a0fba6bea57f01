"""Arithmetic that says how far numbers can be trusted; knows no record. Pure."""
