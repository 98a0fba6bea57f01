"""The lab's own client: the connections of one worker to one target, in one loop. No Locust."""
