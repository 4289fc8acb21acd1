# make run: everything from nothing to a working server. make test: all tests. README tells more.
PORT ?= 8000
PROCESSES ?= 2
export PORT
# Packages are installed without byte code, so what is used must be allowed to write its own.
unexport PYTHONDONTWRITEBYTECODE

# The first interpreter that is 3.11 or newer and can make an environment.
FIND_PYTHON = for found in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if $$found -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo $$found; break; fi; done
NO_PYTHON = Нужен Python 3.11 или новее с модулем venv (сейчас: $$(python3 -V 2>&1 || echo нет)). \
	На Debian и Ubuntu: sudo apt install python3 python3-venv. Другой Python: make run PYTHON=/путь/к/python3.12
B = .venv/bin

.PHONY: run test packages environment translations catalogues dev lint clean

run: environment
	@exec $(B)/python -m flask --app wsgi serve --prepare

# All that an installation needs before its first command.
environment: packages translations

packages:
	@if ! $(B)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		python=$$($(FIND_PYTHON)); \
		if [ -z "$$python" ]; then echo "$(NO_PYTHON)" >&2; exit 2; fi; \
		rm -rf .venv && "$$python" -m venv .venv; \
	fi
	@$(call install,requirements)

dev: packages
	@$(call install,requirements-dev)

# Installs a list of packages only when the list has changed since.
define install
cat requirements*.txt | cmp -s - .venv/$(1).installed || { \
	echo "Ставлю пакеты: $(1).txt (одна-две минуты)…"; \
	$(B)/python -m pip install --quiet --no-compile --disable-pip-version-check -r $(1).txt && cat requirements*.txt > .venv/$(1).installed; }
endef

# Without a compiled catalogue the plurals of numbers are wrong.
translations: packages
	@if [ -d app/translations ]; then for po in app/translations/*/LC_MESSAGES/messages.po; do \
		mo=$${po%.po}.mo; [ "$$mo" -nt "$$po" ] || $(B)/pybabel -q compile -i "$$po" -o "$$mo"; done; fi

# Collects the words of the interface anew and merges them into the catalogues; new ones are left to translate.
catalogues: dev
	@mkdir -p app/translations
	$(B)/pybabel -q extract -F babel.cfg -k _l --no-location --sort-output -o app/translations/messages.pot .
	@for language in ru en; do \
		if [ -f app/translations/$$language/LC_MESSAGES/messages.po ]; then command="update -N --ignore-obsolete --ignore-pot-creation-date"; else command=init; fi; \
		$(B)/pybabel -q $$command -i app/translations/messages.pot -d app/translations -l $$language; done
	@rm app/translations/messages.pot

test: dev translations
	$(B)/python -m pytest -n $(PROCESSES) --dist loadfile
	@if [ -n "$$TEST_DATABASE_URL" ]; then set -x; \
		OPORA_TEST_DATABASE="$$TEST_DATABASE_URL" $(B)/python -m pytest -n $(PROCESSES) --dist loadfile tests/app tests/browser; \
	else echo "TEST_DATABASE_URL не задан: на PostgreSQL не проверено."; fi

lint: dev translations
	$(B)/ruff check .
	$(B)/ruff format --check .
	$(B)/mypy
	$(B)/lint-imports

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
