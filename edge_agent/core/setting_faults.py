"""What is wrong with a node's file, in the language of who asked: keys stay as they are written, the fault is told."""

import re
from collections.abc import Mapping

from edge_agent.core.status_words import Language
from shared.errors import Rejected

_KOREAN: Mapping[str, str] = {
    r"is not a known key": "알 수 없는 항목입니다",
    r"is missing": "항목이 없습니다",
    r"Input should be (?:a valid )?(?:string|text).*": "문자열이어야 합니다",
    r"Input should be a valid integer.*": "정수여야 합니다",
    r"Input should be a (?:valid|finite) number.*": "숫자여야 합니다",
    r"Input should be a valid boolean.*": "true 또는 false여야 합니다",
    r"Input should be a valid (?:list|tuple|array).*": "목록([ ])이어야 합니다",
    r"Input should be a valid dictionary.*|Input should be an object.*": "표([…])여야 합니다",
    r"Input (?:should be|is not) a valid path.*": "경로여야 합니다",
    r"Input should be greater than or equal to (\S+)": "{0} 이상이어야 합니다",
    r"Input should be less than or equal to (\S+)": "{0} 이하여야 합니다",
    r"Input should be greater than (\S+)": "{0}보다 커야 합니다",
    r"Input should be ('.+)": "다음 중 하나여야 합니다: {0}",
    r"String should match pattern (.+)": "형식이 맞지 않습니다({0})",
    r"String should have at (most|least) (\d+) characters?": "글자 수가 맞지 않습니다({0} {1})",
    r"\w+ should have at least (\d+) items? after validation, not (\d+)": "{0}개 이상이어야 하는데 {1}개입니다",
    r"\w+ should have at most (\d+) items? after validation, not (\S+)": "{0}개 이하여야 하는데 {1}개입니다",
    r"holds a zero byte": "0 바이트가 들어 있습니다",
    r"two cameras have the same name": "이름이 같은 카메라가 둘 있습니다",
    r"give either (\w+) or (\w+)": "{0}, {1} 중 하나만 정하십시오",
    r"give (\w+) or (\w+), not both": "{0}, {1} 중 하나만 정하십시오",
    r"a camera's windows need time_zone, the site's own time": "카메라의 시간표에는 time_zone(현장 시간)이 필요합니다",
    r"upload\.windows need time_zone, the site's own time": "upload.windows에는 time_zone(현장 시간)이 필요합니다",
    r"(.+) is no time zone known here": "{0}은(는) 알 수 없는 시간대입니다",
    r"broker\.tls needs ca_file or ca_pem": "broker.tls에는 ca_file 또는 ca_pem이 필요합니다",
    r'(\w+) = "schedule" and (\w+) belong together': '{0} = "schedule"과 {1}는 함께 정해야 합니다',
    r"certificate and key belong together": "certificate와 key는 함께 정해야 합니다",
    r"(.+): No such file or directory": "{0} 파일이 없습니다",
    r"(.+): Permission denied": "{0}: 읽을 권한이 없습니다",
    r"(.+): Is a directory": "{0}: 파일이 아니라 폴더입니다",
    r"(.+) is larger than (\d+) bytes": "{0}: {1}바이트보다 큽니다",
    r"(.+) is not TOML: (.+)": "{0}: TOML 형식이 아닙니다({1})",
    r"(.+) holds a secret and is open to everybody: chmod 600": (
        "{0}: 비밀이 담긴 파일을 누구나 읽을 수 있습니다. chmod 600으로 막으십시오"
    ),
    r"names a host that may not be a camera: see camera_hosts": (
        "카메라로 허용되지 않은 호스트입니다. camera_hosts를 확인하십시오"
    ),
    r"(.+) is no network: (.+)": "{0}: 네트워크 주소가 아닙니다({1})",
    r"(.+) lies outside (.+): name its folder in film_folders": (
        "{0}: 허용된 폴더({1}) 밖에 있습니다. 그 폴더를 film_folders에 적으십시오"
    ),
}
"""What faults say, whole, and how that is said in Korean; what else there is stays in English."""


def tell_fault(fault: Rejected, language: Language) -> str:
    """The key at fault and what is wrong with it."""
    if language == "en":
        return str(fault)
    for english, korean in _KOREAN.items():
        if (found := re.fullmatch(english, fault.fault, re.DOTALL)) is not None:
            return f"{fault.field}: {korean.format(*found.groups())}"
    return str(fault)
