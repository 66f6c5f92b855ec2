"""Fleet files: which parties, premises, firmware and faults a system has, in a few lines of YAML."""
