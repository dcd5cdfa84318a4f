# peerutils: `make` builds bin/, `make demo` tells the story, `make test` proves it.
#
#   make [OPT=-O3]        the programs
#   make test             builds the programs and runs the tests: a few minutes
#   make test TESTS=t/verify.bats   some of them
#   make check            what takes longer: the tests under sanitizers, injected faults, a little fuzzing;
#                         make san, make tsan   one sanitizer's part
#   make lint             every warning, style and layer
#   make fuzz [FUZZ_SECONDS=600]    every parser, on bytes that nobody wrote: an hour in all, or so long each;
#                         and FUZZ_SIGNATURES by every kernel; FUZZ_RUNS inputs at most
#   make faults           every system call that fails, allocation, bit: `make check` tries a sample
#   make soak SOAK_SECONDS=300      networks whose nodes are killed, come and go, or are attacked, all the time
#   make bench [BENCH="mine signatures"]   what things cost, beside others who do the same
#   make install uninstall PREFIX=/usr/local DESTDIR= PROGPREFIX=

VERSION = 0.1

CC ?= cc
OPT = -O2 -g
PREFIX = /usr/local
DESTDIR =
PROGPREFIX =
BINDIR = $(PREFIX)/bin
MANDIR = $(PREFIX)/share/man
FUZZ_SECONDS = $(shell expr 3600 \* `nproc` / $(words $(FUZZERS)))
FUZZ_SIGNATURES = 10000000
FAULTS_MEMORY = 1
FAULTS_JOBS = 2
FAULTS_DAMAGE = 100
SOAK_SECONDS = 300
SOAK_NODES = 12
TESTS = $(sort $(wildcard t/*.bats))

# Where this build goes: bin/ for users, bin/.san and the like for the builds that tests make.
OUT = bin
OBJ = $(OUT)/.o

PACKAGES = sqlite3 zlib
CRYPTO_PACKAGES = libssl libcrypto
JSON_PACKAGES = jansson

CPPFLAGS = -Isrc -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DPEERUTILS_VERSION='"$(VERSION)"'
HARDEN = -fstack-protector-strong -fstack-clash-protection -fPIE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
WARN = -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
INSTRUMENT =
LINK_SANITIZER =
CFLAGS = -std=c11 $(OPT) $(HARDEN) $(WARN) $(INSTRUMENT) -ffile-prefix-map=$(CURDIR)=. -pthread
WHOLLY = -fno-lto
LDFLAGS = $(OPT) $(INSTRUMENT) $(LINK_SANITIZER) $(WHOLLY) -pie -Wl,-z,relro,-z,now -Wl,--as-needed -Wl,--build-id=none -pthread

LIBRARY = $(sort $(filter-out src/cmd/%,$(wildcard src/*/*.c)))
# Scripts that programs write out: see the rule for $(OBJ)/%.sh.c.
TEXTS = $(sort $(wildcard src/explain/*.sh src/sh/parts/by-hand-slh-dsa.sh))
PROGRAMS = $(patsubst src/cmd/%.c,%,$(sort $(wildcard src/cmd/*.c)))
SCRIPTS = $(patsubst src/sh/%.sh,%,$(sort $(wildcard src/sh/*.sh)))
COMPLETIONS = $(foreach p,$(PROGRAMS) $(SCRIPTS),$(addprefix $(OUT)/completions/,bash/$p zsh/_$p fish/$p.fish))
# t/lib/NAME.c is a program that only tests run; t/lib/NAME.so.c goes into others with LD_PRELOAD.
PRELOADS = $(patsubst t/lib/%.so.c,%.so,$(sort $(wildcard t/lib/*.so.c)))
HELPERS = $(patsubst t/lib/%.c,%,$(filter-out %.so.c,$(sort $(wildcard t/lib/*.c))))
# What the tests tagged `threads' run, or start besides.
THREADED = gossip gossip-listen gossip-send keygen ledger-append ledger-init mine minework poh txmake txsign
THREADED_HELPERS = dialtest lognode minetest processtest sigkerneltest sigtest slhtest
BENCHES = $(patsubst t/bench/%.c,%,$(sort $(wildcard t/bench/*.c)))
FUZZERS = $(patsubst t/fuzz/%.c,%,$(sort $(wildcard t/fuzz/*.c)))

# SQLite and zlib become a part of each program where their archives are to be had: finding them and their names anew at
# every start takes two fifths of the time that `true` does. Not under the sanitizers, which tell them by their libraries.
archive = $(and $(filter -lsqlite3 -lz,$(1)),$(wildcard $(shell $(CC) -print-file-name=$(1:-l%=lib%.a))))
embed = $(foreach l,$(1),$(if $(call archive,$(l)),$(l:-l%=-l:lib%.a),$(l)))
# The archive's SQL functions that nobody calls would make each program load libm: see base/nomath.h.
MATH = acos acosh asin asinh atan atan2 atanh ceil cos cosh exp floor fmod log log10 log2 pow sin sinh sqrt tan tanh trunc
NOMATH = $(eval NOMATH := $(if $(INSTRUMENT),,$(if $(call \
	archive,-lsqlite3),$(MATH:%=-Wl,--defsym=%=nomath))))$(NOMATH)

# Asked for when first used, which is after `need` saw to it that pkg-config is there; and once.
LIBS = $(eval LIBS := $(if $(INSTRUMENT),$(shell pkg-config --libs $(PACKAGES)),$(call \
	embed,$(shell pkg-config --static --libs $(PACKAGES)))) $(shell pkg-config --libs $(CRYPTO_PACKAGES) $(JSON_PACKAGES)) -ldl)$(LIBS)
SODIUM = $(eval SODIUM := $(shell pkg-config --exists libsodium && pkg-config --libs libsodium))$(SODIUM)
SECP256K1 = $(eval SECP256K1 := $(shell pkg-config --exists libsecp256k1 && pkg-config --libs libsecp256k1))$(SECP256K1)
PEERS = $(if $(SODIUM),-DHAVE_SODIUM=1) $(if $(SECP256K1),-DHAVE_SECP256K1=1)

# One job a processor, unless told otherwise.
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif
MAKEFLAGS += --no-print-directory

all: $(PROGRAMS:%=$(OUT)/%) $(SCRIPTS:%=$(OUT)/%) $(if $(INSTRUMENT),,$(COMPLETIONS))
threaded: $(THREADED:%=$(OUT)/%) $(THREADED_HELPERS:%=$(OUT)/.t/%)
helpers: $(HELPERS:%=$(OUT)/.t/%) $(PRELOADS:%=$(OUT)/.t/%)
benches: $(BENCHES:%=$(OUT)/.bench/%)

# --- Building ---------------------------------------------------------------------------------

# What the objects were made with and of. Where that changes, all of them are made again; unless it is only that
# warnings were errors when they were made, and no longer are.
$(OBJ)/flags: FORCE | need-build
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(NOMATH) $(LIBS) $(SODIUM) $(SECP256K1) $(LIBRARY) $(TEXTS))' >$@.new
	@[ ! -e $@ ] || ! sed 's/ -Werror / /' $@ | cmp -s $@.new - || cp $@ $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

COMPILE = $(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP

# With SAY=1, which goes with `make -s`: a line now and then, for whoever waits.
OBJECTS = $(LIBRARY:src/%.c=$(OBJ)/%.o) $(PROGRAMS:%=$(OBJ)/cmd/%.o) $(if $(filter helpers,$(MAKECMDGOALS)),$(HELPERS:%=$(OBJ)/t/%.o))
MISSING = $(eval MISSING := $(filter-out $(wildcard $(OBJ)/*/*.o),$(OBJECTS)))$(MISSING)
PROGRESS = $(if $(SAY),$(eval MADE_OBJECTS += x)$(if $(filter 1 %0,$(words $(MADE_OBJECTS))),@echo \
	'building in $(OUT): $(words $(MADE_OBJECTS))$(if $(word $(words $(MADE_OBJECTS)),$(MISSING)), of $(words $(MISSING))) files'))

