"""Who may open which page of certificates."""

from certificates import services
from certificates.models import CertificateKind
from people.models import Role
from tests.certificates.conftest import make_exam, make_result
from tests.matrix import Row

READERS = {Role.PERSONNEL, Role.MANAGER, Role.TRAINER, Role.EXAMINER, Role.AUDITOR}


def certificate(world):
    exam = make_exam()
    kind, _created = CertificateKind.objects.get_or_create(
        code="matrix", defaults={"name": "客户服务中级工等级证书", "prefix": "YQ-ZJ", "exam": exam, "level": exam.level}
    )
    result = make_result(world.owner, world.now, exam=exam)
    return services.issue(result=result, kind=kind, now=world.now)


ROWS = [
    Row("certificates:mine", roles="everybody"),
    Row("certificates:list", roles=READERS),
    Row("certificates:detail", roles="owner", also=READERS, args=lambda world: [certificate(world).pk], outside=404),
    Row(
        "certificates:pdf",
        roles="owner",
        also={Role.PERSONNEL, Role.AUDITOR},
        args=lambda world: [certificate(world).pk],
        outside=404,
    ),
    Row(
        "certificates:revoke",
        roles={Role.PERSONNEL},
        method="post",
        args=lambda world: [certificate(world).pk],
        data=lambda world: {"reason": "考试作弊"},
        outside=404,
    ),
    Row("certificates:verify", roles="public"),
    Row("certificates:verified", roles="public", args=lambda world: [certificate(world).printed_code]),
]
