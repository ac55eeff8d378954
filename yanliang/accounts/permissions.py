"""What each role may do (domain rules §1), one predicate a right; which rows is `visible_to`'s question."""

from .enums import RegionLevel, Role

OFFICE = frozenset({Role.RECORDER, Role.OFFICE_LEAD})
BUREAU = frozenset({Role.BUREAU_CLERK, Role.BUREAU_LEAD})
BUSINESS = frozenset(Role) - {Role.KEEPER}
PROBLEM_WORKERS = OFFICE | BUREAU


def has_role(staff, roles: frozenset[str]) -> bool:
    return bool(staff.is_authenticated and staff.is_active and staff.role in roles)


def may_see_business(staff) -> bool:
    """Everybody but the keeper, who keeps accounts and does no business acts."""
    return has_role(staff, BUSINESS) and bool(staff.scope_code)


def may_import_roster(staff) -> bool:
    return has_role(staff, OFFICE)


def may_edit_household(staff) -> bool:
    return has_role(staff, OFFICE)


def may_inspect(staff) -> bool:
    """Street offices inspect; a village's inspections are reviewed by its office."""
    return has_role(staff, OFFICE | {Role.VILLAGE})


def may_correct_inspection(staff) -> bool:
    return has_role(staff, OFFICE)


def may_review_inspection(staff) -> bool:
    return has_role(staff, frozenset({Role.OFFICE_LEAD}))


def may_confirm_removal(staff) -> bool:
    """无需排查 needs the bureau's word (domain rules §2)."""
    return has_role(staff, BUREAU)


def may_see_appraisal_queue(staff) -> bool:
    return has_role(staff, BUREAU | {Role.SUPERVISOR})


def may_appraise(staff) -> bool:
    """Assign appraisals and record their results: the bureau organises them (domain rules §2)."""
    return has_role(staff, BUREAU)


def may_rule(staff) -> bool:
    """Record what the leading group decided."""
    return has_role(staff, frozenset({Role.BUREAU_LEAD}))


def may_warn(staff) -> bool:
    """Report that a safe house is safe no longer."""
    return has_role(staff, BUREAU | {Role.OFFICE_LEAD})


def may_withdraw_warning(staff) -> bool:
    """Take back a warning that was recorded by mistake."""
    return has_role(staff, frozenset({Role.BUREAU_LEAD}))


def may_take_photos(staff) -> bool:
    """Upload photos of a household, to go with a visit or a warning."""
    return may_inspect(staff) or may_warn(staff)


def may_record_renovation(staff) -> bool:
    """The bureau keeps the records of renovation, acceptance and other safe housing (domain rules §1)."""
    return has_role(staff, BUREAU)


def may_withdraw_acceptance(staff) -> bool:
    """What was accepted is taken back by the bureau's lead alone."""
    return has_role(staff, frozenset({Role.BUREAU_LEAD}))


def may_raise_problem(staff) -> bool:
    """Enter a problem in the ledger; a village files monitoring reports instead."""
    return has_role(staff, OFFICE | BUREAU | {Role.SUPERVISOR})


def may_work_on_problem(staff) -> bool:
    """Name who answers for it, log what was done, add proof, ask for 销号."""
    return has_role(staff, PROBLEM_WORKERS)


def may_verify_problem(staff) -> bool:
    """Strike a problem off, or return it, and extend or void it (domain rules §5)."""
    return has_role(staff, BUREAU)


def may_reopen_problem(staff) -> bool:
    return has_role(staff, BUREAU | {Role.SUPERVISOR})


def may_keep_problem_kinds(staff) -> bool:
    return has_role(staff, BUREAU)


def may_see_problem_rules(staff) -> bool:
    """Run the rules over the register, and read what they found."""
    return has_role(staff, BUREAU)


def may_import_problems(staff) -> bool:
    """Bring in a feedback list from above, or an exported ledger."""
    return has_role(staff, OFFICE | BUREAU)


