"""The interfaces to everything outside; adapters implement them, and tests use fakes."""

from orchestrator.ports.around import Clock, Progress, RawStore
from orchestrator.ports.container import (
    Container,
    ContainerState,
    Conversation,
    InstructionCounter,
    Prepared,
)
from orchestrator.ports.engine import Engine, Image, UnderCallgrind
from orchestrator.ports.load import CommandedLoad, Load, LoadGenerator, SliceLoad

__all__ = [
    "Clock",
    "CommandedLoad",
    "Container",
    "ContainerState",
    "Conversation",
    "Engine",
    "Image",
    "InstructionCounter",
    "Load",
    "LoadGenerator",
    "Prepared",
    "Progress",
    "RawStore",
    "SliceLoad",
    "UnderCallgrind",
]
