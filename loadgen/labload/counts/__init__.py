"""What a worker counts, and how counts add up: no socket, no Locust."""
