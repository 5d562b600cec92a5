import unittest

from fasttrack_hooks import approve, continue_
from fasttrack_hooks.testing import event

from handler import approve_replicated


class ApproveReplicated(unittest.TestCase):
    def test(self):
        for replicas, want in {1: continue_(), 3: approve("3 replicas serve meanwhile.")}.items():
            self.assertEqual(approve_replicated(event(fields={"replicas": replicas}, vars={"enough": 2})), want)
