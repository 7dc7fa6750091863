"""A folder of documents: found, normalised one by one by supervised workers, and recorded in a manifest."""
