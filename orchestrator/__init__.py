"""The lab's orchestrator: plans a run, drives containers, keeps the record."""

__version__ = "0.1.0"
