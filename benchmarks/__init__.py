"""What is fast enough, measured against named peers in the same run."""
