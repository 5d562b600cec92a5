"""A hook is a function: the test calls it with an event, and compares the outcome."""

import unittest
from datetime import timedelta

from fasttrack_hooks import approve, continue_
from fasttrack_hooks.testing import event, target

from handler import approve_low_risk

READ = target("prod-read", "Production, read-only", low_risk=True)
ADMIN = target("prod-admin", "Production, administrator")
HOUR = timedelta(hours=1)


class ApproveLowRisk(unittest.TestCase):
    def outcome(self, to, duration):
        return approve_low_risk(event(flow="aws-access", fields={"target": to}, duration=duration))

    def test_low_risk_for_at_most_an_hour(self):
        for duration in HOUR, 4 * HOUR:
            self.assertEqual(self.outcome(READ, duration), approve("Production, read-only is low risk.").for_(HOUR))

    def test_others_go_to_people(self):
        self.assertEqual(self.outcome(ADMIN, HOUR), continue_())
