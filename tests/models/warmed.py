"""What a conversion imports, loaded once for those that are forked from it."""

from workbench.models.openvino.quiet import refuse_telemetry

refuse_telemetry()

import openvino  # noqa: E402, F401
import sentence_transformers  # noqa: E402, F401
