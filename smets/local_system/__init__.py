"""A whole system on this machine: one DSP and one device emulator as processes, with their state in one folder."""
