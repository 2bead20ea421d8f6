# The pool library: static and shared, and its installation.

LIB_SRC := $(wildcard lib/*.c)
LIB_OBJ  = $(LIB_SRC:%.c=$(B)/%.o)
LIBPOOL  = $(B)/lib/libpool.a

.PHONY: lib install uninstall check-roles

lib: $(LIBPOOL) $(B)/lib/libpool.so ## build the library, static and shared
	@echo "built $^"

$(B)/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -fPIC -fvisibility=hidden -c -o $@ $<

$(LIBPOOL): $(LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/lib/libpool.so: $(LIB_OBJ)
	$(CC) $(ALL_CFLAGS) -shared -Wl,-soname,libpool.so.1 -o $@ $^
