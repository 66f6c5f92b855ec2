"""The messages of the contracts in protos/ as records, and back: fields by name, unions as oneofs, ids parsed on the way in."""
