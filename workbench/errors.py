"""Everything that can go wrong, as one tree.

    WorkbenchError
    ├── InputError (ValueError)        an argument or option that cannot be used
    ├── CorpusError                    the documents could not be read
    │   └── CorpusNotFound (FileNotFoundError)
    ├── ModelError                     a model could not be loaded or gave a bad reply
    │   ├── ModelNotFound              no such model: the text says how to get it
    │   └── ServerError                a model server did not answer, or broke off
    ├── StoreError                     the folder that holds the vectors
    │   ├── StoreLocked                another process is its writer
    │   ├── StoreFull                  its disk is full or failing: nothing is lost, nothing new is kept
    │   └── StoreDamaged               what is on disk cannot be trusted
    ├── NotWritten (OSError)           a file that was to be written: no room, or no permission
    ├── ProcessEnded                   a child process died before it was done
    ├── OutOfTime (TimeoutError)       a limit of time is over
    ├── ConsentNeeded                  text would leave this machine, and nobody allowed it
    └── Cancelled                      stopped by the person, or overtaken by a newer request

`UnencryptedWarning` is no error but a warning: text crosses a network in the clear.

The text of every error says what was given, what was expected and what to do next.
"""

from workbench.shown import visible

__all__ = [
    "Cancelled",
    "ConsentNeeded",
    "CorpusError",
    "CorpusNotFound",
    "InputError",
    "ModelError",
    "ModelNotFound",
    "NotWritten",
    "OutOfTime",
    "ProcessEnded",
    "ServerError",
    "StoreDamaged",
    "StoreError",
    "StoreFull",
    "StoreLocked",
    "UnencryptedWarning",
    "WorkbenchError",
]


class WorkbenchError(Exception):
    """Base of every error that the workbench raises on purpose."""

    def __str__(self) -> str:
        """Give the text so that no terminal or cell obeys what a file, a model or a server put into it."""
        return visible(super().__str__())


class InputError(WorkbenchError, ValueError):
    """An argument or option that cannot be used."""


class CorpusError(WorkbenchError):
    """The documents could not be read."""


class CorpusNotFound(CorpusError, FileNotFoundError):
    """The path that was given is not there."""


class ModelError(WorkbenchError):
    """A model could not be loaded, or its reply cannot be used."""


class ModelNotFound(ModelError):
    """No model of that name is at hand."""


class ServerError(ModelError):
    """A model server did not answer, refused, or broke off."""


class StoreError(WorkbenchError):
    """The folder that holds the vectors cannot be used as asked."""


class StoreLocked(StoreError):
    """Another process is the writer of this store."""


class StoreFull(StoreError):
    """The disk that holds the store is full or failing: nothing was lost, and nothing new is kept."""


class StoreDamaged(StoreError):
    """What is on disk cannot be trusted."""


class NotWritten(WorkbenchError, OSError):
    """A file could not be written: there is no room, or no permission."""


class ProcessEnded(WorkbenchError):
    """A child process died before it was done: killed, or out of memory."""


class OutOfTime(WorkbenchError, TimeoutError):
    """Work was stopped because its limit of time was over."""


class ConsentNeeded(WorkbenchError):
    """Text would leave this machine and nobody has allowed that yet."""


class Cancelled(WorkbenchError):
    """The work was stopped by the person or overtaken by a newer request."""


class UnencryptedWarning(UserWarning):
    """Text crosses a network in the clear, to a server on another machine."""
