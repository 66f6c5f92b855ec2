"""What each Device Type and generation adds to a Device: profiles and handlers by use case."""
