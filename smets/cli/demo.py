"""`smets demo`: the main job of the emulator, told as a story."""

from smets.cli.options import Json


def demo(json_output: Json = False) -> None:
    """Play the loss of a Response to 11.3, and the recovery by 11.2 (SECMP0105), on a system of its own."""
    from smets.demo.run import main

    main(json=json_output)
