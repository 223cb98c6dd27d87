"""What the tests of grading share: the small homework in small.py."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
