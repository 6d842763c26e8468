"""Giving a set of images another domain's look, with a trained translator."""

from .stage import run_translate_stage
from .translation_writer import TranslationWriter
from .translator import Translator

__all__ = ["TranslationWriter", "Translator", "run_translate_stage"]
