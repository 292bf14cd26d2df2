// Bus guard: "what if a page of a mapped file is not there any more?"
//
// The system sends SIGBUS when a mapped file was cut short, or a disk fails, and the process dies. A guarded range
// reads as zeros from then on, all of it, and says that it is lost. A signal for any other address goes to whoever
// handled it before.
#pragma once

#include <atomic>
#include <cstddef>
#include <span>

namespace sprat {

// A mapping that is guarded while this lives. Whoever reads it must look at lost() after reading and before believing.
class BusGuard {
  public:
    BusGuard() = default;
    explicit BusGuard(std::span<const std::byte> mapping);
    BusGuard(BusGuard&& other) noexcept;
    BusGuard& operator=(BusGuard&& other) noexcept;
    ~BusGuard();  // to be followed by the end of the mapping

    [[nodiscard]] bool lost() const noexcept;

    // What the signal handler reads: a list that only grows, of ranges that are used again.
    struct Range {
        std::atomic<std::byte*> begin{nullptr};
        std::atomic<std::byte*> end{nullptr};  // null: none
        std::atomic<bool> lost{false};
        std::atomic<bool> taken{true};
        Range* next = nullptr;
    };

  private:
    Range* range_ = nullptr;
};

}  // namespace sprat