$(OBJ)/%.o: src/%.c $(OBJ)/flags
	@mkdir -p $(@D)
	$(PROGRESS)
	$(COMPILE) -c -o $@ $<

# A shell script becomes a string of C: src/FOLDER/NAME.sh is FOLDER_NAME, with _ for each hyphen. Its first lines, up to an empty one, tell
# the reader of the source what it is for, and are left out.
$(OBJ)/%.sh.c: src/%.sh Makefile
	@mkdir -p $(@D)
	@{ echo 'const char $(subst -,_,$(subst /,_,$*))[] ='; sed -e '1,/^$$/d' -e 's/[\\"?]/\\&/g' -e 's/.*/"&\\n"/' $<; echo ';'; } >$@

$(OBJ)/%.sh.o: $(OBJ)/%.sh.c $(OBJ)/flags
	$(COMPILE) -ffile-prefix-map=$(OBJ)=. -c -o $@ $<

# The same in every build: thousands of instructions in a row, for which a sanitizer, or a table of where each variable
# is at each of them, would take the compiler minutes.
$(OBJ)/work/kernel_%.o $(OBJ)/poh/kernel_%.o: private override OPT = -O2 -g1
$(OBJ)/work/kernel_%.o $(OBJ)/poh/kernel_%.o: private override INSTRUMENT =

