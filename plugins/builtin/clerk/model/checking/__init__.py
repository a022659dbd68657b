"""Judges what a model would say to a customer: nothing passes that the shop's own data do not say."""

from comptoir.plugins.builtin.clerk.model.checking.judging import Known, why_wrong

__all__ = ["Known", "why_wrong"]
