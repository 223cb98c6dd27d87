"""nbgrader's configuration: where the homework lies, and how a student's version is made of a master.

`python -m course release` reads it too, so that nbgrader's own commands give the same.
"""

from pathlib import Path

import course

c = get_config()  # noqa: F821 - nbgrader puts it here

c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.autograded_directory = "grading/autograded"
c.CourseDirectory.feedback_directory = "grading/feedback"
c.CourseDirectory.solution_directory = "grading/solution"
Path("grading").mkdir(exist_ok=True)  # SQLite makes the file, but not its folder
c.CourseDirectory.db_url = "sqlite:///grading/gradebook.db"
c.CsvExportPlugin.to = "grading/grades.csv"  # which git ignores: it holds names

# It must neither stop "Run all" nor leave a function without a body.
c.ClearSolutions.code_stub = {"python": "pass  # your code here"}
c.ClearSolutions.text_stub = "*Your answer here.*"
# A question's cell ends with its solution's reasoning, between two comments of HTML.
c.ClearMarkScheme.enforce_metadata = False

c.ExecutePreprocessor.timeout = 600

# nbgrader's pages would ask another host for MathJax and RequireJS, and run them: formulas stand as they were typed.
c.HTMLExporter.template_paths.prepend([str(Path(course.__file__).parent / "grade" / "templates" / "formgrader")])
c.HTMLExporter.require_js_url = "data:text/javascript,"
