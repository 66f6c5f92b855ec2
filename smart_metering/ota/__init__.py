"""Firmware files: the ZigBee OTA image that DUIS carries as FirmwareImage, our manifest in it, making and inspecting."""
