"""DUIS XML: records to XML and back by tables, read safely, signed and verified; every door that speaks it uses this."""
