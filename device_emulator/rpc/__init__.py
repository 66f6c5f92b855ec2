"""The emulator's gRPC doors: the hubs' side of the SM WAN, and fleet control."""
