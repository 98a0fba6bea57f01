"""What the host and the load generator's image share; each definition exists only here.

It holds the services' contract, the code that reads and judges HTTP responses, the settings of a
trial's load, its events, and the version of this protocol. So verification and load accept the same
responses, and refuse others in the same words.
"""
