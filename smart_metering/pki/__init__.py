"""Keys and certificates of organisations and Devices: the profile of SMKI, derived from a seed for development."""
