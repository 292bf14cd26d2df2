// The words every layer shares: which term, how many threads?
#pragma once

#include <algorithm>
#include <cstdint>
#include <thread>

namespace sprat {

// A term's number in its vocabulary. Strong in signatures; in arrays ids are plain int32, as SciPy has them.
enum class TermId : std::uint32_t {};

// Stands among term ids for a token outside the vocabulary: it counts towards its document's length only.
inline constexpr std::uint32_t unknown_term = 0xFFFFFFFFU;

// How many threads may work on a call. Never changes a result.
struct Threads {
    std::uint32_t count = 0;  // 0: one per core

    [[nodiscard]] std::uint32_t resolved() const noexcept {
        // Asked once: arrays with a place for each thread must be as long as there are threads, whatever changes.
        static const std::uint32_t cores =
            std::max(1U, static_cast<std::uint32_t>(std::thread::hardware_concurrency()));
        return count != 0 ? count : cores;
    }
};

}  // namespace sprat
