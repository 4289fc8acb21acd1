"""A power cut right after an acknowledgement: replayed from the product's own writes."""

import pytest

from benchmarks.powerloss.__main__ import UNSAFE, try_settings

pytestmark = pytest.mark.strace


def test_every_acknowledged_submission_survives_a_power_cut() -> None:
    verdict = try_settings(12, None)
    assert (verdict.checked, verdict.lost) == (12, 0), verdict.first


@pytest.mark.parametrize("settings", UNSAFE, ids=" + ".join)
def test_replay_sees_the_loss_under_settings_that_the_product_refuses(settings: tuple[str, str]) -> None:
    verdict = try_settings(5, settings)
    assert verdict.lost == 5
