"""Firmware images in a Device: slots, verification, distribution and activation."""
