"""Every doubt that the lab can have about a host or a number, as data, defined once. Pure.

``host`` and ``trial`` decide when a doubt applies; ``registry`` lists all kinds by their codes.
"""
