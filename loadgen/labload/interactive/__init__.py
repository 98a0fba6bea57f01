"""Interactive use: checks before the start, and the lab's summary of a test."""
