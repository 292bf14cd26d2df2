// Fork and join: "do this for every index, on so many threads."
//
// The one place that starts threads. Indices are handed out one at a time in ascending order, so uneven work
// balances itself; hand out chunks, not single cheap items. Between two of them the caller's thread heeds an
// interruption, which ends the work as an exception of `work` does.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "core/interruption.hpp"
#include "core/types.hpp"

namespace sprat {

// How many workers parallel_for() uses at most: the size of an array of per-worker buffers. At least 1.
[[nodiscard]] inline std::size_t worker_count(Threads threads, std::size_t count) noexcept {
    return std::clamp<std::size_t>(count, 1, threads.resolved());
}

// Calls work(worker, index) once for each index in [0, count) and returns when all are done. `worker` is below
// worker_count(threads, count); calls with the same worker never overlap. One worker is a plain loop here.
// The exception of the lowest index that threw is rethrown, the one a plain loop would have met; indices not
// yet handed out by then are skipped.
template <class Work>
void parallel_for(Threads threads, std::size_t count, Work&& work) {
    const std::size_t workers = worker_count(threads, count);
    if (workers == 1) {
        for (std::size_t index = 0; index < count; ++index) {
            heed_interruption();
            work(std::size_t{0}, index);
        }
        return;
    }

    std::atomic<std::size_t> next{0};
    std::mutex mutex;  // guards the two below
    std::exception_ptr failure;
    std::size_t failed_index = count;
    const auto serve = [&](std::size_t worker) noexcept {
        for (std::size_t index = next.fetch_add(1); index < count; index = next.fetch_add(1)) {
            try {
                if (worker == 0) heed_interruption();
                work(worker, index);
            } catch (...) {
                next.store(count);
                const std::lock_guard lock(mutex);
                if (index < failed_index) {
                    failed_index = index;
                    failure = std::current_exception();
                }
            }
        }
    };
    {
        std::vector<std::jthread> others;
        others.reserve(workers - 1);
        try {
            for (std::size_t worker = 1; worker < workers; ++worker) {
                others.emplace_back([&serve, worker] { serve(worker); });
            }
        } catch (const std::system_error&) {
            // The system gives no more threads: those there are do all the work.
        }
        serve(0);
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace sprat
