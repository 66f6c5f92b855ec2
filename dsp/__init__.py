"""The DSP: the DCC's request router, access control, Smart Metering Inventory and scheduler."""
