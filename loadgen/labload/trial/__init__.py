"""A trial as the master conducts it: the ramp, the merged counts, the result."""
