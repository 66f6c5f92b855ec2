"""The main job as a story: a lost Response and its recovery, told on real processes, real bytes and virtual time."""
