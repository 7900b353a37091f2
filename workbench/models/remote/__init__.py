"""What providers share that send texts to somebody else's machine: keys, consent, limits, requests, errors."""
