"""The master's part of a trial: the ramp, the merged counts, the result."""
