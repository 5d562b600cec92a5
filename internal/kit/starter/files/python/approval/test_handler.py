"""A hook is a function: the test calls it with an event, and compares the outcome."""

import unittest

from fasttrack_hooks import approve, continue_
from fasttrack_hooks.testing import event

from handler import approve_low_risk


class ApproveLowRisk(unittest.TestCase):
    def test(self):
        for service, want in {
            "website": approve("website is low risk."),
            "billing": continue_(),
            "": continue_(),
        }.items():
            with self.subTest(service):
                e = event(flow="deploy", fields={"service": service}, vars={"low_risk": ["website"]})
                self.assertEqual(approve_low_risk(e), want)
