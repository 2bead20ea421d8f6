# The pool library: static and shared, and its installation.

LIB_SRC := $(wildcard lib/*.c)
LIB_OBJ  = $(LIB_SRC:%.c=$(B)/%.o)
LIBPOOL  = $(B)/lib/libpool.a
LIBPOOL_SO = $(B)/lib/libpool.so
TEST_TARGETS += check-roles check-size

.PHONY: lib install uninstall check-roles check-size

lib: $(LIBPOOL) $(LIBPOOL_SO) ## build the pool library, static and shared
	@echo "built $^"

$(B)/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	@echo "  cc $<"
	$(Q)$(CC) $(ALL_CFLAGS) -fPIC -fvisibility=hidden -c -o $@ $<

$(LIBPOOL): $(LIB_OBJ)
	@rm -f $@
	@echo "  ar $@"
	$(Q)$(AR) rcs $@ $^

$(LIBPOOL_SO): $(LIB_OBJ)
	@echo "  ld $@"
	$(Q)$(CC) $(ALL_CFLAGS) -shared -Wl,-soname,libpool.so.1 -o $@ $^

install: lib ## install pool.h, the library and pool.pc under PREFIX=
	install -d $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(PREFIX)/lib/pkgconfig
	install -m 644 lib/pool.h $(DESTDIR)$(PREFIX)/include
	install -m 644 $(LIBPOOL) $(DESTDIR)$(PREFIX)/lib
	install -m 755 $(LIBPOOL_SO) $(DESTDIR)$(PREFIX)/lib/libpool.so.1
	ln -sf libpool.so.1 $(DESTDIR)$(PREFIX)/lib/libpool.so
	sed 's|@PREFIX@|$(abspath $(PREFIX))|' lib/pool.pc.in \
		>$(DESTDIR)$(PREFIX)/lib/pkgconfig/pool.pc

uninstall: ## remove what install put under PREFIX=
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/, include/pool.h lib/libpool.a \
		lib/libpool.so lib/libpool.so.1 lib/pkgconfig/pool.pc)

check-roles: $(LIB_OBJ) # no file of one process calls another's, but by fork
	@sh lib/check-roles.sh $(B)/lib

check-size: # small enough to be read in one sitting
	@sh lib/check-size.sh
