"""The generated code of the contracts in protos/, one package per version."""