# That table would take half of the compiler's time here, too.
$(OBJ)/crypto/ed25519_avx2.o $(OBJ)/crypto/ed25519_ifma.o: private override OPT := $(subst -g ,-g1 ,$(OPT) )

# Here clang would take half a minute for what gcc, whose build the tests run, looks at in two seconds.
ifeq ($(CC),clang)
$(OBJ)/crypto/ed25519_avx2.o $(OBJ)/crypto/ed25519_ifma.o: private CFLAGS += -fno-sanitize=undefined
endif

# These take as long as all others together: they are made first, so that all processors have work until the end.
LARGE = $(filter $(OBJ)/crypto/ed25519_avx2.o $(OBJ)/crypto/ed25519_ifma.o $(OBJ)/work/kernel_%,$(LIBRARY:src/%.c=$(OBJ)/%.o))

$(OBJ)/libpeerutils.a: $(LARGE) $(LIBRARY:src/%.c=$(OBJ)/%.o) $(TEXTS:src/%=$(OBJ)/%.o) $(OBJ)/flags
	@rm -f $@
	$(AR) rcsD $@ $(filter %.o,$^)

$(PROGRAMS:%=$(OUT)/%): $(OUT)/%: $(OBJ)/libpeerutils.a $(OBJ)/cmd/%.o
	$(CC) $(LDFLAGS) -o $@ $(OBJ)/cmd/$*.o $(NOMATH) $(OBJ)/libpeerutils.a $(LIBS)

# In netsim a delivery is a few hundred short calls from file to file. Optimized as a whole where they are linked, they
# take a tenth fewer instructions; the other programs link the same objects as they are. Not every compiler can. The
# assembler is told the folder to leave out, as the compiler is above.
WHOLE = $(foreach d,consensus paxos raft sim simprocess virtual,$(patsubst src/%.c,$(OBJ)/%.o,$(wildcard src/$d/*.c)))
LTO = $(eval LTO := $(if $(INSTRUMENT),,$(shell $(CC) -Werror -flto -ffat-lto-objects -c -o /dev/null -x c /dev/null 2>/dev/null && \
	echo -flto=1)))$(LTO)
HERE = -Wa,--debug-prefix-map=$(CURDIR)=.
$(WHOLE): private CFLAGS += $(if $(LTO),$(LTO) -ffat-lto-objects -frandom-seed=$(@F) $(HERE))
$(OUT)/netsim: private WHOLLY = $(if $(LTO),$(filter-out $(WARN),$(CFLAGS)) $(LTO) -flto-partition=one $(HERE),-fno-lto)

# A script says @NAME@ and @VERSION@, and calls its siblings by @PROGPREFIX@NAME, which `install' fills in. A line that is
# @FILE@ stands for src/sh/parts/FILE, or for a part of a page for a browser: src/page/assemble.sh says what those are.
HTML = $(sort $(basename $(notdir $(wildcard src/page/*/*.html))))
PARTS = $(sort $(wildcard src/sh/parts/* src/page/*/*.texts)) $(foreach p,$(HTML),$(OBJ)/page/$p.top $(OBJ)/page/$p.end)

$(OBJ)/page/%.top $(OBJ)/page/%.end: $(wildcard src/page/*.* src/page/*/*)
	src/page/assemble.sh $* $(OBJ)/page

