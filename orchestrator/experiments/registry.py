"""All experiments. A new one is a folder beside this file, and a line here."""

from __future__ import annotations

from typing import Any

from orchestrator.experiments.ab import AB
from orchestrator.experiments.cost import COST
from orchestrator.experiments.crosscheck import CROSSCHECK
from orchestrator.experiments.experiment import Experiment
from orchestrator.experiments.instructions import INSTRUCTIONS
from orchestrator.experiments.load import LOAD
from orchestrator.experiments.size import SIZE

EXPERIMENTS: tuple[Experiment[Any, Any, Any], ...] = (
    LOAD,
    CROSSCHECK,
    AB,
    INSTRUCTIONS,
    COST,
    SIZE,
)
