"""Korean regulations that rules may name: an editable reference, not legal advice; a site's own texts come first."""

import re
from collections.abc import Mapping

_KO = "산업안전보건기준에 관한 규칙"
_EN = "Rules on Occupational Safety and Health Standards"

_NUMBER = re.compile(r"(?=.*[0-9-])[A-Za-z0-9]+([-_.][A-Za-z0-9]+)*")


def is_number(name: str) -> bool:
    """Whether a rule's `regulation` can only be meant as an id like kr-20, and not as a text of its own."""
    return _NUMBER.fullmatch(name) is not None


def _article(number: str, title_ko: str, title_en: str, says_ko: str, says_en: str) -> dict[str, str]:
    of_ko, dash, sub = number.partition("-")
    article_ko = f"제{of_ko}조" + (f"의{sub}" if dash else "")
    return {
        "ko": f"{_KO} {article_ko}({title_ko}): {says_ko}",
        "en": f"{_EN} (Korea), Article {number} ({title_en}): {says_en}",
    }


KOREA: Mapping[str, Mapping[str, str]] = {
    "kr-20": _article(
        "20",
        "출입의 금지 등",
        "no entry",
        "위험한 작업이나 장소에는 울타리를 설치하는 등 관계 근로자가 아닌 사람의 출입을 금지한다.",
        "keep everyone but the workers concerned out of dangerous places, with fences or the like.",
    ),
    "kr-32": _article(
        "32",
        "보호구의 지급 등",
        "protective equipment",
        "작업조건에 맞는 보호구(안전모, 안전대, 안전화, 보안경 등)를 지급하고 착용하도록 한다.",
        "provide protective equipment that suits the work (helmet, harness, shoes, goggles, …) and have it worn.",
    ),
    "kr-33": _article(
        "33",
        "보호구의 관리",
        "care of protective equipment",
        "보호구는 언제든지 쓸 수 있도록 관리하고 청결을 유지한다.",
        "keep protective equipment ready for use and clean.",
    ),
    "kr-42": _article(
        "42",
        "추락의 방지",
        "prevention of falls",
        "근로자가 추락할 위험이 있는 장소에서는 작업발판을 설치하는 등 추락을 막는 조치를 한다.",
        "where workers may fall from a height, prevent it with work platforms or other measures.",
    ),
    "kr-43": _article(
        "43",
        "개구부 등의 방호 조치",
        "guarding of openings",
        "추락할 위험이 있는 작업발판과 통로의 끝, 개구부에는 안전난간, 울타리, 덮개 등을 설치한다.",
        "guard ends of platforms and passages and openings with railings, fences or covers.",
    ),
    "kr-98": _article(
        "98",
        "제한속도의 지정 등",
        "speed limits",
        "차량계 하역운반기계와 차량계 건설기계는 작업 장소에 맞는 제한속도를 정하여 지키게 한다.",
        "set speed limits for handling and construction vehicles that suit the place, and have them kept.",
    ),
    "kr-99": _article(
        "99",
        "운전위치 이탈 시의 조치",
        "leaving the driver's seat",
        "운전자가 운전위치를 떠날 때에는 장치를 내려 두고 원동기를 정지시키는 등 갑작스러운 움직임을 막는다.",
        "a driver who leaves the seat lowers the attachments, stops the engine and prevents sudden movement.",
    ),
    "kr-172": _article(
        "172",
        "접촉의 방지",
        "contact with handling vehicles",
        "차량계 하역운반기계등에 접촉할 위험이 있는 장소에는 작업지휘자나 유도자 없이 근로자를 출입시키지 않는다.",
        "keep workers out of where handling vehicles may hit them, unless a leader or guide directs the work.",
    ),
    "kr-200": _article(
        "200",
        "접촉 방지",
        "contact with construction vehicles",
        "차량계 건설기계에 접촉할 위험이 있는 장소에는 유도자 없이 근로자를 출입시키지 않는다.",
        "keep workers out of where construction vehicles may hit them, unless a guide directs the work.",
    ),
    "kr-241-2": _article(
        "241-2",
        "화재감시자",
        "fire watch",
        "화재 위험이 큰 용접·용단 작업 장소에는 화재감시자를 지정하여 배치한다.",
        "post a fire watch where welding or cutting may start a fire.",
    ),
    "kr-623": _article(
        "623",
        "감시인의 배치 등",
        "attendants",
        "밀폐공간에서 작업하는 동안 바깥에 감시인을 배치한다.",
        "keep an attendant outside while somebody works in a confined space.",
    ),
}
"""Id to the article's title and gist in our words, by language. Check them against the law in force before use."""
