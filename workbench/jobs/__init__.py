"""Work beside the notebook: lanes of threads, and a child process that can be killed."""
