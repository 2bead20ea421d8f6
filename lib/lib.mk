# The pool library: static and shared, and its installation.

LIB_SRC := $(wildcard lib/*.c)
LIB_OBJ  = $(LIB_SRC:%.c=$(B)/%.o)
LIBPOOL  = $(B)/lib/libpool.a
LIBPOOL_SO = $(B)/lib/libpool.so
MANDIR  ?= $(PREFIX)/share/man
TEST_TARGETS += check-roles check-size

# As pool.h has it: major * 10000 + minor * 100 + patch.
VERSION_NUMBER  = $(shell sed -n 's/^\#define POOL_VERSION *\([0-9]*\).*/\1/p' lib/pool.h)
VERSION_MAJOR   = $(shell echo $$(($(VERSION_NUMBER) / 10000)))
VERSION         = $(shell n=$(VERSION_NUMBER); \
	echo $$((n / 10000)).$$((n / 100 % 100)).$$((n % 100)))

.PHONY: lib install uninstall check-roles check-size

lib: $(LIBPOOL) $(LIBPOOL_SO) ## develop: build the pool library, static and shared
	echo "built $^"

$(B)/lib/%.o: FOLDER_CFLAGS = -fPIC -fvisibility=hidden

$(LIBPOOL): $(LIB_OBJ)
	rm -f $@
	echo "  ar $@"
	$(AR) rcs $@ $^

$(LIBPOOL_SO): $(LIB_OBJ) lib/pool.map
	echo "  ld $@"
	$(LINK) -shared -Wl,-soname,libpool.so.$(VERSION_MAJOR) \
		-Wl,--version-script=lib/pool.map -o $@ $(LIB_OBJ)

# Manual pages, made from pool.h: `man pool`, `man pool_map`.
LIB_MAN = $(B)/lib/man3
$(LIB_MAN)/pool.3: lib/man.awk lib/pool.h
	rm -rf $(@D) && mkdir -p $(@D)
	echo "  man $@"
	awk -v out=$(@D) -v version=$(VERSION) -f lib/man.awk lib/pool.h

# Names of folders may hold spaces.
install: lib $(LIB_MAN)/pool.3 ## develop: install the library [PREFIX= DESTDIR= LIBDIR=]
	install -d "$(DESTDIR)$(PREFIX)/include" "$(DESTDIR)$(LIBDIR)/pkgconfig" \
		"$(DESTDIR)$(MANDIR)/man3"
	install -m 644 lib/pool.h "$(DESTDIR)$(PREFIX)/include"
	install -m 644 $(LIBPOOL) "$(DESTDIR)$(LIBDIR)"
	install -m 755 $(LIBPOOL_SO) "$(DESTDIR)$(LIBDIR)/libpool.so.$(VERSION)"
	ln -sf libpool.so.$(VERSION) "$(DESTDIR)$(LIBDIR)/libpool.so.$(VERSION_MAJOR)"
	ln -sf libpool.so.$(VERSION_MAJOR) "$(DESTDIR)$(LIBDIR)/libpool.so"
	install -m 644 $(LIB_MAN)/*.3 "$(DESTDIR)$(MANDIR)/man3"
	absolute() { case $$1 in /*) echo "$$1" ;; *) echo "$(CURDIR)/$$1" ;; esac; }; \
	sed -e "s|@PREFIX@|$$(absolute "$(PREFIX)")|" -e "s|@VERSION@|$(VERSION)|" \
		-e "s|@LIBDIR@|$$(absolute "$(LIBDIR)")|" lib/pool.pc.in \
		>"$(DESTDIR)$(LIBDIR)/pkgconfig/pool.pc"
	DESTDIR="$(DESTDIR)" sh lib/found.sh "$(LIBDIR)" libpool.so.$(VERSION_MAJOR)

uninstall: $(LIB_MAN)/pool.3 ## develop: remove what install put there
	rm -f "$(DESTDIR)$(PREFIX)/include/pool.h" "$(DESTDIR)$(LIBDIR)/libpool.a" \
		"$(DESTDIR)$(LIBDIR)/libpool.so" \
		"$(DESTDIR)$(LIBDIR)/libpool.so.$(VERSION_MAJOR)" \
		"$(DESTDIR)$(LIBDIR)/libpool.so.$(VERSION)" \
		"$(DESTDIR)$(LIBDIR)/pkgconfig/pool.pc"
	for page in $(LIB_MAN)/*.3; do \
		rm -f "$(DESTDIR)$(MANDIR)/man3/$${page##*/}"; done
	DESTDIR="$(DESTDIR)" sh lib/found.sh "$(LIBDIR)"

check-roles: $(LIB_OBJ) # no file of one process calls another's, but by fork
	sh lib/check-roles.sh $(B)/lib

check-size: # small enough to be read in one sitting
	sh lib/check-size.sh
