"""A worker's counts, and how they add up. Uses no socket and no Locust."""
