"""A process that Ctrl-C reaches: python -m tests.faults.interrupted"""

import os
import signal

if __name__ == "__main__":
    os.kill(os.getpid(), signal.SIGINT)
