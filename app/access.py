"""Who may open what: one table, deny by default. The code and the tests read the same rows.

A row names the roles that may call a route and how far they reach. The reach is applied by the queries (a scope is an
argument of each query), and what lies outside it answers 404.
"""

from dataclasses import dataclass

from flask import Response, abort, redirect, request, url_for
from flask_login import current_user

STAFF = ("methodist", "municipal", "admin")
SCHOOL = ("teacher", "head", "coordinator")
EVERYBODY = (*SCHOOL, *STAFF)
KEEPERS = ("coordinator", "municipal", "admin")  # who keep lists of people and print slips


@dataclass(frozen=True)
class Access:
    """``reach`` is «public», «own» (the person's own things), «school» (schools of the role) or «municipality»."""

    roles: tuple[str, ...]
    reach: str


PUBLIC = Access((), "public")
SIGNED_IN = Access(EVERYBODY, "own")


def may(*roles: str, reach: str) -> Access:
    return Access(roles, reach)


ACCESS: dict[str, Access] = {
    "static": PUBLIC,
    "home.health": PUBLIC,
    "home.ready": PUBLIC,
    "home.look": PUBLIC,
    "home.language": PUBLIC,
    "home.privacy": PUBLIC,
    "home.help_page": PUBLIC,
    "home.index": SIGNED_IN,
    # auth
    "auth.login": PUBLIC,
    "auth.slip_login": PUBLIC,
    "auth.slip_link": PUBLIC,
    "auth.first": PUBLIC,  # only with the code of a slip typed in this browser
    "auth.report": PUBLIC,
    "auth.logout": SIGNED_IN,
    # questionnaires: one's own answers only
    **dict.fromkeys(
        (
            "questionnaires.index",
            "questionnaires.start",
            "questionnaires.begin",
            "questionnaires.refusal",
            "questionnaires.refuse",
            "questionnaires.step",
            "questionnaires.save_step",
            "questionnaires.save",
            "questionnaires.more",
            "questionnaires.save_more",
            "questionnaires.check",
            "questionnaires.send",
            "questionnaires.receipt",
            "questionnaires.profile",
            "questionnaires.own.mine",
            "questionnaires.own.export",
            "questionnaires.own.erase",
            "questionnaires.own.withdraw",
            "questionnaires.own.show",
            "questionnaires.own.not_on_paper",
            "questionnaires.own.profile_file",
            "questionnaires.languages.choose",
        ),
        may(*SCHOOL, reach="own"),
    ),
    "auth.account": SIGNED_IN,
    "auth.leave_everywhere": SIGNED_IN,
    "auth.shared": SIGNED_IN,
    "auth.open_earlier": SIGNED_IN,
    # individual routes: one's own; the coordinator's under a live consent; agreed ones by reach
    "individual.index": may(*SCHOOL, "methodist", "municipal", reach="school"),
    "individual.show": may(*SCHOOL, "methodist", "municipal", reach="school"),
    "individual.printout": may(*SCHOOL, "methodist", "municipal", reach="school"),
    "individual.profile": may("coordinator", reach="school"),
    "individual.draft": may(*SCHOOL, reach="own"),
    "individual.save": may(*SCHOOL, reach="school"),
    "individual.agree": may(*SCHOOL, reach="school"),
    "individual.finish": may(*SCHOOL, reach="school"),
    # people: a role sees its schools; what may be changed there is narrowed by app/people/rights.py
    "people.index": may("head", "coordinator", *STAFF, reach="school"),
    "people.show": may("head", "coordinator", *STAFF, reach="school"),
    "people.add": may(*KEEPERS, reach="school"),
    "people.edit": may(*KEEPERS, reach="school"),
    "people.give": may(*KEEPERS, reach="school"),
    "people.take": may(*KEEPERS, reach="school"),
    "people.access": may(*KEEPERS, reach="school"),
    "people.slips.choose": may(*KEEPERS, reach="school"),
    "people.slips.print_sheet": may(*KEEPERS, reach="school"),
    "people.slips.print_one": may(*KEEPERS, reach="school"),
    "people.slips.void": may(*KEEPERS, reach="school"),
    **dict.fromkeys(
        ("people.unsealing.index", "people.unsealing.ask", "people.unsealing.confirm", "people.unsealing.refuse"),
        may(*STAFF, reach="municipality"),
    ),
    "people.terms.terms": may("municipal", "admin", reach="municipality"),
    "people.terms.keep": may("municipal", "admin", reach="municipality"),
    "people.files.upload": may(*KEEPERS, reach="school"),
    "people.files.apply": may(*KEEPERS, reach="own"),
    "people.files.progress": may(*KEEPERS, reach="own"),
    # roadmap: a school sees and marks its own states, the municipal coordinator all, others read
    "roadmap.index": may("head", "coordinator", *STAFF, reach="school"),
    "roadmap.item": may("head", "coordinator", *STAFF, reach="school"),
    "roadmap.mark": may("head", "coordinator", "municipal", reach="school"),
    "roadmap.review": may("municipal", reach="municipality"),
    "roadmap.calendar": PUBLIC,  # whoever has the revocable address
    "roadmap.digest": may("head", "coordinator", *STAFF, reach="own"),
    "roadmap.make_calendar": may("head", "coordinator", *STAFF, reach="own"),
    "roadmap.revoke_calendar": may("head", "coordinator", *STAFF, reach="own"),
    "roadmap.digest_all": may("municipal", reach="municipality"),
    "roadmap.months": may("head", "coordinator", *STAFF, reach="own"),
    "roadmap.report": may("head", "coordinator", *STAFF, reach="own"),
    "roadmap.report_file": may("head", "coordinator", "methodist", "municipal", reach="own"),
    "roadmap.people": may("head", "coordinator", *STAFF, reach="own"),
    "roadmap.member": may("head", "coordinator", "municipal", reach="school"),
    "roadmap.member_file": may("head", "coordinator", *STAFF, reach="school"),
    "roadmap.history_csv": may("municipal", "admin", reach="municipality"),
    "roadmap.schools": may("head", "coordinator", *STAFF, reach="school"),
    "roadmap.school_plan": may("head", "coordinator", *STAFF, reach="school"),
    "roadmap.school_take": may("head", "coordinator", reach="school"),
    "roadmap.school_line": may("head", "coordinator", reach="school"),
    "roadmap.school_approve": may("head", reach="school"),
    "roadmap.monitoring": may("head", "coordinator", "methodist", "municipal", reach="own"),
    "roadmap.monitoring_round": may("head", "coordinator", "methodist", "municipal", reach="own"),
    "roadmap.monitoring_answer": may("head", "coordinator", "methodist", "municipal", reach="school"),
    "roadmap.monitoring_close": may("municipal", reach="municipality"),
    "roadmap.measures": may("head", "coordinator", *STAFF, reach="school"),
    "roadmap.measure": may("head", "coordinator", *STAFF, reach="school"),
    "roadmap.measure_file": may("head", "coordinator", *STAFF, reach="school"),
    "roadmap.upload": may("municipal", reach="municipality"),
    "roadmap.reading": may("municipal", reach="municipality"),
    "roadmap.amend": may("municipal", reach="municipality"),
    "roadmap.schedule": may("municipal", reach="municipality"),
    "roadmap.unschedule": may("municipal", reach="municipality"),
    "roadmap.document": may("municipal", reach="municipality"),
    "roadmap.restrictions": may("municipal", reach="municipality"),
    "roadmap.days_off": may("municipal", reach="municipality"),
    "roadmap.read": may("head", "coordinator", *STAFF, reach="own"),
    "roadmap.notice_file": may("head", "coordinator", *STAFF, reach="own"),
    "roadmap.file": may("head", "coordinator", *STAFF, reach="school"),
    # cards: heads their own, coordinators what was given to them, the district all
    "cards.index": may("head", "coordinator", "methodist", "municipal", reach="school"),
    "cards.card": may("head", "coordinator", "methodist", "municipal", reach="school"),
    "cards.section": may("head", "coordinator", "methodist", "municipal", reach="school"),
    "cards.save": may("head", "coordinator", reach="school"),
    "cards.file": may("head", "coordinator", "methodist", "municipal", reach="school"),
    "cards.delegate": may("head", reach="school"),
    "cards.recount": may("head", reach="school"),
    "cards.answer": may("head", reach="school"),
    "cards.sign": may("head", reach="school"),
    "cards.send": may("head", reach="school"),
    "cards.unlock": may("head", "methodist", "municipal", reach="school"),
    "cards.version": may("head", "methodist", "municipal", reach="school"),
    "cards.reading": may("head", "methodist", "municipal", reach="school"),
    "cards.printout": may("head", "methodist", "municipal", reach="school"),
    "cards.review": may("methodist", "municipal", reach="municipality"),
    "cards.return_card": may("methodist", "municipal", reach="municipality"),
    "cards.accept": may("methodist", "municipal", reach="municipality"),
    "cards.cycles": may("methodist", "municipal", reach="municipality"),
    "cards.open_cycle": may("methodist", "municipal", reach="municipality"),
    "cards.cycle": may("methodist", "municipal", reach="municipality"),
    "cards.move_cycle": may("methodist", "municipal", reach="municipality"),
    "cards.cancel_cycle": may("methodist", "municipal", reach="municipality"),
    "cards.thresholds": may("methodist", "municipal", reach="municipality"),
    "cards.workbook": may("methodist", "municipal", reach="municipality"),
    # staff: heads their own school, the district all
    "staff.index": may("head", "methodist", "municipal", reach="school"),
    "staff.school": may("head", "methodist", "municipal", reach="school"),
    "staff.member": may("head", "methodist", "municipal", reach="school"),
    "staff.save_member": may("head", "methodist", "municipal", reach="school"),
    "staff.add_vacancy": may("head", "methodist", "municipal", reach="school"),
    "staff.close_vacancy": may("head", "methodist", "municipal", reach="school"),
    "staff.upload": may("head", "methodist", "municipal", reach="school"),
    "staff.apply": may("head", "methodist", "municipal", reach="own"),
    "staff.sample": may("head", "methodist", "municipal", reach="own"),
    # instruments: definitions belong to the whole municipality
    **dict.fromkeys(
        (
            "instruments.index",
            "instruments.upload",
            "instruments.upload_next",
            "instruments.show",
            "instruments.decide",
            "instruments.throw_away",
            "instruments.switch_control",
            "instruments.exports.form",
            "instruments.exports.bands",
            "instruments.exports.upload_bands",
            "instruments.exports.blank",
            "instruments.preview.frame",
            "instruments.preview.page",
            "instruments.rules.show",
            "instruments.rules.upload",
            "instruments.rules.export",
            "instruments.rules.decide",
            "instruments.rules.throw_away",
        ),
        may(*STAFF, reach="municipality"),
    ),
    # waves, analysis, findings, reports
    "waves.index": may("methodist", "municipal", "head", "coordinator", reach="school"),
    "waves.create": may("methodist", "municipal", reach="municipality"),
    "waves.edit": may("methodist", "municipal", reach="municipality"),
    "waves.open_draft": may("methodist", "municipal", reach="municipality"),
    "waves.throw_away": may("methodist", "municipal", reach="municipality"),
    "waves.board": may("methodist", "municipal", "head", "coordinator", reach="school"),
    "waves.invite": may("methodist", "municipal", reach="municipality"),
    "waves.school": may("coordinator", reach="school"),
    "waves.paper.index": may("methodist", "municipal", "coordinator", reach="school"),
    "waves.paper.mark": may("coordinator", reach="school"),
    "waves.paper.print_new": may("methodist", "municipal", reach="municipality"),
    "waves.paper.find": may("methodist", "municipal", reach="municipality"),
    "waves.paper.enter": may("methodist", "municipal", reach="municipality"),
    "waves.exporting.board": may("methodist", "municipal", "head", "coordinator", reach="school"),
    "waves.reminders.index": may("methodist", "municipal", "coordinator", reach="school"),
    "waves.reminders.notice": may("methodist", "municipal", "coordinator", reach="school"),
    "waves.reminders.send_now": may("methodist", "municipal", "coordinator", reach="school"),
    "waves.reminders.schedule": may("methodist", "municipal", reach="municipality"),
    "waves.extend": may("methodist", "municipal", reach="municipality"),
    "waves.close": may("methodist", "municipal", reach="municipality"),
    "waves.recount": may("methodist", "municipal", reach="municipality"),
    "waves.analysis": may("methodist", "municipal", "head", "coordinator", reach="school"),
    "findings.index": may("methodist", "municipal", "head", "coordinator", reach="school"),
    "findings.decide": may("methodist", "municipal", reach="municipality"),
    "findings.edit": may("methodist", "municipal", reach="municipality"),
    "findings.approve": may("methodist", "municipal", reach="municipality"),
    "exports.ask": may("methodist", reach="municipality"),
    "reports.index": may("methodist", "municipal", "head", "coordinator", reach="own"),
    "reports.preview": may("methodist", "municipal", "head", "coordinator", reach="school"),
    "reports.create": may("methodist", "municipal", "head", "coordinator", reach="school"),
    "reports.download": may("methodist", "municipal", "head", "coordinator", reach="own"),
    "reports.cancel_job": may("methodist", "municipal", "head", "coordinator", reach="own"),
    "reports.edit_section": may("methodist", "municipal", reach="municipality"),
    "reports.approve": may("methodist", "municipal", reach="municipality"),
    "reports.renew": may("methodist", "municipal", reach="municipality"),
    "reports.settings": may("methodist", "municipal", reach="municipality"),
}


def guard_request() -> Response | None:
    """Before each request: refuse whatever the table does not allow."""
    endpoint = request.endpoint
    if endpoint is None:
        return None  # an unknown address: the 404 page
    access = ACCESS.get(endpoint)
    if access is None:
        abort(404)
    if access.reach == "public":
        return None
    if not current_user.is_authenticated:
        if request.method == "GET":
            return redirect(url_for("auth.login", next=request.full_path.rstrip("?")))  # type: ignore[return-value]
        abort(401)
    if not current_user.roles & set(access.roles):
        abort(403)
    return None


def allowed(endpoint: str) -> bool:
    """Whether the person signed in may call ``endpoint``; menus and links ask this."""
    access = ACCESS.get(endpoint)
    if access is None:
        return False
    if access.reach == "public":
        return True
    return current_user.is_authenticated and bool(current_user.roles & set(access.roles))
