"""Tells dashboards by MQTT what happens: events as they come, and what holds now as retained messages."""
