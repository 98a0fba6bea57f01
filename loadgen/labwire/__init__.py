"""HTTP as the lab reads it: verification on the host and the load in its image share this package.

What one accepts the other accepts, and what one refuses the other refuses with the same words.
"""
