# Each target sets itself up: a virtual environment in .venv, made with Python 3.11 or newer.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
FRAMEWORKS := .venv-frameworks

# What `make package` runs.
TESTS ?= tests

.PHONY: demo test lint frameworks package clean

demo: $(VENV)/installed
	$(BIN)/python tools/demo.py

test: $(VENV)/tested
	$(BIN)/python -m pytest -n auto

lint: $(VENV)/linted
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# What runs under Ray, Spark and the like, in an environment of its own: they are large, and few need them.
frameworks: $(FRAMEWORKS)/installed
	$(FRAMEWORKS)/bin/python -m pytest -n auto tests/test_batch_ray.py tests/test_frameworks.py tests/test_typed.py

# The suite against the wheel, in an environment of its own and without the sources beside it.
package: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check build
	rm -rf dist build/package
	$(BIN)/python -m build --outdir dist .
	mkdir -p build/package
	tar -xzf dist/*.tar.gz -C build/package --strip-components=1
	rm -r build/package/normalize
	$(BIN)/python -m venv build/package/venv
	build/package/venv/bin/python -m pip install --quiet --disable-pip-version-check "$$(ls dist/*.whl)[test]"
	cd build/package && venv/bin/python -m pytest -n auto $(TESTS)

$(VENV)/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name it: make PYTHON=/path/to/python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[arrow,zstd]'
	touch $@

$(VENV)/tested: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $@

$(FRAMEWORKS)/installed: pyproject.toml $(VENV)/installed
	test -x $(FRAMEWORKS)/bin/python || $(BIN)/python -m venv $(FRAMEWORKS)
	$(FRAMEWORKS)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[frameworks]'
	touch $@

$(VENV)/linted: $(VENV)/tested
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[lint]'
	touch $@

clean:
	rm -rf $(VENV) $(FRAMEWORKS) demo-output build dist
