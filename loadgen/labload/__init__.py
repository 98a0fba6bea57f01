"""The lab's load: a Locust user is one HTTP connection; nothing is retried and nothing lost."""
