# Deep Learning from One Hidden Layer. `make help` lists the commands; everything else is in the README.
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help site serve test test-quick lab bench linkcheck lint upgrade-report clean

export PYTHON
# nbval loads a debugger, which would greet every run with a warning of its own
export PYDEVD_DISABLE_FILE_VALIDATION := 1
bin := .venv/bin
# as many tests at a time as there are cores, four at most: each has a kernel or a browser
at_once := -n auto --maxprocesses 4 --dist loadgroup
pins := requirements-site.txt requirements.lock pyproject.toml

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | awk -F '\t' '{ printf "  make %-16s %s\n", $$1, $$2 }'

.venv/light: $(pins)
	@.ci/setup light
	@touch $@

.venv/whole: $(pins) requirements.txt
	@.ci/setup whole
	@touch .venv/light $@

site: .venv/light ## build the site into _build/html
	@$(bin)/jupyter-book build -W -n --keep-going --quiet .
	@echo "The site is in $(CURDIR)/_build/html/index.html"

PORT ?= 8000
serve: .venv/light ## the same on localhost, rebuilt on save (PORT=8000)
	@$(bin)/python -m course serve --port $(PORT)

lab: .venv/whole ## open the first lesson in JupyterLab
	@$(bin)/python -m course data
	@$(bin)/jupyter lab $(firstword $(sort $(wildcard lectures/*.ipynb)))

lint: .venv/whole
	@$(bin)/ruff format --check .
	@$(bin)/ruff check .
	@$(bin)/mypy

test: lint ## run every test; every notebook runs again and is compared
	@.ci/setup system
	@$(bin)/python -m course data
	@$(bin)/pytest $(at_once)

# the tools, and the notebooks that changed against main
test-quick: lint ## the same for what changed, in a few minutes
	@.ci/setup system
	@$(bin)/python -m course data
	@$(bin)/pytest $(at_once) -m "not slow" tests $$(git diff --name-only --diff-filter=d \
		"$$(git merge-base HEAD main 2>/dev/null || git merge-base HEAD origin/main)" -- 'lectures/*.ipynb' 'exercises/*.ipynb' 'solutions/*.ipynb' 'ko/*.ipynb')

bench: .venv/whole ## measure a lesson's page beside a stock Jupyter Book's, and the grader beside nbgrader's own
	@.ci/setup system
	@$(bin)/python -m course bench
	@$(bin)/python -m course grade-bench

linkcheck: .venv/light ## ask every other site that the pages link to whether it is still there
	@$(bin)/python -c 'from urllib.request import urlopen; urlopen("https://github.com", timeout=20)' 2>/dev/null \
		|| { echo "No link was asked for: this machine reaches no other site (https://github.com does not answer)." >&2; exit 1; }
	@$(bin)/jupyter-book build --builder linkcheck --keep-going .

upgrade-report: ## with a new requirements.lock: what would move in every notebook
	@VENV=_build/upgrade/.venv .ci/setup whole
	@_build/upgrade/.venv/bin/python -m course data
	@_build/upgrade/.venv/bin/python -m course compare --out _build/upgrade

clean: ## remove the environment and everything built
	rm -rf .venv _build *.egg-info .mypy_cache .pytest_cache .ruff_cache
