"""Script: Simplified and Traditional characters, their regional forms, and which of them a text is in."""

from __future__ import annotations

from normalize.script.identification import Script, identify
from normalize.script.stage import convert, convert_many, stage, stage_many

__all__ = ["Script", "convert", "convert_many", "identify", "stage", "stage_many"]
