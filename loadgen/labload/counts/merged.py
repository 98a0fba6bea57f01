"""The reports of all workers, added up: the steps still needed, and the sums of all others."""

from labload.counts.tally import StepTally, Sums, Tally, merge, total


class Merged:
    """Counts of a whole load. Its memory does not grow with the steps that are folded."""

    def __init__(self) -> None:
        self.tally: Tally = {}
        """The steps that were not folded."""
        self._folded = Sums()

    def add(self, part: Tally) -> None:
        """Add a report. It may still bring counts for a step that was folded."""
        merge(self.tally, part)

    @property
    def sums(self) -> Sums:
        """The totals of all steps, folded or not."""
        return self._folded + total(self.tally)

    def fold(self, index: int) -> StepTally:
        """The counts of this step. Of it and of all before it, only the sums are kept."""
        over = {step: self.tally.pop(step) for step in sorted(self.tally) if step <= index}
        self._folded += total(over)
        return over.get(index, StepTally())
