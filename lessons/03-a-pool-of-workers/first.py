"""The first program: 100 powers on a pool of one worker per CPU."""
import multiprocessing

if __name__ == "__main__":
    with multiprocessing.Pool() as pool:  # 1 create: one worker per CPU
        # 2 submit: returns at once
        results = [pool.apply_async(pow, (i, 2)) for i in range(100)]
        pool.close()  # 3 close: no more tasks will come
        pool.join()  # 4 join: every task has ended, every worker is gone
        total = sum(result.get() for result in results)  # 5 use the results
        print(f"0 + 1 + 4 + ... + 9801 = {total}")
