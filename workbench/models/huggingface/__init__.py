"""Models of the Hugging Face hub and of folders in its format: found, fetched, read and run."""
