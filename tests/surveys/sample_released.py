"""A hand-made release of five invented schools: one under five answers, one masked beside it, one homogeneous.

All figures are written by hand; nothing is computed by the program, except percents of counts (count / n * 100).
"""

from datetime import date

from surveys.definition.instrument import Instrument, load_instrument
from surveys.disclosure.released import (
    ChoiceFigures,
    GroupFigures,
    ItemFigures,
    Quadrants,
    Released,
    ScaleFigures,
    Share,
)
from surveys.report.build import ReportContext, ReportSettings, WaveFacts
from surveys.report.document import Letterhead, Signature

SECRET = 13.57  # stands in every hidden figure: it may appear in no document
BLOCKS = ("SUB", "MET", "ASM", "LOW", "PSY", "COM", "ICT", "LAW", "PRO")


def questionnaire() -> Instrument:
    """The packaged questionnaire."""
    return load_instrument("teacher_deficits")


def exact(count: int, n: int) -> Share:
    """A share that may be printed whole."""
    return Share(kind="exact", n=n, count=count, percent=100 * count / n)


def block(scale: str, n: int, mean: float, need: float, deficit: Share) -> ScaleFigures:
    """A block; the level follows the bands 80, 60, 40 of the questionnaire."""
    level = "none" if mean >= 80 else "low" if mean >= 60 else "medium" if mean >= 40 else "high"
    return ScaleFigures(scale=scale, n=n, mean=mean, need=need, level=level, deficit=deficit)


def hidden_block(scale: str, n: int, hidden: str) -> ScaleFigures:
    """A hidden block that (wrongly) still carries figures: a report must not print them."""
    share = Share(kind="hidden", n=None, count=None, percent=SECRET, hidden=hidden)
    return ScaleFigures(scale=scale, n=n, hidden=hidden, mean=SECRET, need=SECRET, level="high", deficit=share)


def school(code: str, label: str, population: int, scales: list[ScaleFigures], n: int, hidden: str | None = None):
    """One school."""
    rate = n / population
    return GroupFigures(code=code, label=label, population=population, n=n, rate=rate, hidden=hidden, scales=scales)


MEANS = (58.2, 63.4, 49.6, 45.1, 55.0, 71.3, 52.7, 82.4, 66.0)
NEEDS = (40.0, 35.5, 52.1, 61.9, 48.0, 22.4, 57.3, 15.0, 30.2)
DEFICITS_25 = (9, 8, 13, 14, 11, 5, 11, 0, 6)  # of 25; 0 is printed «менее 5»


def first_school() -> GroupFigures:
    """25 of 27 answered."""
    shares = [exact(count, 25) if count >= 5 else Share(kind="below", n=25, bound=5) for count in DEFICITS_25]
    rows = zip(BLOCKS, MEANS, NEEDS, shares, strict=True)
    scales = [block(scale, 25, mean, need, share) for scale, mean, need, share in rows]
    return school("demo1", "Школа № 1", 27, scales, 25)


def homogeneous_school() -> GroupFigures:
    """12 of 20: low coverage, nearly everybody has the same difficulty."""
    shares = [Share(kind="band_high", n=12), *[Share(kind="band_low", n=12)] * 7, Share(kind="at_least", n=12, bound=8)]
    scales = [block(scale, 12, 61.0, 20.0, share) for scale, share in zip(BLOCKS, shares, strict=True)]
    return school("demo3", "Школа № 3", 20, scales, 12)


