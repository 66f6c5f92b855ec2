"""Comms Hub, HAN and Device: pure, given frames and the time, answering with effects."""
