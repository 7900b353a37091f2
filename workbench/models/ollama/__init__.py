"""Models that an Ollama server runs: the connection, what the server says of them, and embedding with one."""
