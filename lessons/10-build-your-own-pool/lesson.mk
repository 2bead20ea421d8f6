$(B)/lessons/10-build-your-own-pool/lesson: \
	$(B)/lessons/10-build-your-own-pool/mypool.o \
	$(B)/lessons/10-build-your-own-pool/orphans.o
