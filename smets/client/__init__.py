"""The Python client of the DSP's and the emulator's gRPC contracts."""
