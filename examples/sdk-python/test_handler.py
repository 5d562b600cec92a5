"""Tests of the hooks: python3 -m unittest"""

import unittest
from unittest import mock

from fasttrack_hooks import HookError, Permissions, approve, continue_, deny, ignore, okta, pagerduty
from fasttrack_hooks.testing import event, invocation, target

import emergency
import groups
import on_call
from handler import handler

ON_CALL = {"pagerduty_url": "https://api.pagerduty.com", "pagerduty_schedule": "P123"}
GROUPS = {"okta_url": "https://example.okta.com", "always": "deployers", "never": "contractors"}


class Emergency(unittest.TestCase):
    def test_emergency(self) -> None:
        e = event(fields={"urgency": "Emergency", "target": target("prod-ro", "Production read-only")}, declare_fields=["urgency", "target"])
        self.assertEqual(emergency.on_request(e), approve("ada@example.com was fast tracked Production read-only AWS access."))

    def test_normal(self) -> None:
        self.assertEqual(emergency.on_request(event(fields={"urgency": "Normal"}, declare_fields=["urgency", "target"])), continue_())


class OnCall(unittest.TestCase):
    def test_on_request(self) -> None:
        for answer, want in [(True, approve("ada@example.com is on call.")), (False, continue_())]:
            with mock.patch.object(pagerduty.Client, "is_on_call", return_value=answer) as asked:
                self.assertEqual(on_call.on_request(event(vars=ON_CALL, declare_vars=list(ON_CALL))), want)
                asked.assert_called_once_with("ada@example.com", pagerduty.schedule("P123"))

    def test_get_permissions(self) -> None:
        with mock.patch.object(pagerduty.Client, "users_on_call", return_value=[pagerduty.User("P1", "Grace", "grace@example.com")]):
            self.assertEqual(on_call.get_permissions(event("get_permissions", vars=ON_CALL)), Permissions(["grace@example.com"]))

    def test_pagerduty_is_down(self) -> None:
        """A failure approves nothing: the request goes to people, who see why."""
        with mock.patch.object(pagerduty.Client, "is_on_call", side_effect=HookError("PagerDuty did not respond: 503")), \
                mock.patch.object(pagerduty.Client, "users_on_call", return_value=[]):
            response = handler(invocation(flow="on-call", vars=ON_CALL))
        self.assertEqual(response["errors"], [{"hook": "on_request", "error": "PagerDuty did not respond: 503"}])
        self.assertNotIn("transition", response)


class Groups(unittest.TestCase):
    def test_on_request(self) -> None:
        for member_of, want in [
            ([], continue_()),
            (["deployers"], approve("ada@example.com is in the group deployers.")),
            (["deployers", "contractors"], deny("ada@example.com is in the group contractors.")),
        ]:
            with self.subTest(member_of=member_of), mock.patch.object(okta.Client, "in_group", lambda _, login, group: group in member_of):
                self.assertEqual(groups.on_request(event(vars=GROUPS, declare_vars=list(GROUPS))), want)

    def test_on_approve(self) -> None:
        with mock.patch.object(okta.Client, "in_group", return_value=True):
            got = groups.on_approve(event("on_approve", by_user="linus@example.com", vars=GROUPS))
            self.assertEqual(got, ignore("You are not authorized to approve this request."))
            self.assertEqual(groups.on_approve(event("on_approve", by_hook="on_request", vars=GROUPS)), continue_())


class Function(unittest.TestCase):
    def test_everything_goes(self) -> None:
        response = handler(invocation(flow="everything-goes"))
        self.assertEqual((response["transition"], response["reason"]), ("approve", "Everything goes!"))


if __name__ == "__main__":
    unittest.main()
