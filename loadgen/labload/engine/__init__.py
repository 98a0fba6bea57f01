"""The lab's own client: one worker's connections to one target, in one loop. Uses no Locust."""
