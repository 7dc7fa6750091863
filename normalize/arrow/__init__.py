"""Text in Arrow tables: which columns hold it, and the columns with it normalised. Needs pyarrow (extra `arrow`)."""
