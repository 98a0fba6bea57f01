"""The lab's client alone, without Locust: it loads several servers in slices, on command."""
