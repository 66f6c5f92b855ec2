"""The engine: what the DSP decides, as a pure function of its state, an input and the time."""
