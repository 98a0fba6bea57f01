"""What the host and the load generator's image say to each other and both judge by, once.

HTTP is read and judged here, so what verification accepts the load accepts, and what one refuses
the other refuses with the same words. Only `response` needs more than Python itself.
"""
