"""What few rules add to the confidence, fitted on whole documents."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

# Far more than any fit gives.
_MAX_ADDITION = 2.0


@dataclass(frozen=True, slots=True)
class FewRulesOutcomes:
    """The decisions about n documents under some rules, (n,) each.

    `log_odds` are those of what was chosen, `fewness` is how much its few rules count.
    """

    log_odds: npt.NDArray[np.float64]
    is_right: npt.NDArray[np.bool_]
    fewness: npt.NDArray[np.float64]


def fit_few_rules(drawn: Sequence[FewRulesOutcomes]) -> float:
    """Return the addition under which the confidence agrees best with what was right.

    Minimises the mean logarithmic loss; it is never negative.
    """
    log_odds = np.concatenate([outcomes.log_odds for outcomes in drawn])
    signs = np.where(np.concatenate([outcomes.is_right for outcomes in drawn]), 1.0, -1.0)
    fewness = np.concatenate([outcomes.fewness for outcomes in drawn])

    def loss(addition: float) -> float:
        return float(np.logaddexp(0.0, -signs * (log_odds + addition * fewness)).mean())

    fitted = minimize_scalar(loss, bounds=(0.0, _MAX_ADDITION), method="bounded").x
    return round(float(fitted), 4)
