"""The lab's options without the rest of Locust's."""

import argparse

from labload.workers.options import add_options


class Parser(argparse.ArgumentParser):
    """Takes what Locust's own parser takes beside argparse's arguments."""

    def add_argument(self, *words: str, **how: object) -> argparse.Action:
        mine = {
            key: value for key, value in how.items() if key not in {"env_var", "include_in_web_ui"}
        }
        return super().add_argument(*words, **mine)  # type: ignore[arg-type]


def parser() -> argparse.ArgumentParser:
    """A parser that knows the lab's options alone."""
    made = Parser()
    add_options(made)
    return made
