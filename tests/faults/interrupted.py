"""A process that Ctrl-C reaches: python -m tests.faults.interrupted"""

import os
import signal

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background has it ignored
    os.kill(os.getpid(), signal.SIGINT)
