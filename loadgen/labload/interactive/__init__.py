"""A test that somebody looks on at: what looks before it begins, and the lab's summary."""
