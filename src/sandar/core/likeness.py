"""Whether two names mean the same thing: brand, model, processor, operating system.

Three answers: True, False, or None when one side is too vague to tell ("Xeon", "Ubuntu" without a
version). The sources are the strings that makers burn into SMBIOS and what people write on forms.
"""

from __future__ import annotations

import re

_MARKS = re.compile(r"\((?:r|tm|c)\)|[®™©]", re.IGNORECASE)
_COMPANY = {
    "inc", "incorporated", "corp", "corporation", "co", "company", "ltd", "limited", "llc", "gmbh", "ag",
    "pt", "tbk", "technologies", "technology", "computer", "computers", "systems", "electronics", "the",
}  # fmt: skip
_BRANDS = {
    "dell": r"\bdell\b", "hp": r"\bhpe?\b|hewlett", "lenovo": r"lenovo", "ibm": r"\bibm\b",
    "supermicro": r"super ?micro", "fujitsu": r"fujitsu", "asus": r"\basus", "cisco": r"cisco",
    "huawei": r"huawei", "xfusion": r"xfusion", "inspur": r"inspur|\bieit\b", "acer": r"\bacer\b",
    "gigabyte": r"giga ?-?byte", "intel": r"\bintel\b", "quanta": r"quanta|\bqct\b", "nec": r"\bnec\b",
    "oracle": r"oracle|sun microsystems", "synology": r"synology", "qnap": r"qnap", "zyrex": r"zyrex",
}  # fmt: skip
_CHIP_MAKERS = {"intel", "amd", "ampere", "arm", "hygon", "zhaoxin"}
_CHIP_NOISE = {
    "cpu",
    "processor",
    "genuine",
    "core",
    "server",
    "series",
    "family",
    "0",
    "dual",
    "quad",
    "octa",
}
_OS = {
    "windows": r"windows", "ubuntu": r"ubuntu", "debian": r"debian",
    "centos-stream": r"centos stream",
    "centos": r"centos", "rocky": r"rocky", "alma": r"alma ?linux", "rhel": r"red ?hat|\brhel\b",
    "oracle": r"oracle linux|\bol ?\d", "opensuse": r"opensuse", "sles": r"\bsles\b|suse",
    "fedora": r"fedora",
    "proxmox": r"proxmox|\bpve\b", "esxi": r"esxi?\b|vmware|vsphere", "xen": r"xcp-ng|xenserver|citrix hyp",
    "freebsd": r"freebsd", "truenas": r"truenas|freenas",
}  # fmt: skip


def same_brand(first: str, second: str) -> bool | None:
    """Dell Inc. is DELL EMC; HP and HPE are one brand (the company split in 2015, the line went on)."""
    known = [_brand(name) for name in (first, second)]
    if all(known):
        return known[0] == known[1]
    left, right = (set(_words(name)) - _COMPANY for name in (first, second))
    if not left or not right:
        return None
    return left <= right or right <= left


def same_model(first: str, second: str) -> bool | None:
    """ "PowerEdge R730 (SKU=NotProvided)" is "Dell R730", not "R730xd"."""
    return _same_tokens(*(_model_words(name) for name in (first, second)))


def same_cpu(first: str, second: str) -> bool | None:
    """The string of /proc/cpuinfo and the name on a form.

    "Intel(R) Xeon(R) CPU E5-2620 v4 @ 2.10GHz" is "Xeon E5-2620 v4", not "Xeon E5-2620" (the first one).
    """
    left, right = (_chip_words(name) for name in (first, second))
    makers = [_CHIP_MAKERS & set(words) for words in (left, right)]
    if all(makers) and makers[0] != makers[1]:
        return False
    return _same_tokens(*([word for word in words if word not in _CHIP_MAKERS] for words in (left, right)))


def same_os(first: str, second: str) -> bool | None:
    """Name and major version. Ubuntu's release is year and month (22.04 is not 22.10); "R2" counts too."""
    (left, left_release), (right, right_release) = _os(first), _os(second)
    if not left or not right:
        return None
    if left != right:
        return False
    if not left_release or not right_release:
        return None
    common = min(len(left_release), len(right_release))
    return left_release[:common] == right_release[:common]


def _brand(name: str) -> str | None:
    return next((key for key, sign in _BRANDS.items() if re.search(sign, name, re.IGNORECASE)), None)


def _words(name: str) -> list[str]:
    plain = _MARKS.sub(" ", name).casefold()
    plain = re.sub(r"\bgen(?:eration)?\.? ?(\d)", r"g\1", plain)
    plain = re.sub(r"(?<=\d)v(\d)\b", r" v\1", plain)
    return re.findall(r"[^\W_]+", plain)


def _model_words(name: str) -> list[str]:
    bare = re.sub(r"\([^()]*\)|-\[[^\[\]]*\]-", " ", _MARKS.sub(" ", name))
    words = [word for word in _words(bare) if word not in _COMPANY and _brand(word) is None]
    return words or _words(bare)


def _chip_words(name: str) -> list[str]:
    bare = re.sub(r"@|\b\d+(?:[.,]\d+)? ?[gm]hz\b|\bwith .*", " ", _MARKS.sub(" ", name), flags=re.IGNORECASE)
    bare = re.sub(
        r"^\s*\d{1,2}\s*[x×]\s+|\b(?:\d+|dual|quad|six|eight|octa)[- ]core\b", " ", bare, flags=re.I
    )
    return [word for word in _words(bare) if word not in _CHIP_NOISE]


def _same_tokens(left: list[str], right: list[str]) -> bool | None:
    """Words with a digit identify the thing and must agree; plain words may be left out on one side."""
    if not left or not right:
        return None
    if "".join(left) == "".join(right):
        return True
    codes = [{word for word in words if re.search(r"\d", word)} for words in (left, right)]
    names = [set(words) - code for words, code in zip((left, right), codes, strict=True)]
    names_agree = names[0] <= names[1] or names[1] <= names[0]
    if codes[0] == codes[1] and codes[0]:
        return names_agree
    fewer, more = sorted(codes, key=len)
    is_vaguer = fewer <= more and names_agree
    # "E5-2620" is the first of its name, not any of v1 to v4; "DL380" alone says no generation.
    other_version = bool(fewer) and any(re.fullmatch(r"v\d", word) for word in more - fewer)
    return None if is_vaguer and not other_version else False


def _os(name: str) -> tuple[str | None, tuple[str, ...]]:
    """The family (or the first word), and the release as far as it matters."""
    plain = re.sub(
        r"\b(?:64|32)[- ]?bit\b|x86[-_]64|\bx64\b|\bamd64\b", " ", _MARKS.sub(" ", name).casefold()
    )
    family = next((key for key, sign in _OS.items() if re.search(sign, plain)), None)
    found = re.search(r"(\d+(?:\.\d+)*)(?:\s*(r2)\b)?", plain)
    if family is None:
        words = [word for word in _words(plain) if not word.isdigit()]
        family = words[0] if words else None
    if found is None:
        return family, ()
    parts = [part.lstrip("0") or "0" for part in found[1].split(".")]
    if family == "windows":
        return family, (parts[0], found[2] or "r1")
    return family, tuple(parts[:2] if family == "ubuntu" else parts[:1])
