"""What `cctv-edge check` says in Korean of a Raspberry Pi that is compared with firmware_config."""

from collections.abc import Mapping

BOARD_KOREAN: Mapping[str, str] = {
    # names of checks
    "board": "보드",
    "boot settings": "부트 설정",
    "camera modules": "카메라 모듈",
    "kernel's words": "커널 명령줄",
    "read-only root": "읽기 전용 루트",
    "data partition": "데이터 파티션",
    "ring's disk": "순환 녹화 디스크",
    "journal": "시스템 로그",
    "board's watchdog": "보드 워치독",
    "battery clock": "배터리 시계",
    "fan": "팬",
    "service": "서비스",
    "camera memory": "카메라 메모리",
    # board and boot
    "is no Raspberry Pi: firmware_config does not count here": (
        "Raspberry Pi가 아니므로 firmware_config와 비교하지 않습니다"
    ),
    "{board}: firmware_config has nothing for it": "{board}: firmware_config에 없는 보드입니다",
    "config.txt cannot be read": "config.txt를 읽을 수 없습니다",
    "config.txt is as firmware_config says": "config.txt가 firmware_config와 같습니다",
    "config.txt does not say {lines}": "config.txt에 없거나 다릅니다: {lines}",
    "It stands under a filter that cannot be judged here: look at config.txt.": (
        "여기서 판단할 수 없는 조건 아래에 있습니다. config.txt를 확인하십시오."
    ),
    "Add these lines under [all] at the end of config.txt, and restart.": (
        "config.txt 끝의 [all] 아래에 이 줄을 더하고 재시작하십시오."
    ),
    "none is named in config.txt": "config.txt에 정해진 것이 없습니다",
    "{named} are named, the board has connectors for {connectors}": (
        "{named}개가 정해져 있지만 보드의 커넥터는 {connectors}개입니다"
    ),
    "Leave one overlay in config.txt; a second camera is USB or RTSP.": (
        "config.txt에 오버레이를 하나만 두십시오. 두 번째 카메라는 USB나 RTSP로 연결하십시오."
    ),
    "picamera2 cannot be asked": "picamera2를 쓸 수 없습니다",
    "Install python3-picamera2.": "python3-picamera2를 설치하십시오.",
    "{missing} named in config.txt and not found": "config.txt에 정해져 있지만 찾지 못했습니다: {missing}",
    "Switch the power off, check the cable and which connector it is in, and start anew.": (
        "전원을 끄고 케이블과 커넥터 위치를 확인한 뒤 다시 켜십시오."
    ),
    "cameras are named and detected too": "카메라가 정해져 있는데 자동 감지도 켜져 있습니다",
    "Set camera_auto_detect=0 in config.txt, and restart.": (
        "config.txt에 camera_auto_detect=0을 두고 재시작하십시오."
    ),
    "found: {cameras}": "찾음: {cameras}",
    # kernel and disks
    "the command line is as firmware_config says": "명령줄이 firmware_config와 같습니다",
    "the kernel was started without {missing}": "커널 명령줄에 없습니다: {missing}",
    "They stand in cmdline.txt: restart.": "cmdline.txt에는 있습니다. 재시작하십시오.",
    "Add them to the one line of cmdline.txt, and restart.": "cmdline.txt의 한 줄에 더하고 재시작하십시오.",
    "the system is written to the card: a power cut may find it half written": (
        "시스템이 카드에 쓰입니다. 정전되면 쓰던 파일이 깨질 수 있습니다"
    ),
    "When all else is well, add {word} to cmdline.txt, and restart.": (
        "나머지가 모두 정상이면 cmdline.txt에 {word}을(를) 더하고 재시작하십시오."
    ),
    "without recurse=0 other disks are not written either": "recurse=0이 없어 다른 디스크에도 쓰이지 않습니다",
    "Put {word} into cmdline.txt in place of what is there.": "cmdline.txt의 해당 단어를 {word}(으)로 바꾸십시오.",
    "is a layer in memory over the card": "카드 위에 메모리 층이 있습니다",
    "{place} lies in memory: recordings are gone with the power": (
        "{place}이(가) 메모리에 있습니다. 전원이 끊기면 녹화가 사라집니다"
    ),
    "Mount the partition (fstab), and look whether cmdline.txt has recurse=0.": (
        "파티션을 마운트하고(fstab) cmdline.txt에 recurse=0이 있는지 확인하십시오."
    ),
    "is the system's own: a full or broken one stops both": (
        "시스템과 같은 파티션입니다. 가득 차거나 고장 나면 둘 다 멈춥니다"
    ),
    "Give data_dir a partition of its own, as firmware_config/etc/fstab has it.": (
        "firmware_config/etc/fstab처럼 data_dir에 별도 파티션을 주십시오."
    ),
    "{place} is {kind}": "{place}의 파일 시스템이 {kind}입니다",
    "It was thought out for {kind}.": "{kind}을(를) 쓰도록 만들어졌습니다.",
    "{place} is mounted without {missing}": "{place}의 마운트 옵션에 없습니다: {missing}",
    "Take the line of firmware_config/etc/fstab, and restart.": (
        "firmware_config/etc/fstab의 줄을 쓰고 재시작하십시오."
    ),
    "{place} is mounted as firmware_config says": "{place}이(가) firmware_config대로 마운트되어 있습니다",
    "SD card": "SD 카드",
    "USB or SATA": "USB 또는 SATA",
    "Take NVMe or USB, or a high-endurance card of 128 GB or more.": (
        "NVMe나 USB 디스크, 또는 128 GB 이상의 고내구성 카드를 쓰십시오."
    ),
    # system
    "is kept as firmware_config says ({value})": "firmware_config와 같습니다({value})",
    "Storage is {value}": "Storage가 {value}입니다",
    "Put 70-cctv.conf into journald.conf.d: logs wear the card.": (
        "journald.conf.d에 70-cctv.conf를 넣으십시오. 로그가 카드 수명을 줄입니다."
    ),
    "there is no /dev/watchdog0": "/dev/watchdog0이 없습니다",
    "Set dtparam=watchdog=on in config.txt, and restart.": "config.txt에 dtparam=watchdog=on을 두고 재시작하십시오.",
    "is fed by systemd ({value})": "systemd가 관리합니다({value})",
    "RuntimeWatchdogSec is {value}": "RuntimeWatchdogSec이 {value}입니다",
    "Put 80-cctv-watchdog.conf into system.conf.d, and restart.": (
        "system.conf.d에 80-cctv-watchdog.conf를 넣고 재시작하십시오."
    ),
    "the firmware cannot be asked": "펌웨어에 물을 수 없습니다",
    "Install vcgencmd (package raspi-utils), and let the user into the group video.": (
        "vcgencmd(raspi-utils 패키지)를 설치하고 사용자를 video 그룹에 넣으십시오."
    ),
    "is there; whether its battery is charged nobody tells": "있습니다. 배터리 충전 여부는 알 수 없습니다",
    "there is none": "없습니다",
    "Without a network after a power cut the time is wrong: a clock with a battery tells it.": (
        "정전 뒤 네트워크가 없으면 시각이 틀립니다. 배터리가 있는 시계를 다십시오."
    ),
    "none is seen": "보이지 않습니다",
    "Plug the fan in at its own connector, or cool the board otherwise.": (
        "팬을 전용 커넥터에 꽂거나 다른 방법으로 식히십시오."
    ),
    "systemd cannot be asked": "systemd에 물을 수 없습니다",
    "there is no cctv-edge.service": "cctv-edge.service가 없습니다",
    "Copy it from firmware_config, and enable it.": "firmware_config에서 복사하고 켜십시오(enable).",
    "has no WatchdogSec: an agent that is stuck stays so": "WatchdogSec이 없어 멈춘 에이전트가 그대로 남습니다",
    "has no MemoryMax: it may take the whole board's memory": "MemoryMax가 없어 보드의 메모리를 다 쓸 수 있습니다",
    "Take the unit of firmware_config.": "firmware_config의 유닛을 쓰십시오.",
    "its MemoryMax does not count: the kernel's memory controller is off": (
        "커널의 메모리 컨트롤러가 꺼져 있어 MemoryMax가 적용되지 않습니다"
    ),
    "Add cgroup_enable=memory to cmdline.txt, and restart.": (
        "cmdline.txt에 cgroup_enable=memory를 더하고 재시작하십시오."
    ),
    "memory up to {mb:.0f} MB, firmware_config: {wanted:.0f} MB": (
        "메모리 한도 {mb:.0f} MB, firmware_config: {wanted:.0f} MB"
    ),
    "there is no /dev/dma_heap/vidbuf_cached": "/dev/dma_heap/vidbuf_cached가 없습니다",
    "Restart, and look at 60-dma-heap.rules of raspberrypi-sys-mods; in a container pass /dev/dma_heap whole.": (
        "재시작하고 raspberrypi-sys-mods의 60-dma-heap.rules를 확인하십시오. "
        "컨테이너에는 /dev/dma_heap 전체를 넘기십시오."
    ),
    "comes from the whole memory on this board": "이 보드에서는 전체 메모리에서 나옵니다",
    "CMA has {has:.0f} MB, firmware_config: {wanted:.0f} MB": (
        "CMA가 {has:.0f} MB입니다. firmware_config: {wanted:.0f} MB"
    ),
    "Change dtoverlay=vc4-kms-v3d in config.txt to dtoverlay=vc4-kms-v3d,cma-{mb:.0f}, and restart.": (
        "config.txt의 dtoverlay=vc4-kms-v3d를 dtoverlay=vc4-kms-v3d,cma-{mb:.0f}(으)로 바꾸고 재시작하십시오."
    ),
}
