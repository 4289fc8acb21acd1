"""Reading individual routes: the owner's, the coordinator's under a live consent, everybody else's only when agreed."""

from app.answers.consents import consent_live
from app.answers.respondents import respondent_key
from app.extensions import db
from app.models import IndividualRoute, InstrumentVersion, Participation, Person, RuleVersion, Submission, Wave
from app.reach import MUNICIPAL_ROLES, school_reach

DEPARTMENT = frozenset({"methodist", "municipal"})


def find_route(route_id: int, person: Person) -> IndividualRoute | None:
    """A route that ``person`` may see at this moment."""
    route = db.session.get(IndividualRoute, route_id)
    if route is None or sealed(route, person):
        return None
    return route if route.person_id == person.id or _seen(route, person) else None


def sealed(route: IndividualRoute, person: Person) -> bool:
    """Whether the route is the person's own and older than the second slip they signed in with: closed as answers."""
    return route.person_id == person.id and person.sealed_utc is not None and route.created_utc < person.sealed_utc


def coordinated(person: Person) -> frozenset[int]:
    """Schools whose teachers may show ``person`` a profile. A head sees none, whatever else the head is there."""
    return frozenset(person.school_ids("coordinator") - person.school_ids("head"))


def is_coordinator(route: IndividualRoute, person: Person) -> bool:
    """Whether ``person`` coordinates the route's school; nobody coordinates the own route."""
    return route.person_id != person.id and route.school_id in coordinated(person)


def _seen(route: IndividualRoute, person: Person) -> bool:
    if route.agreed:
        return bool(person.roles & DEPARTMENT) or route.school_id in person.school_ids("head", "coordinator")
    key = respondent_key(route.person_id) if is_coordinator(route, person) else None
    return key is not None and consent_live(route.wave_id, key)


def coordinator_name(route: IndividualRoute) -> str:
    """«Дарьина Д. О.» of who agreed for the school; «» before."""
    person = db.session.get(Person, route.coordinator_id) if route.coordinator_id else None
    return person.short_name if person else ""


def own_routes(person: Person) -> list[IndividualRoute]:
    """The person's own, newest first."""
    wanted = db.select(IndividualRoute).where(IndividualRoute.person_id == person.id)
    found = db.session.scalars(wanted.order_by(IndividualRoute.id.desc()))
    return [route for route in found if not sealed(route, person)]


def agreed_routes(person: Person) -> list[IndividualRoute]:
    """Agreed routes within reach, by school and name."""
    reach = school_reach(person, "head", "coordinator") if not person.roles & MUNICIPAL_ROLES else None
    wanted = (
        db.select(IndividualRoute)
        .join(Person, Person.id == IndividualRoute.person_id)
        .where(IndividualRoute.teacher_agreed_utc.is_not(None), IndividualRoute.coordinator_agreed_utc.is_not(None))
        .where(IndividualRoute.person_id != person.id)
        .order_by(IndividualRoute.school_id, Person.family, Person.given)
    )
    if reach is not None:
        wanted = wanted.where(IndividualRoute.school_id.in_(reach))
    return list(db.session.scalars(wanted))


def routes_of(pairs: set[tuple[int, int]]) -> dict[tuple[int, int], IndividualRoute]:
    """(person, wave) -> route, for the list of those who show their profile."""
    wanted = db.select(IndividualRoute).where(IndividualRoute.person_id.in_([person for person, _wave in pairs]))
    return {(one.person_id, one.wave_id): one for one in db.session.scalars(wanted)}


def own_submission(person: Person, code: str) -> tuple[Participation, Wave, Submission] | None:
    """What the person has sent in the wave ``code``, unless a new slip seals it."""
    key = respondent_key(person.id)
    row = db.session.execute(
        db.select(Participation, Wave, Submission)
        .join(Wave, Wave.id == Participation.wave_id)
        .join(Submission, (Submission.wave_id == Wave.id) & (Submission.respondent_key == key))
        .where(Participation.person_id == person.id, Wave.code == code)
    ).first()
    if row is None or (person.sealed_utc and row[2].received_utc < person.sealed_utc):
        return None
    return row[0], row[1], row[2]


def versions_of(wave: Wave) -> tuple[InstrumentVersion, RuleVersion]:
    return wave.instrument_version, wave.rule_version
