"""The worker's part: Locust's users, and the load that they share."""
