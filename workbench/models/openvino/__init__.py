"""Sentence encoders on OpenVINO: converted once, then run without torch."""
