"""What runs in a worker: Locust's users, and what they share."""
