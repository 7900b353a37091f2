"""A double of the Ollama server, the recordings it is held to, and the tests of our clients against it."""
