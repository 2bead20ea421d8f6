# The pool library: static and shared, and its installation.

LIB_SRC := $(wildcard lib/*.c)
LIB_OBJ  = $(LIB_SRC:%.c=$(B)/%.o)
LIBPOOL  = $(B)/lib/libpool.a
LIBPOOL_SO = $(B)/lib/libpool.so
TEST_TARGETS += check-roles check-size

.PHONY: lib install uninstall check-roles check-size

lib: $(LIBPOOL) $(LIBPOOL_SO) ## develop: build the pool library, static and shared
	echo "built $^"

$(B)/lib/%.o: FOLDER_CFLAGS = -fPIC -fvisibility=hidden

$(LIBPOOL): $(LIB_OBJ)
	rm -f $@
	echo "  ar $@"
	$(AR) rcs $@ $^

$(LIBPOOL_SO): $(LIB_OBJ)
	echo "  ld $@"
	$(LINK) -shared -Wl,-soname,libpool.so.1 -o $@ $^

# Names of folders may hold spaces.
install: lib ## develop: install the library, under PREFIX= [DESTDIR= LIBDIR=]
	install -d "$(DESTDIR)$(PREFIX)/include" "$(DESTDIR)$(LIBDIR)/pkgconfig"
	install -m 644 lib/pool.h "$(DESTDIR)$(PREFIX)/include"
	install -m 644 $(LIBPOOL) "$(DESTDIR)$(LIBDIR)"
	install -m 755 $(LIBPOOL_SO) "$(DESTDIR)$(LIBDIR)/libpool.so.1"
	ln -sf libpool.so.1 "$(DESTDIR)$(LIBDIR)/libpool.so"
	absolute() { case $$1 in /*) echo "$$1" ;; *) echo "$(CURDIR)/$$1" ;; esac; }; \
	sed -e "s|@PREFIX@|$$(absolute "$(PREFIX)")|" \
		-e "s|@LIBDIR@|$$(absolute "$(LIBDIR)")|" lib/pool.pc.in \
		>"$(DESTDIR)$(LIBDIR)/pkgconfig/pool.pc"

uninstall: ## develop: remove what install put there
	rm -f "$(DESTDIR)$(PREFIX)/include/pool.h" "$(DESTDIR)$(LIBDIR)/libpool.a" \
		"$(DESTDIR)$(LIBDIR)/libpool.so" "$(DESTDIR)$(LIBDIR)/libpool.so.1" \
		"$(DESTDIR)$(LIBDIR)/pkgconfig/pool.pc"

check-roles: $(LIB_OBJ) # no file of one process calls another's, but by fork
	sh lib/check-roles.sh $(B)/lib

check-size: # small enough to be read in one sitting
	sh lib/check-size.sh
