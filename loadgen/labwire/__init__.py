"""What the host and the load generator's image share: each of it stands here alone.

The contract of the services, HTTP and what is right in it, the settings of a trial's load, the
events that it tells, and the version of all that. What verification accepts the load accepts, and
what one refuses the other refuses with the same words.
"""
