$(B)/lessons/02-a-pool-of-workers/lesson: $(B)/lessons/02-a-pool-of-workers/on_demand.o $(B)/lessons/02-a-pool-of-workers/faster.o
