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
from app.models.findings import Finding, Measure, MeasureItem
from app.models.people import Assignment, Municipality, Person, Respondent, School, Slip, Throttle
from app.models.roadmap import ItemState, RoadmapItem, RoadmapPlan, RoadmapSection
from app.models.staff import StaffMember, Vacancy
from app.models.waves import Consent, Draft, Participation, Snapshot, Submission, Wave, WaveSchool
from app.models.work import Document, Event, Job

__all__ = [
    "Assignment",
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
    "Finding",
    "InstrumentVersion",
    "ItemState",
    "Job",
    "Measure",
    "MeasureItem",
    "Municipality",
    "Participation",
    "Person",
    "Respondent",
    "RoadmapItem",
    "RoadmapPlan",
    "RoadmapSection",
    "RuleVersion",
    "School",
    "Setting",
    "Slip",
    "Snapshot",
    "StaffMember",
    "Submission",
    "Throttle",
    "Vacancy",
    "Wave",
    "WaveSchool",
]
