from __future__ import annotations

import subprocess
import sys


def test_the_converter_reports_to_nobody():
    code = (
        "from workbench.models.openvino.quiet import refuse_telemetry\n"
        "refuse_telemetry()\n"
        "import openvino\n"
        "from openvino.tools.ovc import telemetry_utils\n"
        "print(telemetry_utils.tm.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "openvino.tools.ovc.telemetry_stub"
