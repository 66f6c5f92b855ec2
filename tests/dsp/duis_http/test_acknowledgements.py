"""How long a message waits for the Acknowledgement of its request: on seconds that the test counts."""

import asyncio

from dsp.duis_http.acknowledgements import Acknowledgements

REQUEST, OTHER = "90-B3-D5-1F-30-01-00-00:00-DB-12-34-56-78-90-02:1", "another"


class Watch:
    """Stands still unless the test moves it."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


async def is_old_enough(acknowledgements: Acknowledgements, request_id: str) -> bool:
    """Without waiting for it."""
    waiting = asyncio.create_task(acknowledgements.old_enough(request_id))
    await asyncio.wait({waiting}, timeout=0.02)
    done = waiting.done()
    waiting.cancel()
    return done


async def test_a_message_waits_from_the_end_of_its_acknowledgement_on() -> None:
    watch = Watch()
    acknowledgements = Acknowledgements(2.0, watch)
    watch.seconds += 10

    with acknowledgements.sending(REQUEST):
        watch.seconds += 60
        while_sending = await is_old_enough(acknowledgements, REQUEST)
    at_once = await is_old_enough(acknowledgements, REQUEST)
    watch.seconds += 1.9
    almost = await is_old_enough(acknowledgements, REQUEST)
    watch.seconds += 0.2
    then = await is_old_enough(acknowledgements, REQUEST)

    assert (while_sending, at_once, almost, then) == (False, False, False, True)


async def test_whoever_waits_while_it_is_sent_goes_on_after_it() -> None:
    acknowledgements = Acknowledgements(0.0, Watch())

    with acknowledgements.sending(REQUEST):
        waiting = asyncio.create_task(acknowledgements.old_enough(REQUEST))
        await asyncio.sleep(0)
        assert not waiting.done()

    await asyncio.wait_for(waiting, 5)


async def test_of_two_under_one_id_the_last_counts() -> None:
    watch = Watch()
    acknowledgements = Acknowledgements(0.0, watch)

    with acknowledgements.sending(REQUEST):
        with acknowledgements.sending(REQUEST):
            pass
        between = await is_old_enough(acknowledgements, REQUEST)

    assert not between
    assert await is_old_enough(acknowledgements, REQUEST)


async def test_what_was_sent_over_another_door_does_not_wait() -> None:
    watch = Watch()
    acknowledgements = Acknowledgements(2.0, watch)
    watch.seconds += 2.0

    with acknowledgements.sending(OTHER):
        assert await is_old_enough(acknowledgements, REQUEST)


async def test_just_after_a_start_everything_waits() -> None:
    watch = Watch()
    acknowledgements = Acknowledgements(2.0, watch)
    watch.seconds += 1.9

    assert not await is_old_enough(acknowledgements, REQUEST)


async def test_one_that_could_not_be_sent_counts_as_sent() -> None:
    watch = Watch()
    acknowledgements = Acknowledgements(2.0, watch)
    watch.seconds += 10
    try:
        with acknowledgements.sending(REQUEST):
            raise ConnectionResetError
    except ConnectionResetError:
        pass
    watch.seconds += 2.1

    assert await is_old_enough(acknowledgements, REQUEST)
