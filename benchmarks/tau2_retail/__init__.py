"""tau2-bench's retail shop, played against the running bot by a scripted customer. README.md says how."""
