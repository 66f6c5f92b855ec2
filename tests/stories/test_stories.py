"""Every story in this folder happens as it is told. `pytest tests/stories --rewrite` tells them anew."""

from pathlib import Path

import pytest

from tests.support.storyteller import Storyteller, begin
from tests.support.true_counts import assert_counts_are_true

STORIES = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_the_story_happens_as_it_is_told(path: Path, request: pytest.FixtureRequest) -> None:
    told = path.read_text()

    happened, story = _happening(told)

    if request.config.getoption("--rewrite"):
        path.write_text(happened)
    assert happened == told or request.config.getoption("--rewrite")
    assert_counts_are_true(story.engine.state)


def test_there_are_stories() -> None:
    assert len(STORIES) >= 17


def _happening(told: str) -> tuple[str, Storyteller]:
    """The same story with the transcripts of what really happens, and who told it."""
    title, *blocks = told.rstrip("\n").split("\n\n")
    story: Storyteller | None = None
    happened = [title]
    for block in blocks:
        commands = block.split("\n----", maxsplit=1)[0]
        if commands.startswith("given"):
            story = begin(commands)
        else:
            assert story is not None, "a story begins with: given"
            for command in commands.replace("\n", " ").split(";"):
                story.command(command.strip())
        happened.append("\n".join([commands, "----", *story.told]))
        story.told = []
    assert story is not None, told
    return "\n\n".join(happened) + "\n", story
