"""Two tasks fail, and nobody asks for the first: what is printed?"""
import multiprocessing


def fails(number):
    raise ValueError(f"no word number {number}")


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool() as pool:
        pool.apply_async(fails, (1,))  # thrown away
        kept = pool.apply_async(fails, (2,))
        pool.close()
        pool.join()
        print("both tasks have ended")
        try:
            kept.get()
        except ValueError as error:
            print(f"the one that was kept says: {error}")
