from __future__ import annotations

from tests.fresh import run_fresh


def test_the_converter_reports_to_nobody():
    code = (
        "from workbench.models.openvino.quiet import refuse_telemetry\n"
        "refuse_telemetry()\n"
        "import openvino\n"
        "from openvino.tools.ovc import telemetry_utils\n"
        "print(telemetry_utils.tm.__name__)"
    )
    assert run_fresh(code).strip() == "openvino.tools.ovc.telemetry_stub"
