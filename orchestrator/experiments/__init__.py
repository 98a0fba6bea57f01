"""The family of experiments: each is one folder here and one line in `registry.py`."""
