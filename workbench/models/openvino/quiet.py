"""Libraries of engines that report their use over the network are told not to, before they are imported."""

from __future__ import annotations

import sys

__all__ = ["refuse_telemetry"]


def refuse_telemetry() -> None:
    """Keep OpenVINO from reporting its use to Google Analytics, which it does when it is imported (ran: 2026.4).

    It takes its own stub where the package that reports is not there. A process that has imported it before has its
    own say.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
