"""What the published documents say: vocabulary, tables and codecs of Great Britain's smart metering system."""
