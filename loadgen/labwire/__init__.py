"""What the host and the load generator's image share: each of it stands here alone.

HTTP is read and judged here, so what verification accepts the load accepts, and what one refuses
the other refuses with the same words. Only `response` needs more than Python itself.
"""
