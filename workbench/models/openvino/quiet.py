"""Libraries of engines that report their use over the network are told not to, before they are imported."""

from __future__ import annotations

import os
import sys

__all__ = ["refuse_telemetry"]


def refuse_telemetry() -> None:
    """Keep OpenVINO from reporting its use to Google Analytics when it is imported (ran: 2026.4), and ONNX Runtime too.

    OpenVINO takes its own stub where the package that reports is not there. ONNX Runtime (ran: 1.31) reports from its
    own code, some seconds after it was imported, unless the environment forbids it. A process that has imported them
    before has its own say.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
