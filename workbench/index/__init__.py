"""The durable record of chunks and vectors, the job that fills it, and the Chroma index made from it."""
