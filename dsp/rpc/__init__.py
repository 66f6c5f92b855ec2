"""The DSP's gRPC doors: read, submit, render."""
