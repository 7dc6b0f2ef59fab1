"""Password hashing: right, wrong, nobody, and a queue that ends."""

import asyncio

from controller.adapters.passwords import Argon2Passwords
from shared.errors import Transient


async def test_only_the_right_password_fits_and_nobody_has_one() -> None:
    passwords = Argon2Passwords()
    hashed = await passwords.make("a good long passphrase")
    assert await passwords.fits("a good long passphrase", hashed)
    assert not await passwords.fits("another", hashed)
    assert not await passwords.fits("a password that nobody has", None)


async def test_the_queue_is_bounded_and_free_again_afterwards() -> None:
    passwords = Argon2Passwords()
    answers = await asyncio.gather(*(passwords.fits("x", "no hash") for _ in range(300)), return_exceptions=True)
    assert sum(isinstance(answer, Transient) for answer in answers) == 200
    assert not await passwords.fits("x", "no hash")