def released() -> Released:
    """The whole release."""
    second = [block(scale, 30, 74.5, 18.0, exact(6, 30)) for scale in BLOCKS]
    small = [hidden_block(scale, 4, "primary") for scale in BLOCKS]
    masked = [hidden_block(scale, 16, "complementary") for scale in BLOCKS]
    schools = [
        first_school(),
        school("demo2", "Школа № 2", 34, second, 30),
        homogeneous_school(),
        school("demo4", "Школа № 4", 12, small, 4, "primary"),
        school("demo5", "Школа № 5", 18, masked, 16, "complementary"),
    ]
    return Released(
        wave="demo-baseline",
        instrument="teacher_deficits",
        instrument_sha256="ab" * 32,
        k=5,
        snapshot=3,
        taken_utc="2020-06-20T12:40:00+00:00",
        municipality=municipality(),
        schools=schools,
    )


def municipality() -> GroupFigures:
    """87 of 111 over five schools."""
    counts = (30, 26, 41, 44, 33, 15, 35, 6, 21)
    scales = []
    for scale, mean, need, count in zip(BLOCKS, MEANS, NEEDS, counts, strict=True):
        figures = block(scale, 87, mean, need, exact(count, 87))
        levels = {"none": 40 - count // 2, "low": 47 - count + count // 2, "medium": count - 5, "high": 5}
        scales.append(figures.model_copy(update={"levels": levels, "sd": 12.5}))
    items = [
        ItemFigures(item="LOW03", n=87, seen=87, total=87, mean_adjusted=1.44, low=exact(52, 87)),
        ItemFigures(item="ICT02", n=86, seen=87, total=87, mean_adjusted=1.61, low=exact(47, 86)),
        ItemFigures(item="ASM02", n=87, seen=87, total=87, mean_adjusted=1.93, low=exact(40, 87)),
        ItemFigures(item="ASM05", n=85, seen=87, total=87, mean_adjusted=2.05, low=exact(38, 85)),
    ]
    forms = {"1": exact(40, 87), "4": exact(30, 87), "6": exact(22, 87), "7": Share(kind="below", n=87, bound=5)}
    quadrants = Quadrants(
        n=780,
        with_request=exact(180, 780),
        hidden_deficit=exact(170, 780),
        development=exact(90, 780),
        resource=exact(340, 780),
    )
    return GroupFigures(
        code="municipality",
        label="Демонстрационный муниципальный район",
        population=111,
        n=87,
        rate=87 / 111,
        scales=scales,
        items=items,
        choices=[ChoiceFigures(item="C13", n=87, options=forms)],
        quadrants=[("all", quadrants)],
        flagged=exact(7, 87),
        sensitivity="same",
        aggregates={"hidden_share": 100 * 170 / 780, "mentor_ready": 21.0, "form_mentor": 100 * 30 / 87},
        aggregate_n={"hidden_share": 780, "mentor_ready": 87, "form_mentor": 87},
    )


def settings() -> ReportSettings:
    """A department's letterhead; the names are invented."""
    head = Letterhead(
        names=[
            "Демонстрационнэ щӀыналъэм егъэджэныгъэмкӀэ и управленэ",
            "Управление образования Демонстрационного района",
        ],
        address="361045, гор. Примерный, ул. Школьная, 1",
        place="гор. Примерный",
        number="57",
        date="25.06.2020",
        signature=Signature(position="Начальник Управления образования", name="Т.П. Светлова"),
        executor="А.П. Озёрная, тел. 0-00-00",
    )
    basis = ["приказ Управления образования от 20.05.2020 № 204 «Об утверждении дорожной карты», п. 3.9"]
    return ReportSettings(
        letterhead=head, basis=basis, author="А.П. Озёрная", made_on="2020-06-25", demo=True, status="approved"
    )


def wave() -> WaveFacts:
    """The baseline wave of June 2020."""
    return WaveFacts("demo-baseline", "Входная диагностика", "входная", date(2020, 6, 1), date(2020, 6, 20))


def context(scope: str = "municipality", **changes: object) -> ReportContext:
    """A report's context without measures and findings, unless they are given."""
    values = {"released": released(), "scope": scope, "instrument": questionnaire(), "wave": wave()}
    return ReportContext(**{**values, "settings": settings(), **changes})  # type: ignore[arg-type]
