"""Archives into the tables: listed in parts, read in processes or on a cluster, kept by one writer."""
