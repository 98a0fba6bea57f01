"""The lab's orchestrator: plans a run, controls the containers, writes the record."""

__version__ = "0.1.0"
