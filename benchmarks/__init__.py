"""Measurements that claims of performance stand on: run by hand, beside a raw baseline of the same run; never tests."""
