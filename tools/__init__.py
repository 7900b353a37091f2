"""Set-up and checks behind the Makefile. Standard library alone: they run before anything is installed."""