$(SCRIPTS:%=$(OBJ)/sh/%): $(OBJ)/sh/%: src/sh/%.sh $(PARTS) Makefile
	@mkdir -p $(@D)
	sed $(foreach p,$(PARTS),-e '/^@$(notdir $p)@$$/{r $p' -e 'd;}') $< | sed 's/@NAME@/$*/g; s/@VERSION@/$(VERSION)/g' >$@

# In the script `lesson', @lessons@ stands for src/lessons/NAME.lesson, each after a line `@@ NAME'.
LESSONS = $(sort $(wildcard src/lessons/*.lesson))

$(OBJ)/lessons: $(LESSONS) Makefile
	@mkdir -p $(@D)
	@for l in $(LESSONS:src/lessons/%.lesson=%); do echo "@@ $$l"; cat src/lessons/$$l.lesson; done >$@

$(OBJ)/sh/lesson: PARTS += $(OBJ)/lessons
$(OBJ)/sh/lesson: $(OBJ)/lessons

$(SCRIPTS:%=$(OUT)/%): $(OUT)/%: $(OBJ)/sh/%
	@sed 's/@PROGPREFIX@//g' $< >$@.tmp && chmod 755 $@.tmp && mv $@.tmp $@

# What the shells know of a program is what its --help says.
COMPLETE = src/cli/completions.sh
MAKE_COMPLETION = @mkdir -p $(@D) && $(COMPLETE) $(notdir $(@D)) $< $* >$@

$(filter $(OUT)/completions/bash/%,$(COMPLETIONS)): $(OUT)/completions/bash/%: $(OUT)/% $(COMPLETE)
	$(MAKE_COMPLETION)
$(filter $(OUT)/completions/zsh/%,$(COMPLETIONS)): $(OUT)/completions/zsh/_%: $(OUT)/% $(COMPLETE)
	$(MAKE_COMPLETION)
$(filter $(OUT)/completions/fish/%,$(COMPLETIONS)): $(OUT)/completions/fish/%.fish: $(OUT)/% $(COMPLETE)
	$(MAKE_COMPLETION)

$(OBJ)/t/%.o: t/lib/%.c $(OBJ)/flags
	@mkdir -p $(@D)
	$(PROGRESS)
	$(COMPILE) $(if $(SODIUM),-DHAVE_SODIUM=1) -c -o $@ $<

$(HELPERS:%=$(OUT)/.t/%): $(OUT)/.t/%: $(OBJ)/t/%.o $(OBJ)/libpeerutils.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $< $(OBJ)/libpeerutils.a $(LIBS) $(SODIUM)

$(OBJ)/bench/%.o: t/bench/%.c $(OBJ)/flags
	@mkdir -p $(@D)
	$(COMPILE) $(PEERS) -c -o $@ $<

$(BENCHES:%=$(OUT)/.bench/%): $(OUT)/.bench/%: $(OBJ)/bench/%.o $(OBJ)/libpeerutils.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $< $(OBJ)/libpeerutils.a $(LIBS) $(SODIUM) $(SECP256K1)

# Never instrumented: it goes into programs that are, behind their sanitizer's own library.
$(PRELOADS:%=$(OUT)/.t/%): $(OUT)/.t/%: t/lib/%.c $(OBJ)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -std=c11 $(OPT) $(WARN) -fPIC -shared -pthread -o $@ $< -ldl

need-build need-demo need-test need-check need-lint need-fuzz:
	@CC='$(CC)' t/lib/need.sh $(@:need-%=%)

clean:
	rm -rf $(OUT)/* $(OUT)/.[a-z]*/

# --- Running ----------------------------------------------------------------------------------

demo: need-demo
	@$(MAKE) -s $(PLAIN) all
	@$(OUT)/demo

bench: need-test all benches
	@BIN='$(abspath $(OUT))' t/bench/run

# gcc's sanitizers as a part of each program, as clang's are: a fifth less time for every start.
STATIC_SANITIZER = $(eval STATIC_SANITIZER := $(and $(shell $(CC) -v 2>&1 | grep '^gcc version'),$(wildcard $(shell \
	$(CC) -print-file-name=libasan.a)),$(wildcard $(shell $(CC) -print-file-name=libubsan.a)),-static-libasan -static-libubsan))$(STATIC_SANITIZER)

# The builds that tests run, next to the plain one.
PLAIN = SAY=1 OUT=$(OUT)
SAN = SAY=1 OUT=$(OUT)/.san OPT='-O1 -g1' HARDEN=-fPIE LINK_SANITIZER='$(STATIC_SANITIZER)' \
	INSTRUMENT='-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer'
TSAN = SAY=1 OUT=$(OUT)/.tsan OPT='-O1 -g1' HARDEN=-fPIE INSTRUMENT=-fsanitize=thread

test: need-test
	@$(MAKE) -s $(PLAIN) all helpers
	@CC='$(CC)' TESTS='$(TESTS)' t/lib/suite.sh plain:$(OUT)

check: need-check
	@$(MAKE) -s $(PLAIN) all helpers
	@$(MAKE) -s $(SAN) all helpers
	@$(MAKE) -s $(TSAN) threaded
	@CC='$(CC)' TESTS='$(TESTS)' t/lib/suite.sh thorough:$(OUT) address:$(OUT)/.san thread:$(OUT)/.tsan

san: need-test
	@$(MAKE) -s $(SAN) all helpers
	@CC='$(CC)' TESTS='$(TESTS)' t/lib/suite.sh address:$(OUT)/.san

tsan: need-test
	@$(MAKE) -s $(TSAN) threaded
	@CC='$(CC)' TESTS='$(TESTS)' t/lib/suite.sh thread:$(OUT)/.tsan

soak: need-test
	@$(MAKE) -s $(PLAIN) all helpers
	@BIN='$(abspath $(OUT))' SOAK_SECONDS='$(SOAK_SECONDS)' SOAK_NODES='$(SOAK_NODES)' \
		bats --formatter tap --filter-tags soak t/network.bats t/soak.bats t/validator.bats

# Every fault of a system call, every FAULTS_MEMORYth of memory, FAULTS_DAMAGE damages of each kind, and loss of power;
# FAULTS_JOBS programs at once.
faults: need-test
	@$(MAKE) -s $(PLAIN) all helpers
	@BIN='$(abspath $(OUT))' JOBS=$(FAULTS_JOBS) t/lib/faults.sh calls 1
	@BIN='$(abspath $(OUT))' JOBS=$(FAULTS_JOBS) t/lib/faults.sh memory $(FAULTS_MEMORY)
	@BIN='$(abspath $(OUT))' DAMAGE=$(FAULTS_DAMAGE) FIRST_DAMAGE=1000 \
		bats --formatter tap t/damage.bats t/power.bats t/faults.bats

# --- Fuzzing: t/fuzz/NAME.c, with its seeds in t/fuzz/corpus/NAME; what it finds goes to bin/.fuzz ---

$(OBJ)/fuzz/%.o: t/fuzz/%.c $(OBJ)/flags
	@mkdir -p $(@D)
	$(COMPILE) -c -o $@ $<

fuzz-objects: $(FUZZERS:%=$(OBJ)/fuzz/%.o) $(OBJ)/libpeerutils.a
other-objects: $(PROGRAMS:%=$(OBJ)/cmd/%.o) $(HELPERS:%=$(OBJ)/t/%.o) $(BENCHES:%=$(OBJ)/bench/%.o) $(PRELOADS:%=$(OUT)/.t/%)

$(FUZZERS:%=$(OUT)/fuzz-%): $(OUT)/fuzz-%: $(OBJ)/fuzz/%.o $(OBJ)/libpeerutils.a
	$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $< $(OBJ)/libpeerutils.a $(LIBS)

FUZZ = OUT=$(OUT)/.fuzz CC=clang OPT='-O1 -g1' HARDEN=-fPIE \
	INSTRUMENT='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'

fuzzers: need-fuzz
	@$(MAKE) -s $(FUZZ) $(FUZZERS:%=$(OUT)/.fuzz/fuzz-%)

fuzz: fuzzers
	@t/lib/fuzz.sh $(OUT)/.fuzz $(FUZZ_SECONDS) $(FUZZERS)
	@$(MAKE) -s $(PLAIN) $(OUT)/.t/sigkerneltest
	@$(OUT)/.t/sigkerneltest compare $(FUZZ_SIGNATURES) 1

# --- Linting ----------------------------------------------------------------------------------

SOURCES = $(sort $(wildcard src/*/*.c t/lib/*.c t/bench/*.c t/fuzz/*.c))
HEADERS = $(sort $(wildcard src/*/*.h t/lib/*.h t/fuzz/*.h t/bench/*.h))
PAGES = $(sort $(wildcard man/*.[157]))
SHELL_SOURCES = $(sort $(TEXTS) $(wildcard src/*.sh src/sh/*.sh src/sh/*/*.sh src/cli/*.sh src/page/*.sh t/*.bats t/lib/*.sh t/lib/*.bash t/bench/run t/bench/*.sh .ci/run))
LINTS = lint-gcc lint-clang lint-tidy lint-format lint-shell lint-pages lint-layers

lint: need-lint
	@$(MAKE) -s -k -Otarget $(LINTS)
	@echo 'lint: nothing to say'

# `make test` and `make check` use what these compile: the programs' own build, if that is gcc's, and the fuzzers'.
lint-gcc:
	@$(MAKE) $(if $(shell $(CC) -v 2>&1 | grep '^gcc version'),,OUT=$(OUT)/.gcc CC=gcc) WARN='$(WARN) -Werror' \
		all helpers benches fuzz-objects names-once

# A struct has one header, a symbol one file.
names-once: $(OBJ)/libpeerutils.a $(PROGRAMS:%=$(OBJ)/cmd/%.o)
	@t/lib/once.sh . $^

lint-clang:
	@$(MAKE) $(FUZZ) WARN='$(WARN) -Werror' fuzz-objects
	@$(MAKE) OUT=$(OUT)/.clang CC=clang OPT=-O0 HARDEN=-fPIE WARN='$(WARN) -Werror' other-objects

lint-tidy: $(SOURCES:%=$(OBJ)/tidy/%)

# How far the analyzer follows each function, which is nearly all that lint costs: a third as far as it would by itself
# (TIDY_NODES=225000). Programs that only tests run are followed less: the tests, and sanitizers, see what is wrong there.
TIDY_NODES = 75000
DEPTH = -Xclang -analyzer-config -Xclang $(if $(filter t/lib/% t/fuzz/%,$(1)),mode=shallow,max-nodes=$(TIDY_NODES))

# The analyzer cannot follow uthash's lists, and sees freed memory and null pointers in them.
$(OBJ)/tidy/%: % $(HEADERS) .clang-tidy t/.clang-tidy
	@mkdir -p $(@D)
	@clang-tidy --quiet $$(grep -q '<uthash.h>' $< && echo --checks=-clang-analyzer-unix.Malloc,-clang-analyzer-core.NullDereference) \
		$< -- -std=c11 $(CPPFLAGS) $(PEERS) $(call DEPTH,$<) >$@.said 2>&1 || { grep -A 2 ' error: ' $@.said; exit 1; }
	@touch $@

lint-format:
	clang-format --dry-run -Werror $(SOURCES) $(HEADERS)

lint-shell: $(SHELL_SOURCES:%=$(OBJ)/shell/%)

$(OBJ)/shell/%: % .shellcheckrc
	@mkdir -p $(@D)
	shellcheck $<
	@touch $@

lint-pages:
	$(if $(PAGES),mandoc -T lint -W warning $(PAGES))

lint-layers:
	t/lib/layers.sh .

# --- Installing -------------------------------------------------------------------------------

INSTALL = @OUT='$(OUT)' DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' BINDIR='$(BINDIR)' MANDIR='$(MANDIR)' \
	PROGPREFIX='$(PROGPREFIX)' PROGRAMS='$(PROGRAMS)' SCRIPTS='$(SCRIPTS)' src/install.sh

install: all $(SCRIPTS:%=$(OBJ)/sh/%)
	$(INSTALL) install

uninstall:
	$(INSTALL) uninstall

-include $(wildcard $(OBJ)/*/*.d)
FORCE:
.PHONY: FORCE all threaded helpers benches clean demo bench test check san tsan faults soak fuzz fuzzers fuzz-objects other-objects names-once install uninstall lint $(LINTS) \
	need-build need-demo need-test need-check need-lint need-fuzz
.DELETE_ON_ERROR:
.SECONDARY:
