# make               builds build/sgns
# make demo          builds, trains on the bundled corpus, and shows what the vectors know
# make pictures      makes the pictures of README.md again; make check-pictures says whether they are up to date
# make test          builds and runs all tests; SANITIZE=address,undefined runs them under sanitizers, ONLY="parts of names" some
# make fuzz          feeds damaged inputs to every reader, by default under SANITIZE=address,undefined; COUNT=number
# make faults        fails each allocation and system call of each command in turn; STEP=7 every 7th; COMMANDS="names"
# make libfuzzer     the same with clang's libFuzzer, for each reader in turn; TIME=seconds for each, READERS="names"
# make coverage      runs all tests and prints how many lines of src/ they reach, and which they don't
# make bench         measures training; CORPUS=file, by default random words
# make bench-query   measures queries, also with faiss if it is installed; SIZE="words dimensions"
# make test-interop  exchanges vectors with other programs in both directions; skips those not installed
# make test-browser  opens maps and reports in a headless Chromium and does what a person does; skips without one
# make lint          checks layers, globals, formatting, clang-tidy, warnings of both compilers and more; ONLY="checks"
# make format        formats the C files
# make install       installs program, manual page and completions to PREFIX (/usr/local), below DESTDIR if that is given
# make uninstall     removes them again; give it the same PREFIX and DESTDIR
# make dist          packs the sources of the last commit, the same bytes every time
# make deb           makes a Debian package; needs dpkg-deb
# make CC=musl-gcc LDFLAGS=-static BUILD=build/musl   builds a program that runs on any Linux, without libraries
CC ?= cc
# Sanitized kernels take minutes to build with more than -O1, and run no faster.
SANITIZE ?=
CFLAGS ?= $(if $(SANITIZE),-O1,-O2) -g
FASTEST = $(if $(SANITIZE),-O1,-O3)
PREFIX ?= /usr/local
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion
BUILD ?= build$(if $(SANITIZE),/sanitize-$(subst $(comma),-,$(SANITIZE)))
comma = ,

ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -Isrc $(WARNINGS) $(CFLAGS) -pthread -MMD -MP \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
ALL_LDFLAGS = $(LDFLAGS) -pthread $(if $(SANITIZE),-fsanitize=$(SANITIZE))

SOURCES := $(wildcard src/*.c src/*/*.c)
OBJECTS := $(SOURCES:src/%.c=$(BUILD)/%.o)
LIBRARY := $(BUILD)/libsgns.a
TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))
FUZZ := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%.o,$(wildcard tests/fuzz/*.c))
FUZZER := $(if $(FUZZ),$(BUILD)/fuzz/fuzz)
FAULTY := $(if $(wildcard tests/faults/hooks.c),$(BUILD)/faults/sgns)
TOOLS := $(patsubst tests/tools/%.c,$(BUILD)/tools/%,$(wildcard tests/tools/*.c))

.PHONY: all programs demo pictures check-pictures test test-interop test-browser faults fuzz fuzz-run libfuzzer libfuzzer-run coverage coverage-run bench bench-query lint format install uninstall dist deb clean FORCE
all: $(BUILD)/sgns

$(BUILD)/sgns: $(BUILD)/main.o $(LIBRARY)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lm

# Everything but main.o, for the program and the tests.
$(LIBRARY): $(filter-out $(BUILD)/main.o,$(OBJECTS))
	rm -f $@
	$(AR) rcs $@ $^

# Kernels: full optimization, fused multiply-adds, one instruction set each.
KERNEL_CFLAGS = $(FASTEST) -ffp-contract=fast -fno-math-errno -fno-trapping-math
$(BUILD)/kernels/simd128.o $(BUILD)/search/scan_simd128.o: ALL_CFLAGS += $(KERNEL_CFLAGS)
# Plain loops that gain from vectorization, or from inlining small functions.
$(BUILD)/text/dictionary.o $(BUILD)/text/stream.o $(BUILD)/text/tokenizer.o $(BUILD)/train/batch.o $(BUILD)/train/geometry.o $(BUILD)/train/replica.o $(BUILD)/train/logistic.o $(BUILD)/analyse/tsne.o \
	$(BUILD)/analyse/subword_fit.o $(patsubst src/%.c,$(BUILD)/%.o,$(wildcard src/train/loss_*.c src/train/score_*.c)): ALL_CFLAGS += $(FASTEST)
ifneq ($(filter x86_64%,$(shell $(CC) -dumpmachine)),)
$(BUILD)/kernels/avx2.o $(BUILD)/search/scan_avx2.o: ALL_CFLAGS += $(KERNEL_CFLAGS) -mavx2 -mfma -mprfchw
ifeq ($(shell $(CC) -mavxvnni -E -x c /dev/null >/dev/null 2>&1 && echo yes),yes)
$(BUILD)/kernels/registry.o $(BUILD)/kernels/avxvnni.o: ALL_CFLAGS += -DKERNEL_AVXVNNI=1
$(BUILD)/kernels/avxvnni.o: ALL_CFLAGS += $(KERNEL_CFLAGS) -mavx2 -mfma -mprfchw -mavxvnni
endif
$(BUILD)/kernels/avx512.o $(BUILD)/kernels/avx512float.o $(BUILD)/kernels/avx512vnni.o $(BUILD)/kernels/avx512bf16.o $(BUILD)/search/scan_avx512.o: ALL_CFLAGS += $(KERNEL_CFLAGS) -mavx512f -mavx512bw \
	-mavx512dq -mavx512vl -mfma -mprefer-vector-width=512 -mprfchw
endif

# The commit, for --version. The file changes only when the commit does, so that nothing else is built again.
COMMIT ?= $(shell test ! -e .git || git describe --always --dirty --exclude='*' 2>/dev/null)
$(BUILD)/commit: FORCE
	@mkdir -p $(@D)
	@echo '$(COMMIT)' | cmp -s - $@ || echo '$(COMMIT)' >$@
$(BUILD)/cli/version.o: $(BUILD)/commit
$(BUILD)/cli/version.o: ALL_CFLAGS += -DSGNS_COMMIT='"$(shell cat $(BUILD)/commit)"'

$(BUILD)/%.o: src/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/tests/%.o: tests/unit/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Itests/unit -c -o $@ $<

$(BUILD)/tests/test_%: $(BUILD)/tests/test_%.o $(BUILD)/tests/harness.o $(LIBRARY)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lm

.SECONDARY: $(TESTS:=.o) $(BUILD)/tests/harness.o

$(BUILD)/fuzz/%.o: tests/fuzz/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/fuzz/fuzz: $(FUZZ) $(LIBRARY)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ -lm

# The product's own objects, except that calls of the functions that hooks.c wraps go through it.
$(BUILD)/faults/hooks.o: tests/faults/hooks.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/faults/sgns: $(BUILD)/faults/hooks.o $(BUILD)/main.o $(LIBRARY)
	$(CC) $(ALL_LDFLAGS) $$(sed -n 's/^WRAP([^,]*, \([a-z_]*\),.*/-Wl,--wrap=\1/p; s/.*__wrap_\([a-z_]*\)(.*{$$/-Wl,--wrap=\1/p' tests/faults/hooks.c) -o $@ $^ -lm

# -O3, since the scan is measured against the fastest read loop that the compiler can make.
$(BUILD)/tools/%: tests/tools/%.c $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -O3 $(ALL_LDFLAGS) -o $@ $< $(LIBRARY) -lm

programs: $(BUILD)/sgns $(TESTS) $(TOOLS) $(FUZZER) $(FAULTY)

test: programs
	sh tests/run.sh $(BUILD) $(ONLY)

faults: $(BUILD)/sgns $(FAULTY)
	sh tests/faults/run.sh $(BUILD) '$(STEP)' $(COMMANDS)

fuzz:
	$(MAKE) fuzz-run SANITIZE=$(if $(SANITIZE),$(SANITIZE),address$(comma)undefined)

fuzz-run: $(FUZZER)
	$(FUZZER) $(COUNT)

# Kernels read nothing from files, and would take minutes to build with sanitizers.
libfuzzer:
	$(MAKE) libfuzzer-run CC=clang BUILD=$(BUILD)/libfuzzer SANITIZE=fuzzer-no-link,address,undefined \
		KERNEL_CFLAGS='-O1 -ffp-contract=fast -fno-sanitize=all'

libfuzzer-run: $(BUILD)/target
	sh scripts/libfuzzer.sh $(BUILD) $(or $(TIME),60) $(READERS)

$(BUILD)/target: tests/libfuzzer/target.c $(filter-out $(BUILD)/fuzz/main.o,$(FUZZ)) $(LIBRARY)
	$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer $(ALL_LDFLAGS) -o $@ $^ -lm

coverage: all
	UNCOUNTED='$(abspath $(BUILD))/sgns' $(MAKE) coverage-run BUILD=$(BUILD)/coverage CFLAGS='-O1 -g --coverage' LDFLAGS='$(LDFLAGS) --coverage'

coverage-run: programs
	sh scripts/coverage.sh $(BUILD)

test-interop: $(BUILD)/sgns
	for test in tests/interop/*.sh; do sh $$test $(BUILD) || exit 1; done

test-browser: $(BUILD)/sgns $(BUILD)/tools/browser
	for test in tests/browser/*.sh; do sh $$test $(BUILD) || exit 1; done

demo: $(BUILD)/sgns
	sh scripts/demo.sh $(BUILD)

pictures: $(BUILD)/sgns
	sh scripts/pictures.sh $(BUILD)

check-pictures: $(BUILD)/sgns
	sh scripts/pictures.sh $(BUILD) --check

bench: $(BUILD)/sgns
	sh scripts/bench.sh $(BUILD) $(CORPUS)

bench-query: $(BUILD)/sgns $(BUILD)/tools/bench_query
	sh scripts/bench-query.sh $(BUILD) $(SIZE)

lint:
	sh scripts/lint.sh $(BUILD) '$(ONLY)'

format:
	clang-format -i src/*.c src/*/*.[ch] tests/*/*.[ch]

# Manual page and completions, as the program writes them.
HELP := $(patsubst %,$(BUILD)/help/%,man bash zsh fish)
$(HELP): $(BUILD)/sgns
	@mkdir -p $(@D)
	$(BUILD)/sgns help --generate $(@F) >$@.new
	mv $@.new $@

ZSH_COMPLETIONS ?= $(PREFIX)/share/zsh/site-functions
INSTALLED_MAN = $(DESTDIR)$(PREFIX)/share/man/man1/sgns.1
INSTALLED_BASH = $(DESTDIR)$(PREFIX)/share/bash-completion/completions/sgns
INSTALLED_ZSH = $(DESTDIR)$(ZSH_COMPLETIONS)/_sgns
INSTALLED_FISH = $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/sgns.fish

install: $(BUILD)/sgns $(HELP)
	install -D -m 755 $(BUILD)/sgns '$(DESTDIR)$(PREFIX)/bin/sgns'
	install -D -m 644 $(BUILD)/help/man '$(INSTALLED_MAN)'
	install -D -m 644 $(BUILD)/help/bash '$(INSTALLED_BASH)'
	install -D -m 644 $(BUILD)/help/zsh '$(INSTALLED_ZSH)'
	install -D -m 644 $(BUILD)/help/fish '$(INSTALLED_FISH)'

uninstall:
	rm -f '$(DESTDIR)$(PREFIX)/bin/sgns' '$(INSTALLED_MAN)' '$(INSTALLED_BASH)' '$(INSTALLED_ZSH)' '$(INSTALLED_FISH)'

VERSION = $(shell sed -n 's/^.define SGNS_VERSION "\(.*\)"$$/\1/p' src/cli/version.h)

# Owners, permissions and times don't depend on who packs it.
dist:
	@test -e .git || { echo 'make dist packs a commit, and this is no git repository' >&2; exit 1; }
	@mkdir -p $(BUILD)
	git -c tar.umask=0022 archive --prefix=sgns-$(VERSION)/ -o $(BUILD)/sgns-$(VERSION).tar HEAD
	gzip -9nf $(BUILD)/sgns-$(VERSION).tar

deb: $(BUILD)/sgns $(HELP)
	sh scripts/deb.sh $(BUILD)

clean:
	rm -rf build

-include $(OBJECTS:.o=.d) $(TESTS:=.d) $(BUILD)/tests/harness.d $(TOOLS:=.d) $(FUZZ:.o=.d) $(BUILD)/faults/hooks.d
