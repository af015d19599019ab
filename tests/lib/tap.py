"""TAP for test programs in Python that are no stories: cases that do not build on each other."""
import sys
import traceback


class Plan:
    def __init__(self):
        self.cases = []

    def case(self, title):
        def keep(function):
            self.cases.append((title, function))
            return function
        return keep

    def run(self):
        """Play all cases; a case fails by an exception. What it returns is printed as a comment."""
        print(f"1..{len(self.cases)}", flush=True)
        failed = False
        for number, (title, function) in enumerate(self.cases, 1):
            try:
                note, is_good = function() or "", True
            except AssertionError as trouble:
                note, is_good, failed = str(trouble), False, True
            except Exception:  # a fault of the test
                note, is_good, failed = traceback.format_exc(), False, True
            print(f"{'ok' if is_good else 'not ok'} {number} - {title}")
            for line in note.splitlines():
                print("#", line)
            sys.stdout.flush()
        sys.exit(failed)
