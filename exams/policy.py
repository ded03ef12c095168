"""Who may do what with exams, on top of people's roles and reach."""

from ipaddress import ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.core import signing
from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from exams import queries
from exams.formats import safe_browser
from exams.models import AnswerFile, Attempt, BankExchange, Candidacy, RemarkRequest, Sitting, SittingSeries
from ground.errors import Refused
from people.models import Role, User
from people.policy import has_role, staff_in_reach

TAB, FORMER_TAB = "exams.save", "exams.typing"
"""Salts of a tab's token; pages of the typing test that were opened before both became one bring the former."""
HOLDS_SITTINGS = (Role.EXAMINER, Role.PERSONNEL)
MARKS = (Role.EXAMINER,)
WRITES_QUESTIONS = (Role.TRAINER, Role.EXAMINER, Role.ADMINISTRATOR)


def token_of(attempt: Attempt) -> str:
    """The token of the newest tab. Its form stays, so that a page opened before a new release still saves after it."""
    return signing.dumps([attempt.pk, attempt.generation, attempt.candidacy.user_id], salt=TAB)


def tab_of(token: str) -> tuple[int, int, int]:
    """(attempt, generation, person) out of a signed token; raises BadSignature."""
    try:
        return tuple(signing.loads(token, salt=TAB))
    except signing.BadSignature:
        return tuple(signing.loads(token, salt=FORMER_TAB))


def candidates_in_reach(request: HttpRequest) -> QuerySet[User]:
    """The people whose sittings the person may see (or, on POST, decide)."""
    return staff_in_reach(request, *HOLDS_SITTINGS, reads=True)


def sittings_in_reach(request: HttpRequest) -> QuerySet[Sitting]:
    """Sittings opened by the person or with a candidate in reach."""
    return queries.sittings(candidates_in_reach(request), request.user)


def series_in_reach(request: HttpRequest) -> QuerySet[SittingSeries]:
    """Monthly rules made by the person, or that have opened a sitting in reach."""
    return queries.series().filter(
        Q(created_by=request.user) | Exists(sittings_in_reach(request).filter(series=OuterRef("pk")))
    )


def candidacies_in_reach(request: HttpRequest) -> QuerySet[Candidacy]:
    """Candidacies of people in reach."""
    return Candidacy.objects.filter(user__in=candidates_in_reach(request))


def attempts_in_reach(request: HttpRequest) -> QuerySet[Attempt]:
    """Attempts of people in reach."""
    return Attempt.objects.filter(candidacy__user__in=candidates_in_reach(request))


def exchanges_in_reach(request: HttpRequest) -> QuerySet[BankExchange]:
    """One's own imports and exports and those of the shell; an administrator's reach is everybody's."""
    if has_role(request, Role.ADMINISTRATOR):
        return BankExchange.objects.all()
    return BankExchange.objects.filter(Q(by=request.user) | Q(by__isnull=True))


def to_mark(request: HttpRequest) -> QuerySet[Attempt]:
    """Attempts that the person may mark: of people over whom they are an examiner, never their own."""
    staff = staff_in_reach(request, *MARKS)
    return Attempt.objects.filter(candidacy__user__in=staff).exclude(candidacy__user=request.user)


def remarks_to_answer(request: HttpRequest) -> QuerySet[RemarkRequest]:
    """Requests that the person may answer: of an answer in reach that they have not marked."""
    return queries.remark_requests(to_mark(request), request.user)


def answer_files(request: HttpRequest) -> QuerySet[AnswerFile]:
    """Files of answers that the person may open: their own, and those they may mark."""
    return AnswerFile.objects.filter(Q(attempt__candidacy__user=request.user) | Q(attempt__in=to_mark(request)))


WRONG_CODES = 10
"""How many wrong access codes a person may give in an hour."""


def check_entrance(request: HttpRequest, sitting: Sitting) -> None:
    """The network and the browser that a sitting asks for. Raises Refused; checked at the start and at every page of a paper.

    A page that passes carries the token under which answers are saved, so that saving itself need not ask again.
    """
    if sitting.addresses and not from_networks(get_adapter(request).get_client_ip(request), sitting.addresses):
        raise Refused(
            _("This exam is sat in %(place)s; this computer is in another network. Ask the invigilator.")
            % {"place": sitting.place or _("the examination room")},
            code="network",
        )
    if sitting.wants_safe_browser and not in_safe_browser(
        request.build_absolute_uri(),
        sitting.config_keys,
        sitting.browser_keys,
        config_hash=request.headers.get(safe_browser.CONFIG_HEADER, ""),
        browser_hash=request.headers.get(safe_browser.BROWSER_HEADER, ""),
    ):
        raise Refused(
            _("This exam is sat in the Safe Exam Browser. Open the settings file of this page with it."), code="browser"
        )


def check_admission(request: HttpRequest, sitting: Sitting) -> None:
    """Raises Refused for who may not come in: a wrong network or browser, or an access code not given yet."""
    check_entrance(request, sitting)
    if not knows_code(request, sitting):
        raise Refused(_("Give the access code first; the invigilator has it."), code="code")


def from_networks(address: str, networks: list[str]) -> bool:
    """Whether an address lies in one of the networks; an IPv4 address written as IPv6 counts as IPv4."""
    try:
        given = ip_address(address)
    except ValueError:
        return False
    given = getattr(given, "ipv4_mapped", None) or given
    return any(given in ip_network(network) for network in networks)


def in_safe_browser(
    url: str, config_keys: list[str], browser_keys: list[str], *, config_hash: str, browser_hash: str
) -> bool:
    """Whether a request proves every kind of key that is asked for."""
    return (not config_keys or safe_browser.proves(url, config_keys, config_hash)) and (
        not browser_keys or safe_browser.proves(url, browser_keys, browser_hash)
    )


def knows_code(request: HttpRequest, sitting: Sitting) -> bool:
    """Whether the access code as it is now has been given in this session, or none is asked."""
    known = request.session.get(_CODES, {}).get(str(sitting.pk), "")
    return not sitting.access_code or constant_time_compare(known, _seal(sitting))


def give_code(request: HttpRequest, sitting: Sitting, code: str) -> None:
    """Remembers in this session that the person knows the code. Raises Refused when it is wrong, or was too often."""
    count_codes(request)
    if not constant_time_compare(code.strip().casefold(), sitting.access_code.casefold()):
        count_wrong_code(request)
        raise Refused(_("This is not the access code."), code="code")
    request.session[_CODES] = {**request.session.get(_CODES, {}), str(sitting.pk): _seal(sitting)}


def count_codes(request: HttpRequest) -> None:
    """Raises Refused when the person gave too many wrong codes in this hour."""
    if cache.get(_wrong(request), 0) >= WRONG_CODES:
        raise Refused(_("Too many wrong codes. Ask the invigilator, or try again in the next hour."), code="too_often")


def count_wrong_code(request: HttpRequest) -> None:
    """Counts one more wrong code."""
    cache.add(_wrong(request), 0, 3600)
    cache.incr(_wrong(request))


def _wrong(request: HttpRequest) -> str:
    return f"exams-code:{request.user.pk}:{request.now:%Y%m%d%H}"


_CODES = "exams.codes"


def _seal(sitting: Sitting) -> str:
    """What a session keeps instead of the code; another code has another seal."""
    return salted_hmac(_CODES, f"{sitting.pk}:{sitting.access_code}", algorithm="sha256").hexdigest()
