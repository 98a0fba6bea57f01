"""The experiments. Each is one folder here and one line in `registry.py`."""
