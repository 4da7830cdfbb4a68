"""`makegood backup` and `restore`, killed before each write: a copy is whole, or none."""

import pathlib
import signal
import unittest

from makegood_process import CommandResult
from makegood_process.shop_test import ShopTest

from unruly_disk import UnrulyDisk

CHECKOUTS = 12
NEVER = 2**40
KILLED = -signal.SIGKILL


class CutCopies(ShopTest):
    def setUp(self) -> None:
        super().setUp()
        for number in range(CHECKOUTS):
            self.complete(self.shop.order("tok_declined" if number % 3 == 0 else "tok_visa"))
        self.shop.checkouts.wait_for_fulfilments()

    def copy(self, target: pathlib.Path, *words: str | pathlib.Path, kill_in: int) -> CommandResult:
        """Runs the command, which dies before that one of its writes and syncs to the target."""
        disk = UnrulyDisk(self.shop.binaries, self.shop.folder / "disk-control", target)
        self.addCleanup(disk.close)
        disk.told(kill_in=kill_in)
        done = self.shop.server.command(*words, environment=disk.environment)
        self.left = disk.number("kill_in")
        return done

    def backup(self, target: pathlib.Path, kill_in: int = NEVER) -> CommandResult:
        return self.copy(target, "backup", target, "--data", self.shop.server.data, kill_in=kill_in)

    def restore(
        self, source: pathlib.Path, target: pathlib.Path, kill_in: int = NEVER
    ) -> CommandResult:
        return self.copy(target, "restore", source, "--data", target, kill_in=kill_in)

    def moments(self) -> range:
        """The writes at which the next copies die: as many as the last one had."""
        return range(1, NEVER - self.left + 1)

    def assert_whole(self, folder: pathlib.Path) -> None:
        verified = self.shop.server.command("verify", "--data", folder)
        self.assertEqual(verified.exit_code, 0, verified)
        listed = self.shop.server.command("list", "--data", folder, "--json", "--limit", "500")
        self.assertEqual(listed.exit_code, 0, listed)
        for checkout in self.shop.checkouts.listed():
            self.assertIn(checkout["id"], listed.out)

    def assert_none(self, folder: pathlib.Path) -> None:
        """Nothing takes it for a data folder, and nothing is copied over it."""
        for words in (("verify", "--data", folder), ("list", "--data", folder),
                      ("restore", folder, "--data", folder.with_name("never"))):
            answer = self.shop.server.command(*words)
            self.assertIn(answer.exit_code, (3, 5), answer)
        self.assertFalse(folder.with_name("never").exists())
        if any(store.stat().st_size for store in folder.glob("*.db")):
            served = self.shop.server.command(
                "serve", "--listen", "127.0.0.1:0", "--data", folder,
                *self.shop.storefront.backend_flags())
            self.assertEqual(served.exit_code, 1, served)
            self.assertIn("no makegood.json", served.talk)

    def assert_cut(self, folder: pathlib.Path, done: CommandResult, moment: int) -> bool:
        """Whether it came out whole."""
        self.assertEqual(done.exit_code, KILLED, f"write {moment}: {done}")
        whole = (folder / "makegood.json").exists()
        with self.subTest(write=moment, whole=whole):
            (self.assert_whole if whole else self.assert_none)(folder)
        return whole

    def test_a_backup_that_is_killed_is_whole_or_none(self) -> None:
        first = self.shop.folder / "backup"
        self.assertEqual(self.backup(first).exit_code, 0)
        self.assert_whole(first)
        came_out = set()
        for moment in self.moments():
            target = self.shop.folder / f"backup-{moment}"
            came_out.add(self.assert_cut(target, self.backup(target, moment), moment))
        self.assertEqual(came_out, {False, True}, "before the manifest, and after it")

    def test_a_restore_that_is_killed_is_whole_or_none(self) -> None:
        source, first = self.shop.folder / "backup", self.shop.folder / "restored"
        self.assertEqual(self.backup(source).exit_code, 0)
        self.assertEqual(self.restore(source, first).exit_code, 0)
        self.assert_whole(first)
        came_out = set()
        for moment in self.moments():
            target = self.shop.folder / f"restored-{moment}"
            came_out.add(self.assert_cut(target, self.restore(source, target, moment), moment))
        self.assertEqual(came_out, {False, True}, "before the manifest, and after it")
        self.assert_whole(source)


if __name__ == "__main__":
    unittest.main()
