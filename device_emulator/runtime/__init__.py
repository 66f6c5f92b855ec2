"""The shell around the emulator: it follows the DSP's time, keeps the books durable, and drives the stream to the DSP."""
