"""The pytest plugin: an emulated system for each test that asks for one, and its story where a test fails."""
