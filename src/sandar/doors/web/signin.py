"""Sign-in by allauth, bent to the office's rules: no sign-up, no guessing aid, secrets encrypted at rest."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.translation import gettext_lazy as _

from sandar.records.people import read as people
from sandar.records.people.models import Person

BEGAN, SEEN = "began_at", "seen_at"  # as middleware.SessionLimits reads them


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by the office's administrator; nobody signs up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("Nama pengguna atau kata sandi tidak cocok."),
        "username_password_mismatch": _("Nama pengguna atau kata sandi tidak cocok."),
        "invalid_login": _("Nama pengguna atau kata sandi tidak cocok."),
        "incorrect_password": _("Kata sandi tidak cocok."),
        "enter_current_password": _("Isi kata sandi Anda yang sekarang."),
        "incorrect_code": _("Kode tidak cocok. Pakai kode terbaru dari aplikasi autentikator."),
        "too_many_login_attempts": _("Terlalu banyak percobaan. Tunggu beberapa menit, lalu coba lagi."),
        "rate_limited": _("Terlalu banyak permintaan. Tunggu sebentar, lalu coba lagi."),
        "same_as_current": _("Nilai baru harus berbeda dari yang sekarang."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: Person) -> None:
        """Sign in under a new session id, and start both clocks of the session."""
        super().login(request, user)
        request.session[BEGAN] = request.session[SEEN] = int(timezone.now().timestamp())

    def set_password(self, user: Person, password: str) -> None:
        """An own password: from now on only its owner knows it."""
        user.must_change_password = False
        super().set_password(user, password)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """allauth's own mails speak English and leave inside the act; ours go through the outbox."""

    def add_message(self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any,
                    **kwargs: Any) -> None:  # fmt: skip
        """Say what happened to the account; "you have signed in" says nothing anybody needs."""
        if message_template not in ("account/messages/logged_in.txt", "account/messages/logged_out.txt"):
            super().add_message(request, level, message_template, *args, **kwargs)


def _cipher() -> MultiFernet:
    """Encrypts with the present key, reads what older ones of SECRET_KEY_FALLBACKS wrote."""
    return MultiFernet([_fernet(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _fernet(secret: str | bytes) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=b"sandar", info=b"mfa secrets").derive(
        force_bytes(secret)
    )
    return Fernet(base64.urlsafe_b64encode(derived))


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: secrets encrypted with a key derived from SECRET_KEY."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("Kode tidak cocok. Pakai kode terbaru dari aplikasi autentikator."),
        "cannot_delete_authenticator": _(
            "Petugas harus punya pengaman kedua: pasang yang baru lebih dahulu."
        ),
        "cannot_generate_recovery_codes": _(
            "Kode pemulihan baru dapat dibuat sesudah pengaman kedua dipasang."
        ),
    }

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """An officer keeps one strong factor; recovery codes alone are none."""
        if authenticator.type == Authenticator.Type.RECOVERY_CODES:
            return True
        person = authenticator.user
        strong = Authenticator.objects.filter(
            user_id=person.pk, type__in=(Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
        )
        return strong.count() > 1 or not people.is_officer(person, timezone.localdate())

    def _get_site_name(self) -> str:
        return "Sandar"

    def _get_user_identifier(self, user: Person) -> str:
        return user.username
