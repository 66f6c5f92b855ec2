"""Comms Hubs, their HANs and Devices, emulated on the far side of the SM WAN."""
