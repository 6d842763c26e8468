"""How well maps tell wrong pixels from right ones."""

from .ranking import Ranking
from .score_statistics import ScoreStatistics

__all__ = ["Ranking", "ScoreStatistics"]
