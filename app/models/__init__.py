"""All tables. One module per kind of thing; import them from here: ``from app.models import Person``."""

from app.models.cards import (
    Card,
    CardCycle,
    CardDelegation,
    CardEdit,
    CardFile,
    CardRemark,
    CardVersion,
)
from app.models.definitions import ConsentText, InstrumentVersion, RuleVersion, Setting
from app.models.execution import (
    CalendarToken,
    Evidence,
    MonitoringAnswer,
    MonitoringRound,
    Notice,
    NoticeReader,
    PlanDraft,
    PlanLetter,
    PlanMember,
    RestrictionPeriod,
    ScheduleDate,
    SchoolPlan,
    SchoolPlanLine,
)
from app.models.findings import Finding, Measure, MeasureItem
from app.models.individual import IndividualRoute
from app.models.people import Assignment, Municipality, Person, Respondent, School, Slip, Throttle, Unsealing
from app.models.reports import ReportEdition
from app.models.roadmap import ItemState, RoadmapItem, RoadmapPlan, RoadmapSection
from app.models.staff import StaffMember, Vacancy
from app.models.waves import Consent, Draft, PaperSheet, Participation, Snapshot, Submission, Wave, WaveSchool
from app.models.work import Document, Event, Job, Letter, Timetable

__all__ = [
    "Assignment",
    "CalendarToken",
    "Card",
    "CardCycle",
    "CardDelegation",
    "CardEdit",
    "CardFile",
    "CardRemark",
    "CardVersion",
    "Consent",
    "ConsentText",
    "Document",
    "Draft",
    "Event",
    "Evidence",
    "Finding",
    "IndividualRoute",
    "InstrumentVersion",
    "ItemState",
    "Job",
    "Letter",
    "Measure",
    "MeasureItem",
    "MonitoringAnswer",
    "MonitoringRound",
    "Municipality",
    "Notice",
    "NoticeReader",
    "PaperSheet",
    "Participation",
    "Person",
    "PlanDraft",
    "PlanLetter",
    "PlanMember",
    "Respondent",
    "ReportEdition",
    "RestrictionPeriod",
    "RoadmapItem",
    "RoadmapPlan",
    "RoadmapSection",
    "RuleVersion",
    "ScheduleDate",
    "School",
    "SchoolPlan",
    "SchoolPlanLine",
    "Setting",
    "Slip",
    "Snapshot",
    "StaffMember",
    "Submission",
    "Throttle",
    "Timetable",
    "Unsealing",
    "Vacancy",
    "Wave",
    "WaveSchool",
]
