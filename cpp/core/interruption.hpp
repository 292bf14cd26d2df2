// Interruption: "does the caller still want this?"
//
// Long work asks now and then, on the thread that was called. Who calls the core says how to ask: bindings/ lets Python
// see signals. The answer no is an exception.
#pragma once

#include <chrono>
#include <utility>

namespace sprat {

// While it lives, heed_interruption() calls `ask` on this thread, first after `patience` and then no more often.
class Interruptible {
  public:
    using Ask = void (*)();
    using Clock = std::chrono::steady_clock;
    static constexpr Clock::duration patience = std::chrono::milliseconds(50);

    explicit Interruptible(Ask ask) noexcept : outer_(std::exchange(current(), {ask, Clock::now() + patience})) {}
    ~Interruptible() { current() = outer_; }
    Interruptible(const Interruptible&) = delete;
    Interruptible& operator=(const Interruptible&) = delete;

  private:
    friend void heed_interruption();
    struct Pending {
        Ask ask = nullptr;
        Clock::time_point due;
    };
    static Pending& current() noexcept {
        thread_local Pending pending;
        return pending;
    }

    Pending outer_;
};

// Throws what the caller's `ask` throws. Reads a clock: for every few microseconds of work, not for less.
inline void heed_interruption() {
    Interruptible::Pending& pending = Interruptible::current();
    if (pending.ask == nullptr) return;
    const auto now = Interruptible::Clock::now();
    if (now < pending.due) return;
    pending.due = now + Interruptible::patience;
    pending.ask();
}

}  // namespace sprat