def may_supervise(staff) -> bool:
    """Record supervision visits; who may read their rows sees them."""
    return has_role(staff, BUREAU | {Role.SUPERVISOR})


def may_void_visits(staff) -> bool:
    """Declare any visit void; whoever recorded one may do so for it."""
    return has_role(staff, frozenset({Role.BUREAU_LEAD}))


def may_see_visits(staff) -> bool:
    return has_role(staff, OFFICE | BUREAU | {Role.SUPERVISOR, Role.VIEWER})


def may_report_doubt(staff) -> bool:
    """File a monitoring report about a house (domain rules §1)."""
    return has_role(staff, OFFICE | {Role.VILLAGE})


def may_answer_report(staff) -> bool:
    """Say what a monitoring report comes to."""
    return has_role(staff, BUREAU | {Role.OFFICE_LEAD})


def may_call_recheck(staff) -> bool:
    """Put households on a re-check list after a disaster."""
    return has_role(staff, OFFICE | BUREAU)


def may_record_recheck(staff) -> bool:
    return has_role(staff, OFFICE | {Role.VILLAGE})


def may_keep_duties(staff) -> bool:
    """Say who watches where, and when they were there."""
    return has_role(staff, OFFICE)


def may_name_leaders(staff) -> bool:
    """Say who leads a street office (街办主要领导)."""
    return has_role(staff, OFFICE | BUREAU)


def may_see_full_id(staff) -> bool:
    """Staff who work with the papers may ask for a full number; every look is in the trail (domain rules §9)."""
    return has_role(staff, OFFICE | BUREAU)


def may_see_national(staff) -> bool:
    """How far the entry into the national system is."""
    return has_role(staff, OFFICE | BUREAU | {Role.SUPERVISOR})


def may_enter_national(staff) -> bool:
    """Take away the rows to enter, with full numbers, and bring the references back."""
    return has_role(staff, OFFICE | BUREAU)


def may_edit_national_layout(staff) -> bool:
    return has_role(staff, BUREAU)


def may_name_secretaries(staff) -> bool:
    """Say who is 第一书记 of which village."""
    return has_role(staff, OFFICE | BUREAU)


def may_see_weeks(staff) -> bool:
    """Which offices have submitted the week, and what; a village and a department have no part in it."""
    return has_role(staff, OFFICE | BUREAU | {Role.SUPERVISOR, Role.VIEWER})


def may_watch_weeks(staff) -> bool:
    """See all offices' weeks side by side, and the district's report: whoever sees weeks and is of no single office."""
    return may_see_weeks(staff) and len(staff.scope_code) <= RegionLevel.DISTRICT


def may_prepare_week(staff) -> bool:
    """Write and keep the text that goes with the office's figures."""
    return has_role(staff, OFFICE)


def may_submit_week(staff) -> bool:
    """Submit the week in the office's name (domain rules §1)."""
    return has_role(staff, frozenset({Role.OFFICE_LEAD}))


def may_review_week(staff) -> bool:
    """Accept or return what an office submitted, grant it an exception, write the district's text."""
    return has_role(staff, BUREAU)


def may_lock_week(staff) -> bool:
    """Lock and unlock the district's week, forward it to the city, correct it (domain rules §1)."""
    return has_role(staff, frozenset({Role.BUREAU_LEAD}))


def may_edit_annex_layout(staff) -> bool:
    return has_role(staff, BUREAU)


def may_keep_city_workbooks(staff) -> bool:
    """Bring in the city's own workbook for Annex 2: a setting, so the keeper's too."""
    return has_role(staff, frozenset({Role.KEEPER, Role.BUREAU_LEAD}))


def may_export(staff) -> bool:
    return has_role(staff, BUSINESS - {Role.VILLAGE})


def may_keep_accounts(staff) -> bool:
    return has_role(staff, frozenset({Role.KEEPER}))


def may_read_trail(staff) -> bool:
    return has_role(staff, frozenset({Role.KEEPER, Role.BUREAU_LEAD}))
