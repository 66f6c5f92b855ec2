"""GBCS: the messages between the DCC, Known Remote Parties and Devices, and the payloads of the firmware use cases."""
