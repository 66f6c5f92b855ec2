"""The shell around the engine: it holds the time, keeps the books durable, and carries out what the engine wishes."""
